import { BIGINT, DOUBLE, isInteger, isNumeric, type LogicalType } from '../types/logical-type.ts';
import type { AggregateFunctionDefinition, Aggregator } from './aggregate-function.ts';

interface Values {
  /** How often each is there. */
  readonly counts: Map<number, number>;
  percentages: number | readonly number[] | null;
}

/** The value below which a share of all values lies, between two of them by their distance: every value is kept, with its count. */
export const percentileAggregate: AggregateFunctionDefinition = {
  name: 'PERCENTILE',
  signature: 'PERCENTILE(value, share from 0 to 1, or an ARRAY of such [, how often the value counts])',
  bind: ([value, share, frequency, ...more]) => {
    if (value === undefined || share === undefined || more.length > 0 || !isNumeric(value)) return undefined;
    const several = share.name === 'ARRAY';
    if (!isNumeric(several ? share.element : share)) return undefined;
    if (frequency !== undefined && !isInteger(frequency)) return undefined;
    const shares: LogicalType = several ? { name: 'ARRAY', element: DOUBLE } : DOUBLE;
    return {
      args: [DOUBLE, shares, ...(frequency === undefined ? [] : [BIGINT])],
      type: shares,
      create: () => percentile,
    };
  },
};

const percentile: Aggregator = {
  ignoresNull: true,
  create: (): Values => ({ counts: new Map(), percentages: null }),
  add: (held, ...args) => count(held as Values, args, 1),
  retract: (held, ...args) => count(held as Values, args, -1),
  merge(a, b) {
    const into = a as Values;
    const { counts, percentages } = b as Values;
    for (const [value, times] of counts) change(into, value, times);
    into.percentages ??= percentages;
    return into;
  },
  result(held) {
    const { counts, percentages } = held as Values;
    const sorted = [...counts].filter(([, times]) => times > 0).sort(([a], [b]) => a - b);
    if (sorted.length === 0 || percentages === null) return null;
    const total = sorted.reduce((sum, [, times]) => sum + times, 0);
    const at = (share: number) => between(sorted, (total - 1) * share);
    return typeof percentages === 'number' ? at(percentages) : percentages.map(at);
  },
};

function count(state: Values, [value, share, frequency = 1]: readonly unknown[], sign: number): Values {
  const times = Number(frequency);
  if (times <= 0) return state;
  state.percentages ??= share as number | readonly number[];
  change(state, value as number, times * sign);
  return state;
}

function change({ counts }: Values, value: number, by: number): void {
  const times = (counts.get(value) ?? 0) + by;
  if (times === 0) counts.delete(value);
  else counts.set(value, times);
}

function between(sorted: readonly (readonly [value: number, times: number])[], place: number): number {
  const low = Math.floor(place);
  const below = valueAt(sorted, low);
  const above = valueAt(sorted, Math.ceil(place));
  return below === above ? below : (low + 1 - place) * below + (place - low) * above;
}

function valueAt(sorted: readonly (readonly [value: number, times: number])[], place: number): number {
  let seen = 0;
  return sorted.find(([, times]) => (seen += times) > place)![0];
}
