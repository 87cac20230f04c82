import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  KeyedProcessFunction,
  savepoint,
  SavepointWriter,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type DataStream,
  type ExecuteOptions,
  type JobClient,
  type KeyedContext,
  type Sink,
  type ValueState,
} from 'tidemark';
import { temporaryFolder } from './notebook.ts';
import { Notebook } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';

let folder: ReturnType<typeof temporaryFolder>;
let source: PushedSource;
let written: unknown[];

beforeEach(() => {
  folder = temporaryFolder();
  source = new PushedSource();
  written = [];
});
afterEach(() => folder.remove());

const sink: Sink<unknown> = {
  kind: 'list',
  createWriter: () => ({ write: (value) => void written.push(value) }),
};

class Sums extends KeyedProcessFunction<number, number, string> {
  #sum!: ValueState<number>;

  override open() {
    this.#sum = this.getRuntimeContext().getState(new ValueStateDescriptor('sum', 0));
  }

  processElement(n: number, context: KeyedContext<number>) {
    this.#sum.update(this.#sum.value() + n);
    context.timerService().registerEventTimeTimer(1_000 + n);
    return [`${context.getCurrentKey()}: ${this.#sum.value()}`];
  }
}

type Build = (numbers: DataStream<number>) => void;

const sums: Build = (numbers) =>
  void numbers
    .keyBy((n) => n % 3)
    .process(() => new Sums())
    .uid('sums')
    .sinkTo(sink);

function start(build: Build, options: ExecuteOptions = {}): Promise<JobClient> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const times = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n);
  build(env.fromSource(source, times, 'numbers').uid('numbers'));
  return env.execute(options);
}

describe('a job that starts from a savepoint', () => {
  test('goes on where the other was, which goes on too', async () => {
    const first = await start(sums);
    await source.push(1, 2, 3, 4);
    const path = await first.triggerSavepoint(folder.path('sp'));
    await source.push(5);
    expect(written.slice(4)).toEqual(['2: 7']);
    await first.cancel();
    written = [];
    const second = await start(sums, { fromSavepoint: path });
    await source.push(6);
    expect(written).toEqual(['2: 7', '0: 9']);
    await second.cancel();
  });

  test('may have another parallelism, other operators around it, and another order', async () => {
    const first = await start(sums);
    await source.push(...Array.from({ length: 30 }, (_, n) => n));
    const path = await first.stopWithSavepoint(folder.path('sp'));
    written = [];
    const second = await start(
      (numbers) => {
        numbers
          .filter((n) => n < 0)
          .uid('new')
          .keyBy((n) => n)
          .sum(0)
          .uid('also new')
          .sinkTo(sink);
        numbers
          .map((n) => n)
          .keyBy((n) => n % 3)
          .process(() => new Sums())
          .uid('sums')
          .setParallelism(2)
          .map((text) => text)
          .sinkTo(sink);
      },
      { fromSavepoint: path },
    );
    await source.push(30, 31);
    expect(written).toEqual(['0: 165', '1: 176']);
    await second.cancel();
  });

  test('is refused, with the names, if it has no place for some state, unless that is allowed', async () => {
    const first = await start(sums);
    await source.push(1);
    const path = await first.stopWithSavepoint(folder.path('sp'));
    const without: Build = (numbers) => void numbers.sinkTo(sink);
    await expect(start(without, { fromSavepoint: path })).rejects.toMatchObject({
      code: 'state-not-restored',
      message: expect.stringContaining("'sums'") as string,
    });
    written = [];
    const second = await start(without, { fromSavepoint: path, allowNonRestoredState: true });
    await source.push(2);
    expect(written).toEqual([2]);
    await second.cancel();
  });

  test('is refused if the file is not there, was cut off or was changed', async () => {
    const first = await start(sums);
    await source.push(1, 2, 3);
    const path = await first.stopWithSavepoint(folder.path('sp'));
    const bytes = readFileSync(path);
    const start2 = (name: string) => start(sums, { fromSavepoint: folder.path(name) });
    await expect(start2('none')).rejects.toMatchObject({ code: 'no-savepoint' });
    for (const length of [0, 7, 20, bytes.length - 1]) {
      writeFileSync(folder.path('cut off'), bytes.subarray(0, length));
      await expect(start2('cut off')).rejects.toMatchObject({ code: 'savepoint-damaged' });
    }
    for (const at of [2, 20, bytes.length >> 1, bytes.length - 30, bytes.length - 10]) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 0x55;
      writeFileSync(folder.path('changed'), changed);
      await expect(start2('changed')).rejects.toMatchObject({ code: 'savepoint-damaged' });
    }
    const newer = Uint8Array.from(bytes);
    newer[4] = 99;
    writeFileSync(folder.path('newer'), newer);
    await expect(start2('newer')).rejects.toMatchObject({ code: 'savepoint-too-new' });
  });
});

