import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sink } from 'tidemark';
import type { LaneCut, LaneRunner } from '../../../runtime/src/engine/lane-runner.ts';
import { Notebook, temporaryFolder } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';
import { TransactionalWorld } from './transactional-sink.ts';

let folder: ReturnType<typeof temporaryFolder>;
let notebook: Notebook;
let source: PushedSource;

beforeEach(async () => {
  folder = temporaryFolder();
  notebook = await Notebook.open(folder.path('n.sqlite'));
  source = new PushedSource();
});
afterEach(async () => {
  await notebook.crash();
  folder.remove();
});

/** The only lane, as it is when its slice is terminated in the middle of a batch: some of its records have been processed. */
function cutShort(records: readonly number[]): LaneRunner {
  const [runner] = notebook.session.engine.runners;
  runner!.lane.processBatch(runner!.lane.sources[0]!.id, records, undefined);
  runner!.holdCutShort(new Error('interrupted'));
  return runner!;
}

function cutOf(): LaneCut {
  const [runner] = notebook.session.engine.runners;
  return structuredClone(runner!.cut());
}

/** Resolves when the lane is held where it was cut short. */
function held(runner: LaneRunner): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (runner.status === 'paused' && !runner.cutShort) resolve();
    };
    runner.onSettled(look);
    look();
  });
}

describe('law 10: a lane whose slice was cut short', () => {
  test('stands where the slice began: no half-processed batch is seen, and all goes on from there', async () => {
    notebook.cell(
      'a',
      (env) =>
        void env
          .fromSource(source)
          .keyBy((n) => n % 2)
          .sum(0)
          .show(),
    );
    await source.push(1, 2);
    const cut = cutOf();
    await source.push(3, 4);
    const before = [...notebook.view('a/0').values];
    const runner = cutShort([5, 6]);
    expect(notebook.view('a/0').values).toEqual([...before, 9, 12]);
    runner.replay(cut);
    await held(runner);
    expect(runner.error ?? notebook.view('a/0').error).toMatchObject({ message: 'interrupted' });
    expect(notebook.view('a/0').values).toEqual(before);
    notebook.env.resume();
    await source.push(5, 6);
    expect(notebook.view('a/0').values).toEqual([1, 2, 4, 6, 9, 12]);
  });

  test('goes back to the beginning of the recording if there is no cut of it', async () => {
    notebook.cell(
      'a',
      (env) =>
        void env
          .fromSource(source)
          .keyBy((n) => n % 2)
          .sum(0)
          .show(),
    );
    await source.push(1, 2);
    const runner = cutShort([3]);
    runner.replay(undefined);
    await held(runner);
    expect(notebook.view('a/0').values).toEqual([1, 2]);
  });

  test('does not print again, or write again to a sink, what it has written before', async () => {
    const written: number[] = [];
    const sink: Sink<number> = { kind: 'list', createWriter: () => ({ write: (n) => void written.push(n) }) };
    notebook.cell('a', (env) => void env.fromSource(source).sinkTo(sink));
    await source.push(1);
    const cut = cutOf();
    await source.push(2, 3);
    const runner = cutShort([]);
    runner.replay(cut);
    await held(runner);
    expect(written).toEqual([1, 2, 3]);
    notebook.env.resume();
    await source.push(4);
    expect(written).toEqual([1, 2, 3, 4]);
  });

  test('writes again in a transaction what the one before had not committed', async () => {
    const world = new TransactionalWorld();
    notebook.cell('a', (env) => void env.fromSource(source).sinkTo(world.sink()));
    await source.push(1);
    notebook.cell('b', () => undefined);
    await world.seen(1);
    const cut = cutOf();
    await source.push(2);
    const runner = cutShort([3]);
    runner.replay(cut);
    await held(runner);
    notebook.env.resume();
    await source.push(3);
    notebook.cell('c', () => undefined);
    await world.seen(3);
    expect(world.committed).toEqual([1, 2, 3]);
  });

  test('goes on by itself when it was resumed meanwhile', async () => {
    notebook.cell(
      'a',
      (env) =>
        void env
          .fromSource(source)
          .keyBy((n) => n % 2)
          .sum(0)
          .show(),
    );
    await source.push(1, 2);
    const cut = cutOf();
    const runner = cutShort([3]);
    notebook.env.resume();
    expect(runner.active).toBe(false);
    runner.replay(cut);
    await source.push(5);
    expect(notebook.view('a/0').values).toEqual([1, 2, 6]);
  });
});
