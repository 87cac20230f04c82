import type { Over } from '../plan/relation.ts';
import { missingWatermark, notInStreaming } from '../sql-errors.ts';

const RANKS: ReadonlySet<string> = new Set(['ROW_NUMBER', 'RANK', 'DENSE_RANK']);

/**
 * The column that OVER goes by: rows come in the order of time, and none is computed anew when another comes.
 * @throws {TidemarkError} `missing-watermark`, `not-in-streaming` for another order
 */
export function overTime({ order, input, calls, at }: Over): number {
  const [first] = order;
  if (first === undefined)
    throw notInStreaming(
      'OVER without ORDER BY',
      'its result would change with every row.',
      'Order it by a time attribute.',
      at,
    );
  const index = first.expression.kind === 'input' ? first.expression.index : -1;
  const column = input.columns[index];
  if (column?.time === undefined) {
    const rank = calls.find(({ name }) => RANKS.has(name));
    if (rank !== undefined) throw rankByValue(rank.name, column?.name ?? 'an expression', at);
    throw missingWatermark('OVER (… ORDER BY …)', column?.name ?? 'the expression', at);
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

function rankByValue(name: string, by: string, at: Over['at']): Error {
  const next =
    name === 'ROW_NUMBER'
      ? 'Ask for the first ones only: around it, WHERE on its number <= 10 makes a Top-N of 10.'
      : 'ROW_NUMBER() with a WHERE on its number around it makes a Top-N; rows that are equal then have places of their own.';
  return notInStreaming(
    `${name}() ordered by ${by === 'an expression' ? by : `'${by}'`}`,
    'each row that comes would move all those behind it.',
    next,
    at,
  );
}
