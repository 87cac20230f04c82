import { describe, expect, test } from 'vitest';
import {
  KeyedProcessFunction,
  OutputTag,
  ProcessFunction,
  ValueStateDescriptor,
  type Collector,
  type KeyedContext,
  type OnTimerContext,
  type ValueState,
} from 'tidemark';
import { element, processingTime, snapshot, testJob, watermark, type TestRecord } from 'tidemark/testing';
import { KeyedTimers } from '../../runtime/src/state/keyed-timers.ts';
import { conforms } from './both-ways.ts';

const show = ({ value, timestamp }: TestRecord<unknown>) => `${String(value)}@${timestamp}`;

class SayTimes extends KeyedProcessFunction<number, number, string> {
  readonly #clock: 'watermark' | 'processing time';

  constructor(clock: 'watermark' | 'processing time') {
    super();
    this.#clock = clock;
  }

  processElement(value: number, context: KeyedContext<number>, out: Collector<string>) {
    const timers = context.timerService();
    const time = this.#clock === 'watermark' ? timers.currentWatermark() : timers.currentProcessingTime();
    out.collect(`${value}TIME:${time} TS:${context.timestamp() ?? 'null'}`);
  }
}

conforms<number, string>('a function sees the current watermark, and its output has the record’s timestamp', {
  build: (input) => input.keyBy((n) => n).process(() => new SayTimes('watermark')),
  show,
  steps: [
    [watermark(17)],
    [element(5, 12), '5TIME:17 TS:12@12'],
    [watermark(42)],
    [element(6, 13), '6TIME:42 TS:13@13'],
  ],
});

conforms<number, string>('a function sees the clock, and a record may have no timestamp', {
  build: (input) => input.keyBy((n) => n).process(() => new SayTimes('processing time')),
  show,
  steps: [
    [processingTime(17)],
    [element(5), '5TIME:17 TS:null@undefined'],
    [processingTime(42)],
    [element(6), '6TIME:42 TS:null@undefined'],
  ],
});

/** Emits its input, and 1777 when a timer 5 ms later fires. */
class TimerLater extends KeyedProcessFunction<number, number, number> {
  readonly #domain: 'event-time' | 'processing-time';

  constructor(domain: 'event-time' | 'processing-time') {
    super();
    this.#domain = domain;
  }

