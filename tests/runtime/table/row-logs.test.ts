import { expect, it } from 'vitest';
import { readTables } from '../../../runtime/src/state/entries.ts';
import { redistributeTables } from '../../../runtime/src/state/redistribute.ts';
import { loggedRows } from '../../../runtime/src/table/lower/join-code.ts';
import { PIECE_BITS, PLACE_MASK, type RowLog } from '../../../runtime/src/table/operators/row-log.ts';
import { RowLogs } from '../../../runtime/src/table/operators/row-logs.ts';
import type { KeptUntil } from '../../../runtime/src/table/plan/relation.ts';
import { input } from '../../../runtime/src/table/plan/expression.ts';

const BIGINT = { name: 'BIGINT' } as const;
const rows = loggedRows(
  {
    equal: [{ left: input(0, BIGINT), right: input(0, BIGINT), nullSafe: false }],
    condition: undefined,
    leftColumns: 3,
    rightColumns: 0,
  },
  true,
);
type LoggedRow = readonly [key: number, time: number, text: string | null];

const sideOf = (kept?: KeptUntil) => new RowLogs('left', rows, kept);

function add(log: RowLog, row: LoggedRow): void {
  row.forEach((value, at) => (log.open[at]![log.place] = value));
  log.add(row[0]);
}

function ofKey(side: RowLogs, key: number): LoggedRow[] {
  return side.logs.flatMap((log) => {
    const found: LoggedRow[] = [];
    for (let row = log.first(key); row >= 0; row = log.after(row, key))
      found.push(
        log.pieces[row >> PIECE_BITS]!.map((cells) => cells[row & PLACE_MASK]) as unknown as LoggedRow,
      );
    return found;
  });
}

const MANY = 3 * (PLACE_MASK + 1) + 5;
const rowAt = (at: number): LoggedRow => [at % 7, 1_000 * at, at % 5 === 0 ? null : `row ${at}`];
const all = Array.from({ length: MANY }, (_, at) => rowAt(at));

it('finds the rows of a key in the order in which they came, whether it is looked for before or after', () => {
  for (const looksFirst of [true, false]) {
    const side = sideOf();
    if (looksFirst) expect(ofKey(side, 3)).toEqual([]);
    for (const row of all) add(side.current, row);
    expect(ofKey(side, 3)).toEqual(all.filter(([key]) => key === 3));
    expect(ofKey(side, 99)).toEqual([]);
  }
});

it('has the same rows after a snapshot, on one subtask or on three', () => {
  const side = sideOf();
  for (const row of all) add(side.current, row);
  const written = readTables([side]);
  for (const parallelism of [1, 3]) {
    const spread = parallelism === 1 ? [written] : redistributeTables([written], parallelism, 128);
    const restored = spread.map((entries) => {
      const one = sideOf();
      one.restore(entries['left'] ?? []);
      return one;
    });
    expect(restored.reduce((size, one) => size + one.size, 0)).toBe(MANY);
    const [home, ...others] = restored.filter((one) => ofKey(one, 3).length > 0);
    expect(others).toEqual([]);
    expect(ofKey(home!, 3)).toEqual(all.filter(([key]) => key === 3));
    const more = rowAt(7 * MANY + 3);
    add(home!.current, more);
    expect(ofKey(home!, 3).at(-1)).toEqual(more);
  }
});

it('forgets rows by and by as the watermark passes them, and never one that may still be asked for', () => {
  const side = sideOf({ column: 1, reach: 10_000 });
  const kept = () => side.logs.reduce((size, { slotCount }) => size + slotCount, 0);
  for (const row of all.slice(0, 500)) {
    add(side.logAt(row[1]), row);
    side.forget(row[1] - 3_000);
    const needed = all.filter(([key, time]) => key === row[0] && time <= row[1] && time > side.deadline);
    expect(ofKey(side, row[0]).slice(-needed.length)).toEqual(needed);
    expect(kept()).toBeLessThan(20);
  }
  const restored = sideOf(side.keptUntil);
  restored.expect(side.written());
  restored.restore(readTables([side])['left']!);
  expect(restored.written()).toEqual(side.written());
  expect(restored.nextTime).toBe(side.nextTime);
  restored.forget(Infinity);
  expect(restored.size).toBe(0);
  expect(restored.nextTime).toBe(Infinity);
});
