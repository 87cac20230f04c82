import type { Over } from '../plan/relation.ts';
import { missingWatermark, notInStreaming } from '../sql-errors.ts';

/** The time attribute that the order of OVER begins with; `undefined` if it begins with something else. */
export function timeColumnOf({ order: [first], input }: Over): number | undefined {
  const index = first?.expression.kind === 'input' ? first.expression.index : -1;
  return input.columns[index]?.time === undefined ? undefined : index;
}

/**
 * The time attribute that OVER goes by; `undefined` if its order is another, so that a row may come before others that are
 * there, and what it changes is updated.
 * @throws {TidemarkError} `missing-watermark`, `not-in-streaming` for what is possible in the order of time alone, or not at all
 */
export function overTime(relation: Over): number | undefined {
  const { order, input, frame, at } = relation;
  const [first] = order;
  if (first === undefined)
    throw notInStreaming(
      'OVER without ORDER BY',
      'its result would change with every row.',
      'Order it by a time attribute.',
      at,
    );
  const index = timeColumnOf(relation);
  if (index === undefined) {
    const { expression } = first;
    const name = expression.kind === 'input' ? input.columns[expression.index]!.name : undefined;
    if (frame.from.kind !== 'unbounded')
      throw missingWatermark('OVER (… ORDER BY …) with a bound', name ?? 'the expression', at);
    checkRanks(relation, name);
    return undefined;
  }
  if (first.descending || order.length > 1) {
    throw notInStreaming(
      'OVER in another order than that of time',
      'rows come in the order of time.',
      'Order it by the time attribute alone, ascending.',
      at,
    );
  }
  return index;
}

function checkRanks({ calls, at }: Over, by: string | undefined): void {
  const rank = calls.find(({ name }) => name === 'RANK' || name === 'DENSE_RANK');
  if (rank === undefined) return;
  throw notInStreaming(
    `${rank.name}() ordered by ${by === undefined ? 'an expression' : `'${by}'`}`,
    'Flink has a Top-N of it in batch mode alone.',
    'ROW_NUMBER() with a WHERE on its number around it makes a Top-N; rows that are equal then have places of their own, by which came first.',
    at,
  );
}