  processElement(value: number, context: KeyedContext<number>, out: Collector<number>) {
    out.collect(value);
    const timers = context.timerService();
    if (this.#domain === 'event-time') timers.registerEventTimeTimer(timers.currentWatermark() + 5);
    else timers.registerProcessingTimeTimer(timers.currentProcessingTime() + 5);
  }

  override onTimer(_timestamp: number, context: OnTimerContext<number>, out: Collector<number>) {
    expect(context.timeDomain()).toBe(this.#domain);
    expect(context.getCurrentKey()).toBe(17);
    out.collect(1777);
  }
}

conforms<number, number>('an event-time timer fires with its own time', {
  build: (input) => input.keyBy((n) => n).process(() => new TimerLater('event-time')),
  show,
  steps: [
    [watermark(0)],
    [element(17, 42), '17@42'],
    [watermark(4)],
    [watermark(5), '1777@5'],
    [watermark(9)],
  ],
});

conforms<number, number>('a processing-time timer fires with its own time, and not at the end of the input', {
  build: (input) => input.keyBy((n) => n).process(() => new TimerLater('processing-time')),
  show,
  options: { end: true },
  steps: [
    [element(17), '17@undefined'],
    [processingTime(5), '1777@5'],
    [element(17), '17@undefined'],
  ],
  check: ({ steps, leaks }) => {
    expect(steps.at(-1)!.records).toEqual([]);
    expect(leaks).toEqual({ timers: 1, stateEntries: 0 });
  },
});

class KeepState extends KeyedProcessFunction<number, number, string> {
  #state!: ValueState<number | undefined>;

  override open() {
    this.#state = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('kept'));
  }

  processElement(value: number, context: KeyedContext<number>, out: Collector<string>) {
    this.#state.update(value);
    out.collect(`INPUT:${value}`);
    context.timerService().registerEventTimeTimer(context.timerService().currentWatermark() + 5);
  }

  override onTimer(_timestamp: number, _context: OnTimerContext<number>, out: Collector<string>) {
    out.collect(`STATE:${this.#state.value()}`);
    this.#state.clear();
  }
}

conforms<number, string>('state is each key’s own', {
  build: (input) => input.keyBy((n) => n).process(() => new KeepState()),
  show,
  options: { end: true },
  steps: [
    [watermark(1)],
    [element(17, 0), 'INPUT:17@0'],
    [watermark(2)],
    [element(42, 1), 'INPUT:42@1'],
    [snapshot()],
    [watermark(6), 'STATE:17@6'],
    [watermark(7), 'STATE:42@7'],
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

describe('timers of a key', () => {
  const fired = (timers: KeyedTimers, now: number) => {
    const due: unknown[] = [];
    for (let timer = timers.poll(now); timer !== undefined; timer = timers.poll(now))
      due.push([timer.time, timer.key]);
    return due;
  };

  test('registered twice fire once', () => {
    const timers = new KeyedTimers();
    for (const key of ['a', 'b', 'a']) timers.register(key, 10);
    timers.register(['a', 1], 10);
    timers.register(['a', 1], 10);
    expect(timers.size).toBe(3);
    expect(fired(timers, 9)).toEqual([]);
    expect(fired(timers, 10)).toEqual([
      [10, 'a'],
      [10, 'b'],
      [10, ['a', 1]],
    ]);
    expect(fired(timers, 10)).toEqual([]);
  });

  test('that are deleted do not fire, and deleting one that is not there does nothing', () => {
    const timers = new KeyedTimers();
    for (const key of ['a', 'b', 'c']) timers.register(key, 10);
    timers.delete('b', 10);
    timers.delete('b', 10);
    timers.delete('d', 10);
    expect(fired(timers, 20)).toEqual([
      [10, 'a'],
      [10, 'c'],
    ]);
  });

  test('fire in the order of their times, whatever the order they were registered in', () => {
    const timers = new KeyedTimers();
    const times = Array.from({ length: 200 }, (_unused, at) => (at * 7919) % 211);
    times.forEach((time, at) => timers.register(at, time));
    const order = fired(timers, 1000) as [number, number][];
    const sorted = times.map((time, at) => [time, at] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(order).toEqual(sorted);
  });
});

test('a timer registered by a timer fires later, or at once if it is due', async () => {
  class Chain extends KeyedProcessFunction<string, string, number> {
    processElement(_value: string, context: KeyedContext<string>) {
      context.timerService().registerProcessingTimeTimer(30);
      context.timerService().registerProcessingTimeTimer(10);
    }
    override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<number>) {
      out.collect(context.timerService().currentProcessingTime());
      if (timestamp === 10) context.timerService().registerProcessingTimeTimer(20);
    }
  }
  const { steps } = await testJob(
    [element('k'), processingTime(10), processingTime(25), processingTime(100)],
    (input) => input.keyBy((key) => key).process(() => new Chain()),
  );
  expect(steps.map(({ records }) => records.map(({ value }) => value))).toEqual([[], [10], [20], [30]]);
});

test('a process function sends records to side outputs, with or without keys', async () => {
  const odd = new OutputTag<number>('odd');
  class Split extends ProcessFunction<number, number> {
    processElement(value: number, context: Parameters<ProcessFunction<number, number>['processElement']>[1]) {
      if (value % 2 === 0) return [value];
      context.output(odd, value);
      return undefined;
    }
  }
  const steps = [element(1, 10), element(2, 20), element(3, 30)];
  const plain = await testJob(steps, (input) => input.process(() => new Split()));
  expect(plain.records).toEqual([{ value: 2, timestamp: 20 }]);
  expect(plain.sideOutput(odd)).toEqual([
    { value: 1, timestamp: 10 },
    { value: 3, timestamp: 30 },
  ]);
  const aside = await testJob(steps, (input) =>
    input
      .keyBy((n) => n)
      .process(() => new Split())
      .getSideOutput(odd)
      .map((n) => n * 100),
  );
  expect(aside.records.map(({ value }) => value)).toEqual([100, 300]);
});

class KeepStateByClock extends KeyedProcessFunction<number, number, string> {
  #state!: ValueState<number | undefined>;

  override open() {
    this.#state = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('kept'));
  }

  processElement(value: number, context: KeyedContext<number>, out: Collector<string>) {
    out.collect(`INPUT:${value}`);
    const timers = context.timerService();
    if (this.#state.value() === undefined) {
      this.#state.update(value);
      timers.registerProcessingTimeTimer(timers.currentProcessingTime() + 5);
    } else {
      // A second record of a key calls its timer off.
      this.#state.clear();
      timers.deleteProcessingTimeTimer(timers.currentProcessingTime() + 4);
    }
  }

  override onTimer(_timestamp: number, context: OnTimerContext<number>, out: Collector<string>) {
    out.collect(`STATE:${this.#state.value()}`);
    expect(context.getCurrentKey()).toBe(this.#state.value());
    this.#state.clear();
  }
}

conforms<number, string>('state is each key’s own in timers of processing time too', {
  build: (input) => input.keyBy((n) => n).process(() => new KeepStateByClock()),
  show,
  options: { end: true },
  steps: [
    [processingTime(1)],
    [element(17), 'INPUT:17@undefined'],
    [element(13), 'INPUT:13@undefined'],
    [processingTime(2)],
    [element(13), 'INPUT:13@undefined'],
    [element(42), 'INPUT:42@undefined'],
    [processingTime(6), 'STATE:17@6'],
    [processingTime(7), 'STATE:42@7'],
  ],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

/** Sets a timer of each time domain. */
class BothTimers extends KeyedProcessFunction<number, number, string> {
  processElement(_value: number, context: KeyedContext<number>) {
    context.timerService().registerEventTimeTimer(6);
    context.timerService().registerProcessingTimeTimer(5);
  }

  override onTimer(_timestamp: number, context: OnTimerContext<number>, out: Collector<string>) {
    out.collect(context.timeDomain() === 'event-time' ? 'EVENT:1777' : 'PROC:1777');
  }
}

conforms<number, string>('timers of both domains live through a snapshot', {
  build: (input) => input.keyBy((n) => n).process(() => new BothTimers()),
  show,
  options: { end: true },
  steps: [[element(5, 12)], [snapshot()], [processingTime(5), 'PROC:1777@5'], [watermark(6), 'EVENT:1777@6']],
  check: ({ leaks }) => expect(leaks).toEqual({ timers: 0, stateEntries: 0 }),
});

conforms<number, number>('a side output has the timestamp of its record or timer, in or out of a timer', {
  build: (input) => {
    class Aside extends KeyedProcessFunction<number, number, number> {
      processElement(value: number, context: KeyedContext<number>, out: Collector<number>) {
        out.collect(value);
        context.output(new OutputTag<string>('text'), `in ${value}`);
        context.timerService().registerEventTimeTimer(value);
      }
      override onTimer(timestamp: number, context: OnTimerContext<number>) {
        context.output(new OutputTag<string>('text'), `timer ${timestamp}`);
      }
    }
    return input.keyBy((n) => n).process(() => new Aside());
  },
  show,
  steps: [[element(42, 17), '42@17'], [watermark(42)]],
  check: (result) =>
    expect(result.sideOutput('text')).toEqual([
      { value: 'in 42', timestamp: 17 },
      { value: 'timer 42', timestamp: 42 },
    ]),
});

test('a side output without a tag is refused, and says so', async () => {
  class Wrong extends ProcessFunction<number, number> {
    processElement(
      _value: number,
      context: Parameters<ProcessFunction<number, number>['processElement']>[1],
    ) {
      context.output(undefined as never, 1);
    }
  }
  const run = testJob([element(1)], (input) => input.process(() => new Wrong()));
  await expect(run).rejects.toMatchObject({ code: 'operator-failed', cause: { code: 'bad-argument' } });
});

test('a timer due at once fires with the next watermark, and one that a timer sets for the past right after it', async () => {
  class Past extends KeyedProcessFunction<string, string, number> {
    processElement(_value: string, context: KeyedContext<string>) {
      context.timerService().registerEventTimeTimer(5);
    }
    override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<number>) {
      out.collect(timestamp);
      if (timestamp === 5) context.timerService().registerEventTimeTimer(3);
    }
  }
  const { steps } = await testJob([watermark(10), element('k', 1), watermark(11), watermark(12)], (input) =>
    input.keyBy((key) => key).process(() => new Past()),
  );
  expect(steps.map(({ records }) => records.map(({ value }) => value))).toEqual([[], [], [5, 3], []]);
});
