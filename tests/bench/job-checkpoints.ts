// How long the event loop is away in the process of a job outside a notebook, while its checkpoints are written and without them.
import { setTimeout as sleep } from 'node:timers/promises';
import { generatorSource, StreamExecutionEnvironment, WatermarkStrategy } from 'tidemark';
import { LoopGaps, timerLateness } from './loop-gaps.ts';
import { Keep, type Price } from './price-sums.ts';

const CHECKPOINTS = 40;

export interface JobCheckpointsMeasured {
  readonly keys: number;
  readonly plain: LoopMeasured;
  /** With one checkpoint of all keys after the other, the worst case. */
  readonly writing: LoopMeasured;
}

export interface LoopMeasured {
  /** Between two turns of the event loop, ms. */
  readonly gaps: readonly number[];
  /** How late a timer came, ms at the 99th percentile. */
  readonly lateness: number;
  /** Records a second meanwhile. */
  readonly rate: number;
}

export async function measureJobCheckpoints(keys: number): Promise<JobCheckpointsMeasured> {
  let records = 0;
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env
    .fromSource(
      generatorSource((i): Price => ({ key: (records = i) % keys, price: (i % 1000) + 1 }), { count: 1e12 }),
      WatermarkStrategy.noWatermarks(),
      'prices',
    )
    .keyBy('key')
    .process(() => new Keep())
    .sinkTo({ kind: 'nowhere', createWriter: () => ({ write: () => undefined }) });
  const measured = async (work: () => Promise<unknown>): Promise<LoopMeasured> => {
    const before = records;
    const start = performance.now();
    const gaps = new LoopGaps();
    gaps.start();
    await work();
    const all = gaps.stop();
    // Gaps of a stream that stands still would say nothing.
    if (records === before) throw new Error('the stream stood still');
    return {
      gaps: all,
      lateness: timerLateness(all, 0.99),
      rate: ((records - before) / (performance.now() - start)) * 1000,
    };
  };
  const job = await env.execute();
  while (records < 3 * keys) await sleep(20);
  await job.triggerCheckpoint();
  const writing = await measured(async () => {
    for (let i = 0; i < CHECKPOINTS; i++) await job.triggerCheckpoint();
  });
  const plain = await measured(() => sleep(5000));
  await job.cancel();
  return { keys, plain, writing };
}
