import {
  badSql,
  missingWatermark,
  notSupported,
  typeMismatch,
  unknownColumn,
  unknownFunction,
} from '../sql-errors.ts';
import type { ExpressionNode, Identifier, TableNode } from '../parse/ast.ts';
import { BOOLEAN, showType } from '../types/logical-type.ts';
import { bindMatch } from './bind-match.ts';
import { join, ORDINALITY, scan, windowTable } from './build-relations.ts';
import {
  descriptorOf, inputOfWindow, valueOf, windowArguments, windowSpecification,
} from './bind-window.ts'; // prettier-ignore
import { coerce, coerceBoth } from './coerce.ts';
import { lookupJoin } from './lookup-join.ts';
import { callOf, input, type Expression } from './expression.ts';
import { renamed, QueryBinder } from './query-binder.ts';
import type { Column, Join, Relation, RelationJoinType, TemporalJoin, Unnest } from './relation.ts';
import { allOf, splitJoinCondition } from './split-condition.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import { StateTtlHint } from './state-ttl-hint.ts';

/** What stands in FROM, with the names that its columns have. */
export interface BoundTable {
  readonly relation: Relation;
  readonly scope: readonly ScopeColumn[];
}

/** Turns FROM into a plan. */
export class FromBinder {
  readonly #queries: QueryBinder;
  readonly #outer: Scope | undefined;
  readonly #timeToLive: StateTtlHint;

  constructor(queries: QueryBinder, outer?: Scope, timeToLive = new StateTtlHint([])) {
    this.#queries = queries;
    this.#outer = outer;
    this.#timeToLive = timeToLive;
  }

  bind(node: TableNode): BoundTable {
    switch (node.kind) {
      case 'table':
        return this.#named(node);
      case 'derived':
        return this.#aliased(this.#queries.bind(node.query), node.alias?.name, node.columns, node);
      case 'window':
        return this.#window(node);
      case 'join':
        return this.#join(node);
      case 'match':
        return this.#match(node);
      case 'unnest':
      case 'function':
        return this.#unnest({ relation: oneRow(node), scope: [] }, node, false);
    }
  }

