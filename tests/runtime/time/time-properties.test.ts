import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  KeyedProcessFunction,
  MAX_TIMESTAMP,
  MIN_TIMESTAMP,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type Collector,
  type KeyedContext,
  type OnTimerContext,
} from 'tidemark';
import {
  active,
  element,
  idle,
  on,
  processingTime,
  testJob,
  watermark,
  type TestStep,
} from 'tidemark/testing';
import { Lane } from '../../../runtime/src/engine/lane.ts';
import type { StreamNode } from '../../../runtime/src/graph/stream-node.ts';
import { testSource } from '../../../runtime/src/testing/test-source.ts';
import { holds } from '../property.ts';

type Domain = 'event' | 'clock';
interface Order {
  readonly key: string;
  readonly domain: Domain;
  readonly time: number;
  readonly sets: boolean;
}

/** Sets and deletes the timers that its records order, and tells of those that fire. */
class Obey extends KeyedProcessFunction<string, Order, string> {
  processElement({ domain, time, sets }: Order, context: KeyedContext<string>) {
    const timers = context.timerService();
    if (domain === 'event') {
      if (sets) timers.registerEventTimeTimer(time);
      else timers.deleteEventTimeTimer(time);
    } else if (sets) timers.registerProcessingTimeTimer(time);
    else timers.deleteProcessingTimeTimer(time);
  }
  override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<string>) {
    out.collect(`${context.getCurrentKey()} ${context.timeDomain()} ${timestamp}`);
  }
}

type TimerStep = { readonly order: Order } | { readonly domain: Domain; readonly until: number };
const times = fc.integer({ min: 0, max: 60 });
const domains = fc.constantFrom<Domain>('event', 'clock');
const timerSteps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        order: fc.record({
          key: fc.constantFrom('a', 'b', 'c'),
          domain: domains,
          time: times,
          sets: fc.boolean(),
        }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ domain: domains, until: times }) },
  ),
  { maxLength: 60 },
);

/** A set of timers for each domain; what is due fires when time has come that far. */
function timerModel(steps: readonly TimerStep[]): string[][] {
  const pending = { event: new Set<string>(), clock: new Set<string>() };
  const now = { event: -Infinity, clock: 0 };
  return steps.map((step) => {
    if ('order' in step) {
      const { key, domain, time, sets } = step.order;
      if (sets) pending[domain].add(`${key}@${time}`);
      else pending[domain].delete(`${key}@${time}`);
      return [];
    }
    const { domain } = step;
    // A watermark that does not advance does nothing, nor does a clock set back.
    if (domain === 'event' && step.until <= now.event) return [];
    now[domain] = Math.max(now[domain], step.until);
    const due = [...pending[domain]].filter((timer) => Number(timer.split('@')[1]) <= step.until);
    for (const timer of due) pending[domain].delete(timer);
    return due
      .map((timer) => timer.split('@'))
      .map(([key, time]) => `${key} ${domain === 'event' ? 'event-time' : 'processing-time'} ${time}`)
      .sort();
  });
}

type InputStep =
  { readonly input: string; readonly until: number } | { readonly input: string; readonly idle: boolean };
const INPUTS = ['a', 'b', 'c'];
const inputSteps = fc.array(
  fc.oneof(
    fc.record({ input: fc.constantFrom(...INPUTS), until: times }),
    fc.record({ input: fc.constantFrom(...INPUTS), idle: fc.boolean() }),
  ),
  { maxLength: 40 },
);

/** The lowest of the active, the highest once all are idle; never back. */
function watermarkModel(steps: readonly InputStep[]): number[] {
  const state = new Map(INPUTS.map((name) => [name, { watermark: MIN_TIMESTAMP, idle: false }]));
  let out = MIN_TIMESTAMP;
  return steps.map((step) => {
    const input = state.get(step.input)!;
    if ('until' in step) {
      input.watermark = Math.max(input.watermark, step.until);
      input.idle = false;
    } else input.idle = step.idle;
    const all = [...state.values()];
    const activeOnes = all.filter((one) => !one.idle);
    const combined =
      activeOnes.length === 0
        ? Math.max(...all.map((one) => one.watermark))
        : Math.min(...activeOnes.map((one) => one.watermark));
    return (out = Math.max(out, combined));
  });
}

const marked = fc.array(
  fc.record({
    key: fc.constantFrom('a', 'b'),
    time: fc.integer({ min: 0, max: 100 }),
    marks: fc.boolean(),
  }),
  { maxLength: 80 },
);

