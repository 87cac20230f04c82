import { afterEach, beforeEach, expect, test } from 'vitest';
import { AsyncDataStream } from '../../../runtime/src/index.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from './notebook.ts';

let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const double = (n: number): number => 2 * n;
const first = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

/** Answers that come when the test says so. */
class Gate {
  readonly asked: number[] = [];
  #open = Promise.withResolvers<void>();
  readonly #waiting = new Set<() => void>();

  readonly ask = async (value: number): Promise<number> => {
    this.asked.push(value);
    for (const look of this.#waiting) look();
    await this.#open.promise;
    return double(value);
  };

  open(): void {
    this.#open.resolve();
  }

  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.asked.length < count) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

test('a lane that waits for answers holds nobody else back, and catches up', async () => {
  const notebook = await Notebook.open(folder.path('a.sqlite'));
  const gate = new Gate();
  notebook.cell('a', (env) => {
    const numbers = env.fromSequence(1, 20_000);
    AsyncDataStream.orderedWait(numbers, gate.ask, { capacity: 10 }).show();
    numbers.map(double).show();
  });
  await gate.until(10);
  await notebook.view('a/1').until(({ status }) => status === 'finished');
  expect(notebook.view('a/1').values).toHaveLength(20_000);
  expect(notebook.view('a/0').values).toEqual([]);
  expect(gate.asked).toEqual(first(10));
  gate.open();
  await notebook.view('a/0').until(({ status }) => status === 'finished');
  expect(notebook.view('a/0').values).toEqual(first(20_000).map(double));
  await notebook.crash();
});

test('what was in flight when the process died is asked for again', async () => {
  const path = folder.path('b.sqlite');
  const make = (ask: (value: number) => Promise<number>) => (env: SessionEnvironment) => {
    AsyncDataStream.orderedWait(env.fromSequence(1, 3000), ask, { capacity: 5 }).uid('ask').show();
  };
  const before = await Notebook.open(path);
  const gate = new Gate();
  let ask = gate.ask;
  const cell = make((value) => ask(value));
  before.cell('a', cell);
  await gate.until(5);
  before.cell('b', () => undefined);
  await before.crash();

  const after = await Notebook.open(path, true);
  const asked: number[] = [];
  ask = async (value: number) => {
    asked.push(value);
    return double(value);
  };
  expect(after.cell('a', cell).resumed).toHaveLength(1);
  await after.view('a/0').until(({ status }) => status === 'finished');
  expect(after.view('a/0').values).toEqual(first(3000).map(double));
  expect(asked).toEqual(first(3000));
  await after.crash();
});

test('a cell that is run again after an edit asks for everything again, however far the clock has run', async () => {
  const notebook = await Notebook.open(folder.path('c.sqlite'));
  const cell = (factor: number) => (env: SessionEnvironment) => {
    const numbers = env.fromSequence(1, 5000).map((n) => n * factor);
    const slow = (n: number) => new Promise<number>((resolve) => setImmediate(() => resolve(n)));
    AsyncDataStream.unorderedWait(numbers, slow, { capacity: 100, timeout: '5 s' }).show({
      title: `by ${factor}`,
    });
  };
  notebook.cell('a', cell(1));
  await notebook.view('a/0').until(({ status }) => status === 'finished');
  notebook.cell('a', cell(3));
  await notebook.view('a/0').until(({ status, values }) => status === 'finished' && values.includes(15_000));
  expect([...notebook.view('a/0').values].sort((a, b) => Number(a) - Number(b))).toEqual(
    first(5000).map((n) => 3 * n),
  );
  await notebook.crash();
});

test('a cell that was edited after the process died is rebuilt from the start of a source that can be read again', async () => {
  const path = folder.path('d.sqlite');
  const before = await Notebook.open(path);
  before.cell('a', (env) =>
    env
      .fromSequence(1, 3000)
      .map((n) => n + 1)
      .show(),
  );
  await before.view('a/0').until(({ status }) => status === 'finished');
  before.cell('b', () => undefined);
  await before.crash();
  const after = await Notebook.open(path, true);
  after.cell('a', (env) =>
    env
      .fromSequence(1, 3000)
      .map((n) => n + 2)
      .show(),
  );
  await after.view('a/0').until(({ status }) => status === 'finished');
  expect(after.view('a/0').values).toEqual(first(3000).map((n) => n + 2));
  await after.crash();
});
