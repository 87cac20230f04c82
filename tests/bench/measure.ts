import type { Checksum } from './events.ts';
import { EXPECTED } from './expected.ts';
import { handLoops } from './hand-loops.ts';
import { LoopGaps, timerLateness } from './loop-gaps.ts';
import { runQuery } from './queries.ts';

const WARM_UP = 2_000_000;
const OTHER_EVENTS = 200_000;

/** Rates are records a second, one a run. */
export interface Measured {
  readonly loop: readonly number[];
  readonly engine: readonly number[];
  /** Of the engine, after ten other jobs have run in the process. */
  readonly later: readonly number[];
  /** How late a timer is while the engine runs, in ms at the 99th percentile. */
  readonly lateness: number;
  readonly rows: number;
  readonly sum: number;
}

type Run = (n: number) => Checksum | Promise<Checksum>;

/** @throws when loop and engine differ, or give what is known to be wrong */
export async function measureQuery(query: string, events: number, runs: number): Promise<Measured> {
  const loop: number[] = [];
  const engine: number[] = [];
  const later: number[] = [];
  const known = new Map(Object.entries(EXPECTED[query] ?? {}).map(([n, result]) => [Number(n), result]));
  const timed = async (rates: number[], n: number, run: Run): Promise<Checksum> => {
    const start = performance.now();
    const result = await run(n);
    rates.push((n / (performance.now() - start)) * 1000);
    const expected = known.get(n);
    if (expected === undefined) known.set(n, [result.rows, result.sum]);
    else if (expected[0] !== result.rows || expected[1] !== result.sum) {
      throw new Error(
        `${query} of ${n} events gave ${result.rows} rows with checksum ${result.sum}, not ${expected}`,
      );
    }
    return result;
  };
  const byLoop: Run = handLoops[query]!;
  const byEngine: Run = (n) => runQuery(query, n);
  await timed([], WARM_UP, byLoop);
  await timed([], WARM_UP, byEngine);
  const gaps = new LoopGaps();
  let away: readonly number[] = [];
  for (let run = 0; run < runs; run++) {
    await timed(loop, events, byLoop);
    gaps.start();
    await timed(engine, events, byEngine);
    away = gaps.stop();
  }
  const others = Object.keys(handLoops).filter((name) => name !== query && !name.endsWith('-1m'));
  for (const other of others.slice(0, 10)) await runQuery(other, OTHER_EVENTS);
  let last = await timed([], WARM_UP, byEngine);
  for (let run = 0; run < runs; run++) last = await timed(later, events, byEngine);
  return { loop, engine, later, lateness: timerLateness(away, 0.99), rows: last.rows, sum: last.sum };
}
