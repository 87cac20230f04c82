import { BIGINT, INT, isInteger, type LogicalType } from '../types/logical-type.ts';
import { identityOf } from '../types/value-identity.ts';
import type { AggregateFunctionDefinition, Aggregator, BoundAggregate } from './aggregate-function.ts';

/** Ranks by the values that rows are ordered by: peers share one. */
function rank(dense: boolean): Aggregator {
  return {
    ignoresNull: false,
    create: () => ({ rows: 0, rank: 0, last: '' as unknown }),
    add(held, ...order) {
      const state = held as { rows: number; rank: number; last: unknown };
      const identity = identityOf(order);
      state.rows++;
      if (state.rows === 1 || identity !== state.last) state.rank = dense ? state.rank + 1 : state.rows;
      state.last = identity;
      return state;
    },
    retract: (held) => held,
    merge: (a) => a,
    result: (held) => (held as { rank: number }).rank,
  };
}

const rowNumber: Aggregator = {
  ignoresNull: false,
  create: () => 0,
  add: (count) => (count as number) + 1,
  retract: (count) => count,
  merge: (a) => a,
  result: (count) => count,
};

/** Functions that only an OVER window has. */
export const overFunctions: readonly AggregateFunctionDefinition[] = [
  { name: 'ROW_NUMBER', signature: 'ROW_NUMBER()', bind: () => ({ args: [], type: BIGINT, onlyOver: true, create: () => rowNumber }) },
  { name: 'RANK', signature: 'RANK()', bind: (types) => ({ args: types, type: BIGINT, onlyOver: true, create: () => rank(false) }) },
  { name: 'DENSE_RANK', signature: 'DENSE_RANK()', bind: (types) => ({ args: types, type: BIGINT, onlyOver: true, create: () => rank(true) }) },
  { name: 'LAG', signature: 'LAG(value, offset, default)', bind: bindLag },
]; // prettier-ignore

function bindLag(types: readonly LogicalType[]): BoundAggregate | undefined {
  const count = types.length;
  if (count === 0 || count > 3 || (types[1] !== undefined && !isInteger(types[1]))) return undefined;
  const args = [types[0]!, ...(count > 1 ? [INT] : []), ...(count > 2 ? [types[0]!] : [])];
  return {
    args,
    type: types[0]!,
    onlyOver: true,
    create: () => lag,
  };
}

/** The value of an earlier row; its offset and default come with each row, as the other arguments. */
const lag: Aggregator = {
  ignoresNull: false,
  create: (): { values: unknown[]; offset: number; otherwise: unknown } => ({
    values: [],
    offset: 1,
    otherwise: null,
  }),
  add(held, value, offset = 1, otherwise = null) {
    const state = held as { values: unknown[]; offset: number; otherwise: unknown };
    state.offset = offset as number;
    state.otherwise = otherwise;
    state.values.push(value);
    if (state.values.length > state.offset + 1) state.values.shift();
    return state;
  },
  retract: (held) => held,
  merge: (a) => a,
  result: (held) => {
    const { values, offset, otherwise } = held as { values: unknown[]; offset: number; otherwise: unknown };
    // As Flink has it, what is NULL is replaced too.
    return values[values.length - 1 - offset] ?? otherwise;
  },
};
