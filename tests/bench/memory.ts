import {
  generatorSource,
  KeyedProcessFunction,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  WatermarkStrategy,
  type ValueState,
} from 'tidemark';
import { wideEventAt, type BenchEvent } from './events.ts';

const KEYS = 1_000_000;
/** So many events that every one of the keys has come, but for a few. */
const EVENTS = 15_000_000;

export interface MemoryMeasured {
  readonly bytesPerKey: number;
  readonly peakMiB: number;
}

/** What the state of a million keys takes, measured while it is all there. */
export async function measureMemory(who: string): Promise<MemoryMeasured> {
  const before = inUse();
  const held = who === 'loop' ? holdByLoop() : await holdByEngine();
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  return { bytesPerKey: (held - before) / KEYS, peakMiB };
}

function inUse(): number {
  globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function holdByLoop(): number {
  const states = new Map<number, { sum: number; count: number }>();
  for (let i = 0; i < EVENTS; i++) {
    const { auction, price } = wideEventAt(i);
    let state = states.get(auction);
    if (state === undefined) states.set(auction, (state = { sum: 0, count: 0 }));
    state.sum += price;
    state.count++;
  }
  const held = inUse();
  if (states.size < KEYS * 0.99) throw new Error(`only ${states.size} keys have come`);
  return held;
}

class HoldState extends KeyedProcessFunction<number, BenchEvent, number> {
  #state!: ValueState<{ sum: number; count: number } | undefined>;
  #seen = 0;

  override open() {
    this.#state = this.getRuntimeContext().getState(
      new ValueStateDescriptor<{ sum: number; count: number }>('prices'),
    );
  }

  processElement({ price }: BenchEvent) {
    let state = this.#state.value();
    if (state === undefined) this.#state.update((state = { sum: 0, count: 0 }));
    state.sum += price;
    state.count++;
    if (++this.#seen === EVENTS) return [inUse()];
  }
}

async function holdByEngine(): Promise<number> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const [held] = await env
    .fromSource(generatorSource(wideEventAt, { count: EVENTS }), WatermarkStrategy.noWatermarks(), 'events')
    .keyBy('auction')
    .process(new HoldState())
    .executeAndCollect();
  return held!;
}
