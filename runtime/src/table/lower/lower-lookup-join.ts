import type { StreamNode } from '../../graph/stream-node.ts';
import { AsyncWaitOperator } from '../../operators/async-wait-operator.ts';
import type { Row } from '../changelog-row.ts';
import type { LookupJoin } from '../plan/relation.ts';
import { digest, showRelation } from '../plan/show-relation.ts';
import { compilePairCondition, compileProjection } from './compile-expression.ts';
import { addNode, type Lowering } from './lowering.ts';

/** Rows that are looked up at once, and ms that an answer may take: Flink's `table.exec.async-lookup` defaults. */
const CAPACITY = 100;
const TIMEOUT = 180_000;

/** Asks for each row and goes on in the order of the rows, so that changes of one row stay in order. */
export function lowerLookupJoin(lowering: Lowering, relation: LookupJoin, input: StreamNode): StreamNode {
  const { lookup, key, condition, type, table } = relation;
  const values = key.map(({ value }) => value);
  return addNode(lowering, {
    kind: 'lookup-join',
    name: showRelation(relation),
    inputs: [input],
    parameters: { plan: digest(relation), lookup: lookup.parameters },
    expressions: [...values, ...(condition === undefined ? [] : [condition])],
    createOperator: () => {
      const find = lookup.open(key.map(({ column }) => column));
      const keyOf = compileProjection(values);
      const matches = compilePairCondition(condition, relation.input.columns.length);
      const nulls = type === 'left' ? table.columns.map(() => null) : undefined;
      const request = async (value: unknown): Promise<readonly Row[]> => {
        const { kind, values: left } = value as Row;
        const wanted = keyOf(left);
        // NULL equals nothing.
        const found = wanted.includes(null) ? [] : await find(wanted);
        const rows = found.filter((right) => matches(left, right));
        if (rows.length === 0) return nulls === undefined ? [] : [{ kind, values: [...left, ...nulls] }];
        return rows.map((right) => ({ kind, values: [...left, ...right] }));
      };
      return new AsyncWaitOperator(() => ({ request }), {
        ordered: true,
        capacity: CAPACITY,
        timeout: TIMEOUT,
      });
    },
  });
}
