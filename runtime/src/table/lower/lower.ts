import { collectionSource } from '../../connectors/collection-source.ts';
import type { StreamNode } from '../../graph/stream-node.ts';
import { ForwardOperator } from '../../operators/forward-operator.ts';
import { WatermarkStrategy } from '../../time/watermark-strategy.ts';
import type { Row } from '../changelog-row.ts';
import { onlyLookedUp } from '../sql-errors.ts';
import { CalcOperator } from '../operators/calc-operator.ts';
import { DropUpdateBeforeOperator } from '../operators/drop-update-before-operator.ts';
import { ExpandOperator } from '../operators/expand-operator.ts';
import { NormalizeOperator } from '../operators/normalize-operator.ts';
import { SetOperationOperator } from '../operators/set-operation-operator.ts';
import { UnnestOperator } from '../operators/unnest-operator.ts';
import type { Expression } from '../plan/expression.ts';
import { inputsOf, type Relation, type SetOperation, type Unnest, type Values } from '../plan/relation.ts';
import { digest, showRelation } from '../plan/show-relation.ts';
import { keyOfValues } from '../types/value-identity.ts';
import { compileCondition, compileExpression, compileProjection } from './compile-expression.ts';
import { lowerAggregate, lowerOver, lowerWindowAggregate, lowerWindowTable } from './lower-aggregates.ts';
import { lowerIntervalJoin, lowerJoin, lowerTemporalJoin, lowerWindowJoin } from './lower-joins.ts';
import { lowerLookupJoin } from './lower-lookup-join.ts';
import { lowerMatch } from './lower-match.ts';
import { lowerDeduplicate, lowerRank, lowerSort, lowerWindowRank } from './lower-ranks.ts';
import { addNode, type Lowering } from './lowering.ts';
import { canLeaveOutOld } from './only-after.ts';
import { isReused, keptForEver } from './state-of.ts';

/**
 * Makes the operators of a plan, and what is before them.
 * @param updateBefore true if what is behind wants the old version of a row beside the new one; false only where `canLeaveOutOld`
 */
export function lower(lowering: Lowering, relation: Relation, updateBefore: boolean): StreamNode {
  const { settings, made } = lowering;
  const known = updateBefore ? made.withBefore : made.without;
  const before = known.get(relation);
  if (before !== undefined) return before;
  const node = lowerNode(lowering, relation, updateBefore);
  if (isReused(relation, settings)) known.set(relation, node);
  const kept = keptForEver(relation, settings);
  if (kept !== undefined) node.keepsForEver = kept;
  return node;
}

function lowerNode(lowering: Lowering, relation: Relation, updateBefore: boolean): StreamNode {
  const input = (at: number, wantsBefore: boolean) => lower(lowering, inputsOf(relation)[at]!, wantsBefore);
  switch (relation.kind) {
    case 'scan': {
      if (relation.table.lookup !== undefined) throw onlyLookedUp(relation.table.name, relation.at);
      const scanned = relation.table.read(relation.read);
      if (updateBefore || !relation.table.kinds.has('-U')) return scanned;
      return addNode(lowering, {
        kind: 'drop-update-before',
        name: 'DropUpdateBefore',
        inputs: [scanned],
        parameters: {},
        state: 'none',
        createOperator: () => new DropUpdateBeforeOperator(),
      });
    }
    case 'values':
      return lowerValues(lowering, relation);
    case 'project':
      return lowerCalc(lowering, input(0, updateBefore), undefined, relation);
    case 'filter':
      return lowerCalc(lowering, input(0, updateBefore), relation.condition, relation);
    case 'expand':
      return addNode(lowering, {
        kind: 'expand',
        name: showRelation(relation),
        inputs: [input(0, updateBefore)],
        parameters: { plan: digest(relation) },
        expressions: relation.projections.flat(),
        state: 'none',
        createOperator: () =>
          new ExpandOperator(relation.projections.map((projection) => compileProjection(projection))),
      });
    case 'unnest':
      return lowerUnnest(lowering, relation, input(0, updateBefore));
    case 'set':
      return lowerSet(lowering, relation, updateBefore);
    case 'normalize':
      return addNode(lowering, {
        kind: 'normalize',
        name: showRelation(relation),
        inputs: [input(0, !canLeaveOutOld(relation.input))],
        parameters: { plan: digest(relation), updateBefore, timeToLive: lowering.settings.stateTtl },
        createOperator: () =>
          new NormalizeOperator({
            key: (values) => keyOfValues(values, relation.key),
            updateBefore,
            condition: compileCondition(relation.condition),
            timeToLive: lowering.settings.stateTtl,
          }),
      });
    case 'aggregate':
      return lowerAggregate(lowering, relation, input(0, true), updateBefore);
    case 'window-table':
      return lowerWindowTable(lowering, relation, input(0, updateBefore));
    case 'window-aggregate':
      return lowerWindowAggregate(lowering, relation, input(0, true));
    case 'over':
      return lowerOver(lowering, relation, input(0, true));
    case 'rank':
      return lowerRank(lowering, relation, (wantsBefore) => input(0, wantsBefore), updateBefore);
    case 'window-rank':
      return lowerWindowRank(lowering, relation, input(0, true));
    case 'deduplicate':
      return lowerDeduplicate(lowering, relation, input(0, true), updateBefore);
    case 'sort':
      return lowerSort(lowering, relation, (wantsBefore) => input(0, wantsBefore), updateBefore);
    case 'join':
      return lowerJoin(lowering, relation, [input(0, updateBefore), input(1, updateBefore)]);
    case 'interval-join':
      return lowerIntervalJoin(lowering, relation, [input(0, true), input(1, true)]);
    case 'window-join':
      return lowerWindowJoin(lowering, relation, [input(0, true), input(1, true)]);
    case 'temporal-join':
      return lowerTemporalJoin(lowering, relation, [
        input(0, updateBefore),
        input(1, !canLeaveOutOld(relation.right)),
      ]);
    case 'lookup-join':
      return lowerLookupJoin(lowering, relation, input(0, true));
    case 'match':
      return lowerMatch(lowering, relation, input(0, true));
  }
}