describe('stopWithSavepoint', () => {
  const windows: Build = (numbers) =>
    void numbers
      .keyBy((n) => n % 2)
      .window(TumblingEventTimeWindows.of(100))
      .sum((n) => n)
      .uid('windows')
      .sinkTo(sink);

  test('lets nothing out afterwards; open windows go on in the next job', async () => {
    const first = await start(windows);
    await source.push(1, 2, 3);
    const path = await first.stopWithSavepoint(folder.path('sp'));
    expect((await first.finished()).name).toBe(first.name);
    expect([first.status, written]).toEqual(['finished', []]);
    expect(savepoint(path).windows('windows')).toMatchObject([
      { key: 1, start: 0, end: 100, value: 4 },
      { key: 0, start: 0, end: 100, value: 2 },
    ]);
    const second = await start(windows, { fromSavepoint: path });
    await source.push(5, 201);
    expect(written).toEqual([9, 2]);
    await second.cancel();
  });

  test('with drain ends event time first, so that every window fires', async () => {
    const first = await start(windows);
    await source.push(1, 2, 3);
    await first.stopWithSavepoint(folder.path('sp'), { drain: true });
    expect(written).toEqual([4, 2]);
    expect(first.status).toBe('finished');
  });

  test('of a job that is over is refused', async () => {
    const first = await start(windows);
    await first.cancel();
    await expect(first.stopWithSavepoint(folder.path('sp'))).rejects.toMatchObject({
      code: 'checkpoint-aborted',
    });
    await expect(first.triggerSavepoint(folder.path('sp'))).rejects.toMatchObject({
      code: 'checkpoint-aborted',
    });
  });
});

describe('the state in a savepoint', () => {
  test('can be read, and written anew', async () => {
    const first = await start(sums);
    await source.push(1, 2, 3, 4);
    const saved = savepoint(await first.stopWithSavepoint(folder.path('sp')));
    expect(saved.operators()).toContain('sums');
    expect(saved.stateNames('sums')).toEqual(['sum']);
    expect(saved.readKeyedState('sums', 'sum')).toEqual([
      { key: 1, value: 5 },
      { key: 2, value: 2 },
      { key: 0, value: 3 },
    ]);
    expect(saved.timers('sums').map(({ key, time }) => [key, time])).toContainEqual([2, 1_002]);
    expect(() => saved.readKeyedState('sums', 'other')).toThrow(
      expect.objectContaining({ code: 'no-such-state' }),
    );
    expect(() => saved.readKeyedState('others', 'sum')).toThrow(
      expect.objectContaining({ code: 'no-such-state' }),
    );
    const doubled = saved
      .readKeyedState<number, number>('sums', 'sum')
      .map(({ key, value }) => ({ key, value: value * 2 }));
    const path = new SavepointWriter().withKeyedState('sums', 'sum', doubled).write(folder.path('written'));
    source = new PushedSource();
    written = [];
    const second = await start(sums, { fromSavepoint: path });
    await source.push(1, 2, 3);
    expect(written).toEqual(['1: 11', '2: 6', '0: 9']);
    await second.cancel();
  });

  test('is that of a job in a notebook, too', async () => {
    const notebook = await Notebook.open(folder.path('n.sqlite'));
    let job: Promise<JobClient> | undefined;
    notebook.cell('a', (env) => {
      env
        .fromSource(source)
        .keyBy((n) => n % 3)
        .sum(0)
        .uid('totals')
        .print();
      job = env.execute('totals');
    });
    await source.push(1, 2, 3, 4);
    const path = await (await job!).triggerSavepoint(folder.path('sp'));
    expect(savepoint(path).readKeyedState('totals', 'accumulator')).toHaveLength(3);
    await expect(notebook.env.execute({ fromSavepoint: path })).rejects.toMatchObject({
      code: 'unsupported',
    });
    await notebook.crash();
  });
});
