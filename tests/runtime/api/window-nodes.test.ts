import { expect, test } from 'vitest';
import {
  CountTrigger,
  DeltaTrigger,
  EventTimeSessionWindows,
  GlobalWindows,
  PurgingTrigger,
  StreamExecutionEnvironment,
  Trigger,
  TriggerResult,
  TumblingEventTimeWindows,
  type WindowedStream,
  type Window,
} from 'tidemark';

class EveryRecord extends Trigger {
  onElement() {
    return TriggerResult.FIRE;
  }
  onEventTime() {
    return TriggerResult.CONTINUE;
  }
  onProcessingTime() {
    return TriggerResult.CONTINUE;
  }
  clear() {}
}

const keyOf = (n: number) => n % 2;
const stream = StreamExecutionEnvironment.getExecutionEnvironment().fromData(1).keyBy(keyOf);
const nodeOf = <W extends Window>(windows: WindowedStream<number, number, W>) => windows.sum(0).node;

test('a window’s node names everything that makes it what it is', () => {
  const { kind, parameters, functions } = nodeOf(
    stream
      .window(TumblingEventTimeWindows.of('10 s', '1 s'))
      .trigger(CountTrigger.of(3))
      .allowedLateness('1 min'),
  );
  expect(kind).toBe('window');
  expect(parameters).toMatchObject({
    aggregation: 'sum',
    field: 0,
    assigner: 'TumblingEventTimeWindows',
    size: 10_000,
    offset: 1000,
    trigger: { trigger: 'CountTrigger', n: 3 },
    allowedLateness: 60_000,
  });
  expect(functions).toEqual([keyOf]);
});

test('functions and classes of the user in triggers and assigners are part of it', () => {
  const gap = (n: number) => n;
  const delta = (a: number, b: number) => b - a;
  const own = new EveryRecord();
  expect(nodeOf(stream.window(EventTimeSessionWindows.withDynamicGap(gap))).functions).toEqual([keyOf, gap]);
  const windows = () => stream.window(GlobalWindows.create());
  expect(nodeOf(windows().trigger(PurgingTrigger.of(DeltaTrigger.of(1, delta)))).functions).toEqual([
    keyOf,
    delta,
  ]);
  expect(nodeOf(windows().trigger(PurgingTrigger.of(own))).functions).toEqual([keyOf, own]);
});

test('a function without a key is seen itself, not what it is wrapped in', () => {
  const count = (_context: unknown, elements: readonly number[]) => [elements.length];
  const { functions } = stream.windowAll(TumblingEventTimeWindows.of(1)).process(count).node;
  expect(functions[0]).toBe(count);
});
