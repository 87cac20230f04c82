import { describe, expect, test } from 'vitest';
import {
  MAX_TIMESTAMP,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type Sink,
  type Source,
  type SourceBatch,
} from 'tidemark';
import { packPosition, unpackPosition } from '../../../runtime/src/engine/split-position.ts';

type Batch = Pick<SourceBatch<number>, 'values' | 'split' | 'endsSplit'>;

/** Hands over these batches, one a poll, and notes when. */
function scripted(
  name: string,
  batches: readonly Batch[],
  log: string[] = [],
  splits?: readonly string[],
): Source<number> {
  return {
    kind: 'scripted',
    parameters: { name },
    boundedness: 'bounded',
    rereadable: true,
    ...(splits === undefined ? {} : { splits }),
    createReader: ({ position }) => {
      let at = (position as number | undefined) ?? 0;
      return {
        poll: () => {
          const batch = batches[at];
          if (batch === undefined) return 'end';
          at++;
          log.push(`${name} ${batch.values.at(-1)}`);
          return { ...batch, values: [...batch.values], position: at };
        },
        close: () => undefined,
      };
    },
  };
}

const keep = <T>(into: T[]): Sink<T> => ({
  kind: 'keep',
  createWriter: () => ({ write: (value) => void into.push(value) }),
});
const byValue = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((time) => time);
const newEnvironment = () => StreamExecutionEnvironment.getExecutionEnvironment();

async function lateOf(source: Source<number>): Promise<{ sums: number[]; late: number }> {
  const env = newEnvironment();
  const sums: number[] = [];
  env.fromSource(source, byValue).windowAll(TumblingEventTimeWindows.of(10)).sum(0).sinkTo(keep(sums));
  const job = await env.execute();
  await job.finished();
  return { sums, late: job.metrics().reduce((sum, { lateRecords }) => sum + lateRecords, 0) };
}

describe('a source of several splits', () => {
  test('has the watermark of the slowest, so that splits may be far apart', async () => {
    const apart = [
      { values: [25], split: 'fast' },
      { values: [3], split: 'slow' },
      { values: [4, 5], split: 'slow' },
    ];
    expect(await lateOf(scripted('known', apart, [], ['fast', 'slow']))).toEqual({ sums: [12, 25], late: 0 });
    // As one split the same records come too late.
    const asOne = apart.map(({ values }) => ({ values }));
    expect(await lateOf(scripted('one', asOne))).toMatchObject({ sums: [25], late: 3 });
  });

  test('waits no longer for a split that has ended', async () => {
    const ends = [
      { values: [3], split: 'short', endsSplit: true },
      { values: [25], split: 'long' },
      { values: [4], split: 'long' },
    ];
    expect(await lateOf(scripted('ends', ends, [], ['short', 'long']))).toMatchObject({
      sums: [3, 25],
      late: 1,
    });
    const goesOn = ends.map(({ values, split }) => ({ values, split }));
    expect(await lateOf(scripted('goes on', goesOn, [], ['short', 'long']))).toMatchObject({ late: 0 });
  });

  test('is stored with the split of each batch', () => {
    for (const entry of [
      { position: 7 },
      { position: undefined },
      { position: new Map([['a', 1]]) },
      { position: 7, split: 'a' },
      { position: new Map([['a', 1]]), split: 'a', endsSplit: true },
    ])
      expect(unpackPosition(structuredClone(packPosition(entry)))).toEqual(entry);
  });
});

describe('watermark alignment', () => {
  const steps = (by: number, to: number): Batch[] =>
    Array.from({ length: to / by }, (_, n) => ({ values: [(n + 1) * by] }));

  async function drifts(maxDrift: number | undefined): Promise<number[]> {
    const env = newEnvironment();
    const log: string[] = [];
    const strategy = maxDrift === undefined ? byValue : byValue.withWatermarkAlignment('group', maxDrift);
    const fast = env.fromSource(scripted('fast', steps(100, 3_000), log), strategy);
    const slow = env.fromSource(scripted('slow', steps(10, 1_000), log), strategy);
    fast.union(slow).sinkTo(keep<number>([]));
    await (await env.execute()).finished();
    expect(log).toHaveLength(130);
    const now = { fast: 0, slow: 0 };
    return log.flatMap((line) => {
      const [name, time] = line.split(' ') as ['fast' | 'slow', string];
      now[name] = Number(time);
      return now.slow < 1_000 ? [now.fast - now.slow] : [];
    });
  }

  test('holds a source back that is further ahead than it may be', async () => {
    // One batch more than the drift: a source is stopped when it is ahead, not before.
    expect(Math.max(...(await drifts(50)))).toBeLessThanOrEqual(150);
    expect(Math.max(...(await drifts(300)))).toBeLessThanOrEqual(400);
    expect(Math.max(...(await drifts(undefined)))).toBeGreaterThan(1_000);
  });

  test('does not wait for a source that is idle', async () => {
    const env = newEnvironment();
    const silent: Source<number> = {
      kind: 'silent',
      parameters: {},
      boundedness: 'unbounded',
      rereadable: false,
      createReader: () => ({ poll: () => 'wait', close: () => undefined }),
    };
    const aligned = byValue.withWatermarkAlignment('group', 10);
    const fast = env.fromSource(scripted('fast', steps(100, 1_000)), aligned);
    const quiet = env.fromSource(silent, aligned.withIdleness(20));
    const seen = await fast.union(quiet).executeAndCollect({ limit: 10, timeout: '20 s' });
    expect(seen.at(-1)).toBe(1_000);
  });

  test.each([
    ['', 10],
    ['group', -1],
  ])('refuses group %j with a drift of %i ms', (group, drift) => {
    expect(() => byValue.withWatermarkAlignment(group, drift)).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
  });
});

test('a finished source has the highest watermark in its metrics, and lags no more', async () => {
  const env = newEnvironment();
  env.fromSource(scripted('short', [{ values: [1, 2] }]), byValue).sinkTo(keep<number>([]));
  const job = await env.execute();
  await job.finished();
  expect(job.metrics()[0]).toMatchObject({ watermark: MAX_TIMESTAMP, watermarkLag: undefined });
});
