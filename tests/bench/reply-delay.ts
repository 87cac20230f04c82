// How long a snapshot delays the reply of the cell that it is taken after, in a kernel of its own that a client of the protocol
// speaks to, while a stream updates the state of many keys.
import { setTimeout as sleep } from 'node:timers/promises';
import { WireKernel } from '../wire/wire-kernel.ts';

const CELLS = 40;
/** Long enough for all keys to come. */
const FILL_MS = 5000;
/** Between two pairs of cells: long enough for all keys to be touched anew, and for a cut to be written. */
const BETWEEN_MS = 1500;

/** From request to reply of a cell that does nothing, ms: with the cut before it on disk, and while that one is written. */
export interface Replies {
  readonly alone: readonly number[];
  readonly whileWriting: readonly number[];
}

export interface ReplyDelayMeasured {
  readonly keys: number;
  readonly replies: Replies;
  /** The same with so little state that a cut costs nothing. */
  readonly without: Replies;
}

const job = (keys: number): string => `
import { generatorSource, KeyedProcessFunction, ValueStateDescriptor, WatermarkStrategy, type ValueState } from 'tidemark';
class Keep extends KeyedProcessFunction<number, { key: number; price: number }, number> {
  #state!: ValueState<{ sum: number; count: number } | undefined>;
  override open() {
    this.#state = this.getRuntimeContext().getState(new ValueStateDescriptor<{ sum: number; count: number }>('prices'));
  }
  processElement({ price }: { key: number; price: number }) {
    let state = this.#state.value();
    if (state === undefined) this.#state.update((state = { sum: 0, count: 0 }));
    state.sum += price;
    state.count++;
  }
}
env.fromSource(generatorSource((i) => ({ key: i % ${keys}, price: (i % 1000) + 1 }), { count: 1e12 }), WatermarkStrategy.noWatermarks(), 'prices')
  .keyBy('key')
  .process(() => new Keep())
  .sinkTo({ kind: 'nowhere', createWriter: () => ({ write: () => undefined }) });`;

export async function measureReplyDelay(keys: number): Promise<ReplyDelayMeasured> {
  // One after the other: two kernels would share the machine.
  const replies = await repliesOf(keys);
  return { keys, replies, without: await repliesOf(100) };
}

async function repliesOf(keys: number): Promise<Replies> {
  const kernel = await WireKernel.start();
  const timed = async (code: string): Promise<number> => {
    const start = performance.now();
    const id = kernel.sendExecute(code, { cellId: code });
    const reply = await kernel.waitFor(
      ({ channel, parentId }) => channel === 'shell' && parentId === id,
      60_000,
    );
    const took = performance.now() - start;
    if (reply.content['status'] !== 'ok') throw new Error(JSON.stringify(reply.content));
    await kernel.finished(id);
    return took;
  };
  try {
    await timed(job(keys));
    await sleep(FILL_MS);
    for (let i = 0; i < 3; i++) await timed('0');
    const alone: number[] = [];
    const whileWriting: number[] = [];
    for (let i = 0; i < CELLS; i++) {
      await sleep(BETWEEN_MS);
      alone.push(await timed('1'));
      whileWriting.push(await timed('2'));
    }
    return { alone, whileWriting };
  } finally {
    await kernel.stop();
  }
}