/** Runs a lane over the records, cut into batches of these sizes, restored after some of them. */
function throughLane(
  records: readonly { key: string; time: number; marks: boolean }[],
  sizes: readonly number[],
  restores: boolean,
): string[] {
  const punctuated = WatermarkStrategy.forGenerator<(typeof records)[number]>(() => ({
    onEvent: ({ marks }, timestamp, output) => {
      if (marks) output.emitWatermark(timestamp!);
    },
    onPeriodicEmit: () => undefined,
  })).withTimestampAssigner(({ time }) => time);
  const out: string[] = [];
  let sinks: StreamNode[] = [];
  const make = () => {
    sinks = [];
    const env = new StreamExecutionEnvironment({
      onNode: (node) => void (node.isSink && sinks.push(node)),
      execute: () => Promise.reject(new Error('the test drives the lane')),
      collect: () => Promise.reject(new Error('the test drives the lane')),
      show: () => {
        throw new Error('the test drives the lane');
      },
    });
    env
      .fromSource(testSource<(typeof records)[number]>('records'), punctuated)
      .keyBy('key')
      .window(TumblingEventTimeWindows.of(7))
      .allowedLateness(5)
      .process((key, { window }, all) => [`${key} ${window.start}: ${all.map(({ time }) => time).join(' ')}`])
      .sinkTo({ kind: 'keep', createWriter: () => ({ write: (line) => void out.push(line) }) });
    return new Lane(sinks, { startTime: 0 });
  };
  let lane = make();
  lane.open();
  for (let at = 0, batch = 0; at < records.length; batch++) {
    const size = sizes[batch % sizes.length]!;
    lane.processBatch(lane.sources[0]!.id, records.slice(at, at + size), undefined);
    at += size;
    if (!restores || batch % 3 !== 0) continue;
    const saved = structuredClone(lane.snapshot());
    lane.close();
    lane = make();
    lane.restore(saved);
    lane.open();
  }
  lane.endInput(lane.sources[0]!.id);
  return out;
}

/** How often each of the four is tried in `npm test`: 500 runs together. */
const RUNS = 125;

test('timers fire once each when their time has come, in the order of their times', () =>
  holds(
    fc.record({ steps: timerSteps, snapshotEveryStep: fc.boolean(), parallelism: fc.constantFrom(1, 3) }),
    async ({ steps, snapshotEveryStep, parallelism }) => {
      const result = await testJob(
        steps.map((step): TestStep<Order> => {
          if ('order' in step) return element(step.order);
          return step.domain === 'event' ? watermark(step.until) : processingTime(step.until);
        }),
        (orders) => orders.keyBy('key').process(() => new Obey()),
        { snapshotEveryStep, parallelism },
      );
      const fired = result.steps.map(({ records }) => records.map(({ value }) => value));
      expect(fired.map((step) => [...step].sort())).toEqual(timerModel(steps));
      if (parallelism > 1) return;
      for (const step of fired) {
        const inOrder = step.map((line) => Number(line.split(' ')[2]));
        expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
      }
    },
    RUNS,
  ));

test('the watermark of several inputs is the lowest of those that are active', () =>
  holds(
    fc.record({ steps: inputSteps, snapshotEveryStep: fc.boolean(), parallelism: fc.constantFrom(1, 2) }),
    async ({ steps, snapshotEveryStep, parallelism }) => {
      const result = await testJob(
        steps.map((step): TestStep<number> => {
          if ('until' in step) return on(step.input, watermark(step.until));
          return on(step.input, step.idle ? idle() : active());
        }),
        ({ a, b, c }) => a.union(b, c).map((n) => n),
        { inputs: ['a', 'b', 'c'], snapshotEveryStep, parallelism },
      );
      expect(result.steps.map((step) => step.watermark)).toEqual(watermarkModel(steps));
    },
    RUNS,
  ));

test('with a punctuated strategy results do not depend on how records are cut into batches, or on restores', () =>
  holds(
    fc.record({
      records: marked,
      sizes: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
      restores: fc.boolean(),
    }),
    async ({ records, sizes, restores }) => {
      expect(throughLane(records, sizes, restores)).toEqual(throughLane(records, [1], false));
    },
    RUNS,
  ));

test('the end of the input is the highest watermark, whatever came before', () =>
  holds(
    inputSteps,
    async (steps) => {
      const result = await testJob(
        steps.map((step): TestStep<number> => {
          if ('until' in step) return on(step.input, watermark(step.until));
          return on(step.input, step.idle ? idle() : active());
        }),
        ({ a, b, c }) => a.union(b, c),
        { inputs: ['a', 'b', 'c'], end: true },
      );
      expect(result.steps.at(-1)!.watermark).toBe(MAX_TIMESTAMP);
    },
    RUNS,
  ));
