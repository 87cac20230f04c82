// How late a timer comes in the process of a job outside a notebook, while its checkpoints are written and without them.
import { setTimeout as sleep } from 'node:timers/promises';
import { generatorSource, StreamExecutionEnvironment, WatermarkStrategy } from 'tidemark';
import { Keep, type Price } from './price-sums.ts';
import { TimerLateness } from './timer-lateness.ts';

const CHECKPOINTS = 20;

/** Ms that a timer of 10 ms was late. */
export interface JobCheckpointsMeasured {
  readonly keys: number;
  readonly plain: Lateness;
  readonly writing: Lateness;
}

interface Lateness {
  readonly median: number;
  readonly p99: number;
  readonly most: number;
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
  const job = await env.execute();
  while (records < 3 * keys) await sleep(20);
  await job.triggerCheckpoint();
  const start = performance.now();
  const writing = await lateness(async () => {
    for (let i = 0; i < CHECKPOINTS; i++) await job.triggerCheckpoint();
  });
  const took = performance.now() - start;
  const plain = await lateness(() => sleep(took));
  await job.cancel();
  return { keys, plain, writing };
}

async function lateness(work: () => Promise<unknown>): Promise<Lateness> {
  const timer = new TimerLateness();
  timer.start();
  await work();
  timer.stop();
  return { median: timer.percentile(0.5), p99: timer.percentile(0.99), most: timer.percentile(1) };
}
