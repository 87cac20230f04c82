import { describe, expect, test } from 'vitest';
import {
  CountTrigger,
  EventTimeSessionWindows,
  EventTimeTrigger,
  GlobalWindows,
  KeyedProcessFunction,
  ListStateDescriptor,
  MAX_TIMESTAMP,
  ProcessWindowFunction,
  savepoint,
  SavepointWriter,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  type DataStream,
  type KeyedContext,
  type ListState,
  type SavedWindow,
} from 'tidemark';
import { PushedJobs } from './pushed-jobs.ts';

const jobs = new PushedJobs();

type Build = (numbers: DataStream<number>) => DataStream<unknown>;

class Lists extends ProcessWindowFunction<number, string, number> {
  process(key: number, _context: unknown, numbers: readonly number[]) {
    return [`${key}: ${numbers.join()}`];
  }
}

const keyed = (numbers: DataStream<number>) => numbers.keyBy((n) => n % 2);
type Form = readonly [name: string, build: Build];
const FORMS: readonly [Form, Form, Form, Form, Form] = [
  [
    'tumbling',
    (in_) =>
      keyed(in_)
        .window(TumblingEventTimeWindows.of(100))
        .sum((n) => n),
  ],
  [
    'sliding',
    (in_) =>
      keyed(in_)
        .window(SlidingEventTimeWindows.of(100, 50))
        .sum((n) => n),
  ],
  [
    'sessions',
    (in_) =>
      keyed(in_)
        .window(EventTimeSessionWindows.withGap(10))
        .sum((n) => n),
  ],
  [
    'sessions with allowed lateness',
    (in_) =>
      keyed(in_)
        .window(EventTimeSessionWindows.withGap(10))
        .allowedLateness(5)
        .sum((n) => n),
  ],
  [
    'lists of records',
    (in_) =>
      keyed(in_)
        .window(TumblingEventTimeWindows.of(100))
        .process(() => new Lists()),
  ],
];
const FUNCTION: Form = [
  'a function with state and timers',
  (in_) => keyed(in_).process(() => new Collects()),
];
const COUNTS: Build = (in_) =>
  keyed(in_)
    .window(GlobalWindows.create())
    .trigger(CountTrigger.of(3))
    .reduce((a, b) => a + b);

class Collects extends KeyedProcessFunction<number, number, string> {
  #seen!: ListState<number>;

  override open() {
    this.#seen = this.getRuntimeContext().getListState(new ListStateDescriptor<number>('seen'));
  }
  processElement(n: number, context: KeyedContext<number>) {
    this.#seen.add(n);
    context.timerService().registerEventTimeTimer(100);
    return [];
  }
  override onTimer() {
    return [`${[...this.#seen.get()].join()}`];
  }
}

const NUMBERS = [1, 2, 4, 5, 30, 31, 77];
const RECORDS = NUMBERS.map((value) => ({ value, timestamp: value }));

function inOrder(windows: readonly SavedWindow[]): SavedWindow[] {
  return [...windows].sort((a, b) => Number(a.key) - Number(b.key) || a.start - b.start);
}

/** What a job writes that starts from a savepoint, and is given records. */
async function written(build: Build, fromSavepoint: string | undefined, ...numbers: readonly number[]) {
  jobs.afresh();
  const job = await jobs.start((in_) => void build(in_).uid('it').sinkTo(jobs.sink), { fromSavepoint });
  await jobs.source.push(...numbers);
  await job.cancel();
  return jobs.written;
}

describe('an operator that starts from what was written of its records', () => {
  test.each([...FORMS, FUNCTION])('%s: goes on as one that has had them', async (_name, build) => {
    const path = new SavepointWriter().withOperator('it', RECORDS, build).write(jobs.path('sp'));
    const expected = await written(build, undefined, ...NUMBERS, 80, 300);
    expect(expected).not.toEqual([]);
    expect(await written(build, path, 80, 300)).toEqual(expected);
  });

  test('count triggers have counted', async () => {
    const writer = new SavepointWriter().withOperator('it', [{ value: 1 }, { value: 3 }], COUNTS);
    expect(await written(COUNTS, writer.write(jobs.path('sp')), 5)).toEqual([9]);
  });

  test('with more subtasks', async () => {
    const [, build] = FORMS[0];
    const path = new SavepointWriter().withOperator('it', RECORDS, build).write(jobs.path('sp'));
    const parallel: Build = (in_) => build(in_).setParallelism(2);
    expect((await written(parallel, path, 80, 300)).sort()).toEqual([114, 116]);
  });
});

describe('windows that are written with what they hold', () => {
  test.each(FORMS)('%s: as they were read of a savepoint', async (_name, build) => {
    const first = new SavepointWriter().withOperator('it', RECORDS, build).write(jobs.path('first'));
    const windows = savepoint(first).windows('it');
    const again = new SavepointWriter().withWindows('it', windows, build).write(jobs.path('again'));
    expect(inOrder(savepoint(again).windows('it'))).toEqual(inOrder(windows));
    const expected = await written(build, first, 80, 300);
    expect(await written(build, again, 80, 300)).toEqual(expected);
  });

  const refused = (window: Partial<SavedWindow>, build: Build, others: readonly SavedWindow[] = []) => {
    const windows = [...others, { key: 0, start: 0, end: 100, value: 1, ...window }];
    return () => new SavepointWriter().withWindows('it', windows, build);
  };
  const [[, tumbling], , [, sessions]] = FORMS;

  test('but not beside the grid, nor sessions that meet, nor for a trigger that has counted, nor twice', () => {
    expect(refused({ start: 50, end: 150 }, tumbling)).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
    expect(refused({ end: 200 }, tumbling)).toThrow(expect.objectContaining({ code: 'bad-argument' }));
    const session = { key: 0, start: 90, end: 120, value: 1 };
    expect(refused({}, sessions, [session])).toThrow(expect.objectContaining({ code: 'bad-argument' }));
    const general: Build = (in_) =>
      keyed(in_)
        .window(EventTimeSessionWindows.withGap(10))
        .trigger(EventTimeTrigger.create())
        .allowedLateness(1)
        .sum((n) => n);
    expect(refused({}, general, [session])).toThrow(expect.objectContaining({ code: 'bad-argument' }));
    expect(refused({ end: MAX_TIMESTAMP }, COUNTS)).toThrow(
      expect.objectContaining({
        code: 'unsupported',
        message: expect.stringContaining('withOperator') as string,
      }),
    );
    const writer = new SavepointWriter().withWindows('it', [], tumbling);
    expect(() => writer.withKeyedState('it', 'sum', [])).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
    expect(() => new SavepointWriter().withOperator('it', RECORDS, (in_) => in_)).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
  });
});