function lowerValues({ graph }: Lowering, relation: Values): StreamNode {
  const rows = relation.rows.map((row): Row => ({ kind: '+I', values: compileProjection(row)([]) }));
  const source = collectionSource(rows);
  const strategy = WatermarkStrategy.noWatermarks<unknown>();
  return graph.add({
    kind: 'source',
    name: showRelation(relation),
    parameters: { source: source.kind, ...source.parameters, watermarks: strategy.parameters },
    source,
    watermarkStrategy: strategy,
  });
}

function lowerCalc(
  lowering: Lowering,
  input: StreamNode,
  condition: Expression | undefined,
  relation: Relation,
): StreamNode {
  const expressions = relation.kind === 'project' ? relation.expressions : undefined;
  const [{ columns }] = inputsOf(relation) as [Relation];
  return addNode(lowering, {
    kind: 'calc',
    name: showRelation(relation),
    inputs: [input],
    parameters: { plan: digest(relation) },
    expressions: [...(expressions ?? []), ...(condition === undefined ? [] : [condition])],
    state: 'none',
    createOperator: () => new CalcOperator(condition, expressions, columns.length),
  });
}

function lowerSet(lowering: Lowering, relation: SetOperation, updateBefore: boolean): StreamNode {
  const { operation, all } = relation;
  const isUnion = operation === 'UNION';
  const inputs = relation.inputs.map((input) => lower(lowering, input, isUnion ? updateBefore : true));
  const timeToLive = lowering.settings.stateTtl;
  return addNode(lowering, {
    kind: operation.toLowerCase(),
    name: showRelation(relation),
    inputs,
    parameters: { plan: digest(relation), ...(isUnion ? {} : { timeToLive }) },
    ...(isUnion ? { state: 'none' as const } : {}),
    createOperator: () =>
      isUnion ? new ForwardOperator() : new SetOperationOperator({ operation, all, timeToLive }),
  });
}

function lowerUnnest(lowering: Lowering, relation: Unnest, input: StreamNode): StreamNode {
  const { source, element, ordinality, outer } = relation;
  const added = relation.columns.slice(relation.input.columns.length);
  const names = added.map(({ name }) => name);
  const expressions = 'call' in source ? source.args : [source];
  return addNode(lowering, {
    kind: 'unnest',
    name: showRelation(relation),
    inputs: [input],
    parameters: { plan: digest(relation) },
    expressions,
    functions: 'call' in source ? [source.call.userFunction] : [],
    state: 'none',
    createOperator: () => {
      const evaluate = elementsOf(source);
      const fields = fieldNames(relation) ?? names;
      const unfold = (values: readonly unknown[]) => {
        const rows = [...evaluate(values)].map((item) => rowOf(item, element, fields));
        return ordinality ? rows.map((row, at) => [...row, at + 1]) : rows;
      };
      return new UnnestOperator(unfold, outer ? added.map(() => null) : undefined);
    },
  });
}

function elementsOf(source: Unnest['source']): (values: readonly unknown[]) => Iterable<unknown> {
  if ('call' in source) {
    const args = compileProjection(source.args);
    const { evaluate } = source.call;
    return (values) => evaluate(...args(values));
  }
  const value = compileExpression(source);
  return (values) => (value(values) as Iterable<unknown> | null) ?? [];
}

/** The fields of an element, which its columns may have renamed. */
function fieldNames({ source, element }: Unnest): readonly string[] | undefined {
  if ('call' in source) return source.call.columns.map(({ name }) => name);
  const { type } = source;
  if (element !== 'row' || type.name !== 'ARRAY' || type.element.name !== 'ROW') return undefined;
  return type.element.fields.map(({ name }) => name);
}

function rowOf(item: unknown, element: Unnest['element'], fields: readonly string[]): readonly unknown[] {
  if (element === 'value') return [item ?? null];
  if (Array.isArray(item)) return item as readonly unknown[];
  return fields.map((name) => (item as Record<string, unknown> | null)?.[name] ?? null);
}
