import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Lane } from '../../../runtime/src/engine/lane.ts';
import {
  collectionSource,
  KeyedProcessFunction,
  StateTtlConfig,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type ValueState,
} from '../../../runtime/src/index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memory(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

class Last extends KeyedProcessFunction<number | string, number, number> {
  #last!: ValueState<number | undefined>;

  override open(): void {
    const descriptor = new ValueStateDescriptor<number>('last').enableTimeToLive(new StateTtlConfig('1 s'));
    this.#last = this.getRuntimeContext().getState(descriptor);
  }

  processElement(value: number): void {
    this.#last.update(value);
  }
}

function open(keyOf: (n: number) => number | string) {
  const environment = new StreamExecutionEnvironment({
    onNode: () => undefined,
    execute: () => Promise.reject(new Error('not here')),
    show: () => {
      throw new Error('not here');
    },
    collect: () => Promise.reject(new Error('not here')),
  });
  const source = environment.fromSource(collectionSource<number>([]));
  source
    .keyBy(keyOf)
    .process(() => new Last())
    .print();
  const lane = new Lane([environment.graph.nodes.at(-1)!], { startTime: 0, print: () => undefined });
  lane.open();
  const process = (from: number, count: number, valueOf: (n: number) => number) =>
    lane.processBatch(
      source.node.id,
      Array.from({ length: count }, (_, i) => valueOf(from + i)),
      undefined,
    );
  const entries = () => lane.metrics().reduce((sum, { stateEntries }) => sum + stateEntries, 0);
  return { lane, process, entries };
}

test.each([
  ['numbers', (n: number) => n],
  ['strings', (n: number) => `key ${n}`],
])('memory returns after 10 million records over a million short-lived keys (%s)', (_kind, keyOf) => {
  const { lane, process, entries } = open(keyOf);
  process(-1, 1, (n) => n);
  lane.advanceProcessingTime(5_000);
  const before = memory();
  let now = 5_000;
  let most = 0;
  for (let from = 0; from < 10_000_000; from += 1000) {
    process(from, 1000, (n) => Math.floor(n / 10));
    now += 10;
    lane.advanceProcessingTime(now);
    if (from % 100_000 === 0) most = Math.max(most, entries());
  }
  lane.advanceProcessingTime(now + 2_000);
  expect(entries()).toBe(0);
  // 100 new keys in 10 ms live for a second, and half of one more until they are swept.
  expect(most).toBeLessThan(20_000);
  expect(memory()).toBeLessThan(1.1 * before);
});

test('memory returns after a million keys at once', () => {
  const { lane, process, entries } = open((n) => n);
  process(-1, 1, (n) => n);
  lane.advanceProcessingTime(5_000);
  const before = memory();
  for (let from = 0; from < 1_000_000; from += 1000) process(from, 1000, (n) => n);
  expect(entries()).toBe(1_000_000);
  lane.advanceProcessingTime(10_000);
  expect(entries()).toBe(0);
  expect(memory()).toBeLessThan(1.1 * before);
});