  #named(node: TableNode & { readonly kind: 'table' }): BoundTable {
    const [only, more] = node.path;
    const named = more === undefined ? this.#queries.named(only!.name) : undefined;
    return this.#aliased(
      named ?? this.#fromCatalog(node),
      node.alias?.name ?? node.path.at(-1)!.name,
      node.columns,
      node,
    );
  }

  #fromCatalog(node: TableNode & { readonly kind: 'table' }): Relation {
    if (node.asOf !== undefined)
      throw badSql(
        'sql-unsupported',
        'FOR SYSTEM_TIME AS OF says which version of a table is joined, and nothing is joined with it here.',
        'Write FROM a JOIN b FOR SYSTEM_TIME AS OF a.ts ON a.k = b.k.',
        node.at,
      );
    const { environment } = this.#queries;
    const entry = environment.catalog.resolve(node.path);
    switch (entry.kind) {
      case 'table':
        return scan(entry.table, node.at);
      case 'relation':
        return entry.relation;
      case 'view': {
        const relation = new QueryBinder(environment).bind(entry.query);
        return entry.columns.length === 0 ? relation : renamed(relation, entry.columns, node.at);
      }
    }
  }

  #aliased(
    relation: Relation,
    qualifier: string | undefined,
    columns: readonly Identifier[],
    node: TableNode,
  ): BoundTable {
    const named =
      columns.length === 0
        ? relation
        : renamed(
            relation,
            columns.map(({ name }) => name),
            node.at,
          );
    return { relation: named, scope: Scope.of(named.columns, qualifier).columns };
  }

  #window(node: TableNode & { readonly kind: 'window' }): BoundTable {
    const { kind, of } = windowArguments(node.name, node.args, node.at);
    const source = inputOfWindow(of('DATA'), node.at);
    const { relation } = this.bind(source.input);
    const scope = Scope.of(relation.columns, undefined);
    const partition = source.partitionBy.map((item) => {
      const bound = this.#queries.expressions(scope).bind(item);
      if (bound.kind !== 'input')
        throw notSupported('PARTITION BY of an expression', 'Make it a column before.', item.at);
      return bound.index;
    });
    const durations = {
      size: valueOf(of(kind === 'SESSION' ? 'GAP' : 'SIZE')),
      step: valueOf(of(kind === 'HOP' ? 'SLIDE' : 'STEP')),
      offset: valueOf(of('OFFSET')),
    };
    const window = windowSpecification(
      kind,
      relation,
      descriptorOf(of('TIMECOL'), node.at),
      durations,
      partition,
      node.at,
    );
    return this.#aliased(windowTable(relation, window, node.at), node.alias?.name, node.columns, node);
  }

  #match(node: TableNode & { readonly kind: 'match' }): BoundTable {
    const { relation } = this.bind(node.input);
    const match = bindMatch(relation, node.match, this.#queries.environment.functions);
    return this.#aliased(match, node.alias?.name, node.columns, node);
  }

  #join(node: TableNode & { readonly kind: 'join' }): BoundTable {
    const left = this.bind(node.left);
    if (node.right.kind === 'unnest' || node.right.kind === 'function') {
      if (node.type !== 'cross' && node.type !== 'inner' && node.type !== 'left') {
        throw notSupported(
          `A ${node.type} join with UNNEST or a table function`,
          'CROSS JOIN and LEFT JOIN … ON TRUE are.',
          node.at,
        );
      }
      return this.#unnest(left, node.right, node.type === 'left');
    }
    if (node.right.kind === 'table' && node.right.asOf !== undefined)
      return this.#temporal(left, node, node.right, node.right.asOf);
    const right = this.bind(node.right);
    const { scope, equal } = this.#joinScope(node, left, right);
    const binder = this.#queries.expressions(new Scope(scope, this.#outer));
    const on = node.on === undefined ? undefined : binder.bindBoolean(node.on, 'ON');
    const condition = allOf([...equal, ...(on === undefined ? [] : [on])]);
    if (condition === undefined && node.type !== 'cross' && !node.natural) {
      throw badSql(
        'sql-syntax',
        `${node.type === 'inner' ? 'An' : 'A'} ${node.type} join needs a condition.`,
        'Write ON … or USING (…).',
        node.at,
      );
    }
    const parts = splitJoinCondition(condition, left.relation.columns.length);
    const type: RelationJoinType = node.type === 'cross' ? 'inner' : node.type;
    const relation: Join = {
      ...join(left.relation, right.relation, type, parts.equal, parts.rest, node.at),
      leftTimeToLive: this.#timeToLive.of(node.left),
      rightTimeToLive: this.#timeToLive.of(node.right),
    };
    return { relation, scope: type === 'semi' || type === 'anti' ? left.scope : scope };
  }

  #joinScope(node: TableNode & { readonly kind: 'join' }, left: BoundTable, right: BoundTable) {
    const width = left.relation.columns.length;
    const shifted = right.scope.map((column) => ({ ...column, index: column.index + width }));
    const common = node.natural
      ? left.scope
          .filter(({ column }) => right.scope.some((other) => other.column.name === column.name))
          .map(({ column }) => column.name)
      : node.using.map(({ name }) => name);
    const equal = common.map((name, at): Expression => {
      const position = node.using[at]?.at ?? node.at;
      const of = (side: readonly ScopeColumn[]) => {
        const found = side.find(({ column }) => column.name === name);
        if (found === undefined)
          throw unknownColumn(
            name,
            side.map(({ column }) => column.name),
            position,
          );
        return input(found.index, found.column.type);
      };
      return callOf('=', coerceBoth('USING', of(left.scope), of(shifted), position), BOOLEAN);
    });
    // A right join has the values of its right side.
    const asCommon = (column: ScopeColumn, here: boolean): ScopeColumn => {
      if (!common.includes(column.column.name) || column.onlyQualified) return column;
      return here ? { ...column, shared: true } : { ...column, onlyQualified: true };
    };
    const ofRight = node.type === 'right';
    const scope = [
      ...left.scope.map((column) => asCommon(column, !ofRight)),
      ...shifted.map((column) => asCommon(column, ofRight)),
    ];
    return { scope, equal };
  }

  #temporal(
    left: BoundTable,
    node: TableNode & { readonly kind: 'join' },
    right: TableNode & { readonly kind: 'table' },
    asOf: ExpressionNode,
  ): BoundTable {
    if (node.type !== 'inner' && node.type !== 'left')
      throw notSupported(`A ${node.type} join with FOR SYSTEM_TIME AS OF`, 'INNER and LEFT are.', node.at);
    const versions = this.bind({ ...right, asOf: undefined });
    const { scope, equal } = this.#joinScope(node, left, versions);
    const time = this.#queries.expressions(new Scope(left.scope)).bind(asOf);
    const timeColumn = time.kind === 'input' ? left.relation.columns[time.index] : undefined;
    if (time.kind !== 'input' || timeColumn?.time === undefined) {
      throw missingWatermark('FOR SYSTEM_TIME AS OF', timeColumn?.name ?? '…', asOf.at);
    }
    const binder = this.#queries.expressions(new Scope(scope));
    const on = node.on === undefined ? undefined : binder.bindBoolean(node.on, 'ON');
    const parts = splitJoinCondition(
      allOf([...equal, ...(on === undefined ? [] : [on])]),
      left.relation.columns.length,
    );
    if (parts.equal.length === 0) {
      throw badSql(
        'temporal-join-key',
        'A join with FOR SYSTEM_TIME AS OF finds versions by key.',
        'Compare with the key in ON: ON a.k = b.k.',
        node.at,
      );
    }
    if (versions.relation.kind === 'scan' && versions.relation.table.lookup !== undefined) {
      return {
        relation: lookupJoin(left.relation, versions.relation, node.type, parts, timeColumn, node.at),
        scope,
      };
    }
    let rightTime: number | undefined;
    if (timeColumn.time === 'rowtime') {
      rightTime = versions.relation.columns.findIndex((column) => column.time === 'rowtime');
      if (rightTime < 0) throw missingWatermark('A versioned table', right.path.at(-1)!.name, right.at);
    }
    const plain = ({ name, type }: Column): Column => ({ name, type });
    const relation: TemporalJoin = {
      kind: 'temporal-join',
      left: left.relation,
      right: versions.relation,
      type: node.type,
      equal: parts.equal,
      condition: parts.rest,
      leftTime: time.index,
      rightTime,
      // The left rows keep their times: each comes out once the watermark is at its time.
      columns: [...left.relation.columns, ...versions.relation.columns.map(plain)],
      at: node.at,
    };
    return { relation, scope };
  }

  #unnest(
    left: BoundTable,
    node: TableNode & { readonly kind: 'unnest' | 'function' },
    outer: boolean,
  ): BoundTable {
    const binder = this.#queries.expressions(new Scope(left.scope, this.#outer));
    const made =
      node.kind === 'unnest'
        ? this.#elements(binder.bind(node.operand), node)
        : this.#rows(node, (arg) => binder.bind(arg));
    const named = made.columns.map((column, at): Column => ({
      ...column,
      name: node.columns[at]?.name ?? column.name,
    }));
    const ordinality = node.kind === 'unnest' && node.ordinality;
    const added = ordinality
      ? [...named, { ...ORDINALITY, name: node.columns[named.length]?.name ?? ORDINALITY.name }]
      : named;
    if (node.columns.length > added.length) {
      throw badSql(
        'column-count',
        `${node.columns.length} names are given for ${added.length} columns.`,
        'Name each.',
        node.at,
      );
    }
    const relation: Unnest = {
      kind: 'unnest',
      input: left.relation,
      source: made.source,
      element: made.element,
      ordinality,
      outer,
      columns: [...left.relation.columns, ...added],
      at: node.at,
    };
    const width = left.relation.columns.length;
    const scope = added.map((column, at) => ({ qualifier: node.alias?.name, column, index: width + at }));
    return { relation, scope: [...left.scope, ...scope] };
  }

  #elements(
    operand: Expression,
    node: TableNode,
  ): Pick<Unnest, 'source' | 'element'> & { columns: readonly Column[] } {
    const { type } = operand;
    if (type.name === 'ARRAY' || type.name === 'MULTISET') {
      if (type.element.name === 'ROW')
        return { source: operand, element: 'row', columns: type.element.fields };
      return { source: operand, element: 'value', columns: [{ name: 'EXPR$0', type: type.element }] };
    }
    if (type.name === 'MAP') {
      return {
        source: operand,
        element: 'entry',
        columns: [
          { name: 'KEY', type: type.key },
          { name: 'VALUE', type: type.value },
        ],
      };
    }
    throw typeMismatch('UNNEST', [showType(type)], 'It takes an ARRAY, a MULTISET or a MAP.', node.at);
  }

  #rows(
    node: TableNode & { readonly kind: 'function' },
    bind: (arg: ExpressionNode) => Expression,
  ): Pick<Unnest, 'source' | 'element'> & { columns: readonly Column[] } {
    const { functions } = this.#queries.environment;
    const definition = functions.table(node.call.name);
    if (definition === undefined) throw unknownFunction(node.call.name, functions.names, node.call.at);
    const given = node.call.args.map(bind);
    const types = definition.accepts(given.map(({ type }) => type));
    if (types === undefined) {
      throw typeMismatch(
        definition.name,
        given.length === 0 ? ['no arguments'] : given.map(({ type }) => showType(type)),
        `It takes ${definition.signature}.`,
        node.call.at,
      );
    }
    const args = given.map((arg, at) => coerce(arg, types[at]!));
    const element = definition.columns.length === 1 ? 'value' : 'row';
    return { source: { call: definition, args }, element, columns: definition.columns };
  }
}

/** FROM UNNEST(…) alone: its elements of one row. */
function oneRow(node: TableNode): Relation {
  return { kind: 'values', rows: [[]], columns: [], at: node.at };
}
