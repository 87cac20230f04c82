import type { RelationSum } from './nexmark-checksum.ts';
import { NEXMARK_LOOPS } from './nexmark-loops.ts';
import { runNexmark } from './nexmark-run.ts';

/** Events that loop and engine are warmed up with, at most. */
const WARM_UP = 100_000;

/** Rates are events a second, one a run. */
export interface NexmarkMeasured {
  readonly loop: readonly number[];
  readonly engine: readonly number[];
  /** With a cut every second. */
  readonly withCuts: readonly number[];
  readonly rows: number;
  readonly sum: number;
}

/** @throws when loop and engine end with different relations */
export async function measureNexmark(query: string, events: number, runs: number): Promise<NexmarkMeasured> {
  const loop: number[] = [];
  const engine: number[] = [];
  const withCuts: number[] = [];
  const byLoop = NEXMARK_LOOPS[query]!;
  const timed = async (rates: number[], run: () => RelationSum | Promise<RelationSum>) => {
    const start = performance.now();
    const { rows, sum } = await run();
    rates.push((events / (performance.now() - start)) * 1000);
    return { rows, sum };
  };
  byLoop(WARM_UP);
  await runNexmark(query, Math.min(events, WARM_UP));
  let known: { readonly rows: number; readonly sum: number } | undefined;
  for (let run = 0; run < runs; run++) {
    const results = [
      await timed(loop, () => byLoop(events)),
      await timed(engine, () => runNexmark(query, events)),
      await timed(withCuts, () => runNexmark(query, events, 1_000)),
    ];
    for (const result of results) {
      known ??= result;
      if (result.rows !== known.rows || result.sum !== known.sum) {
        throw new Error(
          `${query} of ${events} events gave ${result.rows} rows with checksum ${result.sum}, not ${known.rows} with ${known.sum}`,
        );
      }
    }
  }
  return { loop, engine, withCuts, ...known! };
}
