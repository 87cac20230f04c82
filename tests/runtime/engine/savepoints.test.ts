import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  KeyedProcessFunction,
  savepoint,
  SavepointWriter,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  type JobClient,
  type KeyedContext,
  type ValueState,
} from 'tidemark';
import { Notebook } from './notebook.ts';
import { PushedJobs, type Build } from './pushed-jobs.ts';

const jobs = new PushedJobs();

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

const sums: Build = (numbers) =>
  void numbers
    .keyBy((n) => n % 3)
    .process(() => new Sums())
    .uid('sums')
    .sinkTo(jobs.sink);

describe('a job that starts from a savepoint', () => {
  test('goes on where the other was, which goes on too', async () => {
    const first = await jobs.start(sums);
    await jobs.source.push(1, 2, 3, 4);
    const path = await first.triggerSavepoint(jobs.path('sp'));
    await jobs.source.push(5);
    expect(jobs.written.slice(4)).toEqual(['2: 7']);
    await first.cancel();
    jobs.written = [];
    const second = await jobs.start(sums, { fromSavepoint: path });
    await jobs.source.push(6);
    expect(jobs.written).toEqual(['2: 7', '0: 9']);
    await second.cancel();
  });

  test('may have another parallelism, other operators around it, and another order', async () => {
    const first = await jobs.start(sums);
    await jobs.source.push(...Array.from({ length: 30 }, (_, n) => n));
    const path = await first.stopWithSavepoint(jobs.path('sp'));
    jobs.written = [];
    const second = await jobs.start(
      (numbers) => {
        numbers
          .filter((n) => n < 0)
          .uid('new')
          .keyBy((n) => n)
          .sum(0)
          .uid('also new')
          .sinkTo(jobs.sink);
        numbers
          .map((n) => n)
          .keyBy((n) => n % 3)
          .process(() => new Sums())
          .uid('sums')
          .setParallelism(2)
          .map((text) => text)
          .sinkTo(jobs.sink);
      },
      { fromSavepoint: path },
    );
    await jobs.source.push(30, 31);
    expect(jobs.written).toEqual(['0: 165', '1: 176']);
    await second.cancel();
  });

  test('is refused, with the names, if it has no place for some state, unless that is allowed', async () => {
    const first = await jobs.start(sums);
    await jobs.source.push(1);
    const path = await first.stopWithSavepoint(jobs.path('sp'));
    const without: Build = (numbers) => void numbers.sinkTo(jobs.sink);
    await expect(jobs.start(without, { fromSavepoint: path })).rejects.toMatchObject({
      code: 'state-not-restored',
      message: expect.stringContaining("'sums'") as string,
    });
    jobs.written = [];
    const second = await jobs.start(without, { fromSavepoint: path, allowNonRestoredState: true });
    await jobs.source.push(2);
    expect(jobs.written).toEqual([2]);
    await second.cancel();
  });

  test('is refused if the file is not there, was cut off or was changed', async () => {
    const first = await jobs.start(sums);
    await jobs.source.push(1, 2, 3);
    const path = await first.stopWithSavepoint(jobs.path('sp'));
    const bytes = readFileSync(path);
    const startFrom = (name: string) => jobs.start(sums, { fromSavepoint: jobs.path(name) });
    await expect(startFrom('none')).rejects.toMatchObject({ code: 'no-savepoint' });
    for (const length of [0, 7, 20, bytes.length - 1]) {
      writeFileSync(jobs.path('cut off'), bytes.subarray(0, length));
      await expect(startFrom('cut off')).rejects.toMatchObject({ code: 'savepoint-damaged' });
    }
    for (const at of [2, 20, bytes.length >> 1, bytes.length - 30, bytes.length - 10]) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 0x55;
      writeFileSync(jobs.path('changed'), changed);
      await expect(startFrom('changed')).rejects.toMatchObject({ code: 'savepoint-damaged' });
    }
    const newer = Uint8Array.from(bytes);
    newer[4] = 99;
    writeFileSync(jobs.path('newer'), newer);
    await expect(startFrom('newer')).rejects.toMatchObject({ code: 'savepoint-too-new' });
  });
});

describe('stopWithSavepoint', () => {
  const windows: Build = (numbers) =>
    void numbers
      .keyBy((n) => n % 2)
      .window(TumblingEventTimeWindows.of(100))
      .sum((n) => n)
      .uid('windows')
      .sinkTo(jobs.sink);

  test('lets nothing out afterwards; open windows go on in the next job', async () => {
    const first = await jobs.start(windows);
    await jobs.source.push(1, 2, 3);
    const path = await first.stopWithSavepoint(jobs.path('sp'));
    expect((await first.finished()).name).toBe(first.name);
    expect([first.status, jobs.written]).toEqual(['finished', []]);
    expect(savepoint(path).windows('windows')).toMatchObject([
      { key: 1, start: 0, end: 100, value: 4 },
      { key: 0, start: 0, end: 100, value: 2 },
    ]);
    const second = await jobs.start(windows, { fromSavepoint: path });
    await jobs.source.push(5, 201);
    expect(jobs.written).toEqual([9, 2]);
    await second.cancel();
  });

  test('with drain ends event time first, so that every window fires', async () => {
    const first = await jobs.start(windows);
    await jobs.source.push(1, 2, 3);
    await first.stopWithSavepoint(jobs.path('sp'), { drain: true });
    expect(jobs.written).toEqual([4, 2]);
    expect(first.status).toBe('finished');
  });

  test('of a job that is over is refused', async () => {
    const first = await jobs.start(windows);
    await first.cancel();
    await expect(first.stopWithSavepoint(jobs.path('sp'))).rejects.toMatchObject({
      code: 'checkpoint-aborted',
    });
    await expect(first.triggerSavepoint(jobs.path('sp'))).rejects.toMatchObject({
      code: 'checkpoint-aborted',
    });
  });
});

describe('the state in a savepoint', () => {
  test('can be read, and written anew', async () => {
    const first = await jobs.start(sums);
    await jobs.source.push(1, 2, 3, 4);
    const saved = savepoint(await first.stopWithSavepoint(jobs.path('sp')));
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
    const path = new SavepointWriter().withKeyedState('sums', 'sum', doubled).write(jobs.path('written'));
    jobs.afresh();
    const second = await jobs.start(sums, { fromSavepoint: path });
    await jobs.source.push(1, 2, 3);
    expect(jobs.written).toEqual(['1: 11', '2: 6', '0: 9']);
    await second.cancel();
  });

  test('is that of a job in a notebook, too', async () => {
    const notebook = await Notebook.open(jobs.path('n.sqlite'));
    let job: Promise<JobClient> | undefined;
    notebook.cell('a', (env) => {
      env
        .fromSource(jobs.source)
        .keyBy((n) => n % 3)
        .sum(0)
        .uid('totals')
        .print();
      job = env.execute('totals');
    });
    await jobs.source.push(1, 2, 3, 4);
    const path = await (await job!).triggerSavepoint(jobs.path('sp'));
    expect(savepoint(path).readKeyedState('totals', 'accumulator')).toHaveLength(3);
    await notebook.crash();
  });
});
