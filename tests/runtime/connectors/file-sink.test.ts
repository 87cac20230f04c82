import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  csv,
  fileSink,
  fileSource,
  jsonLines,
  parquet,
  raw,
  StreamExecutionEnvironment,
  type ColumnFormat,
  type FileSinkOptions,
  type Format,
} from '../../../runtime/src/index.ts';
import { fileSinkOn } from '../../../runtime/src/connectors/file-sink/file-sink.ts';
import { nodeFiles } from '../../../runtime/src/connectors/file-sink/sink-files.ts';
import { Notebook, temporaryFolder } from '../engine/notebook.ts';
import { PushedSource } from '../engine/pushed-source.ts';

let folder: ReturnType<typeof temporaryFolder>;
let out: string;

beforeEach(() => {
  folder = temporaryFolder();
  out = folder.path('out');
});
afterEach(() => folder.remove());

async function write<T>(values: readonly T[], options: FileSinkOptions<T>): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.fromCollection(values).sinkTo(fileSink(out, options));
  await (await env.execute()).finished();
}

async function readBack<T>(pattern: string, format: Format<T> | ColumnFormat<T>): Promise<T[]> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  return env.fromSource(fileSource(folder.path(`out/${pattern}`), { format })).executeAndCollect();
}

/** Lines of the finished files, in the order in which they were begun; and the names of the others. */
function finished(): string[] {
  const names = readdirSync(out).filter((name) => !name.startsWith('.'));
  const number = (name: string) => Number(/-(\d+)\.\w+$/.exec(name)![1]);
  names.sort((a, b) => number(a) - number(b));
  return names.flatMap((name) => readFileSync(`${out}/${name}`, 'utf8').split('\n').slice(0, -1));
}
function hidden(): string[] {
  return readdirSync(out).filter((name) => name.startsWith('.'));
}

/** Resolves when the folder looks as it should; what a sink does is looked at after every turn of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve));
}

const trips = [
  { zone: 'Côte, "east"', fare: 12.5, paid: true, note: null },
  { zone: ' 7\n', fare: -3, paid: false, note: 'x' },
  { zone: '', fare: 0, paid: true, note: '007' },
];

test('JSON lines come back as they were', async () => {
  await write(trips, { format: jsonLines() });
  expect(await readBack('*.jsonl', jsonLines())).toEqual(trips);
});

test('CSV comes back as it was, below one header a file', async () => {
  const types = { zone: 'string', paid: 'boolean', note: 'string' } as const;
  await write(trips, { format: csv({ types }), rolling: { size: 20 } });
  expect(readdirSync(out).length).toBeGreaterThan(1);
  expect(await readBack('*.csv', csv({ types }))).toEqual(
    trips.map((trip) => ({ ...trip, note: trip.note ?? '' })),
  );
});

test('a record with a field that the file has no column for is an error', async () => {
  const uneven: Record<string, number>[] = [{ a: 1 }, { a: 1, b: 2 }];
  await expect(write(uneven, { format: csv() })).rejects.toThrow("a field 'b'");
});

test('lines of text come back as they were', async () => {
  await write(['one', 'two'], { format: raw() });
  expect(await readBack('*.txt', raw())).toEqual(['one', 'two']);
});

test('Parquet comes back as it was, whatever its columns', async () => {
  const rows = Array.from({ length: 25_000 }, (_, n) => ({
    n,
    name: n % 3 === 0 ? null : `n${n}`,
    even: n % 2 === 0,
    // Its type is known from the second group of rows on: then a new file is begun.
    late: n < 12_000 ? null : n / 2,
  }));
  await write(rows, { format: parquet() });
  expect(readdirSync(out)).toHaveLength(2);
  const back = await readBack<(typeof rows)[number]>('*.parquet', parquet());
  expect(back.sort((a, b) => a.n - b.n)).toEqual(rows);
});

test('a Parquet column of two types is an error that names it', async () => {
  const mixed: Record<string, unknown>[] = [{ a: 1 }, { a: 'x' }];
  await expect(write(mixed, { format: parquet() })).rejects.toMatchObject({
    cause: { code: 'parquet-value-unknown', details: { column: 'a' } },
  });
});

test('a file is closed when it has its size, and at its age', async () => {
  let now = 0;
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const aged = env.fromSequence(1, 9).map((n) => {
    now += n === 7 ? 1_000 : 1;
    return n;
  });
  const options = { rolling: { size: 8, interval: 100, inactivity: 900 } };
  aged.sinkTo(fileSinkOn(nodeFiles, () => now, out, options));
  await (await env.execute()).finished();
  const contents = readdirSync(out)
    .sort()
    .map((name) => readFileSync(`${out}/${name}`, 'utf8'));
  expect(contents).toEqual(['1\n2\n3\n4\n', '5\n6\n', '7\n8\n9\n']);
});

test('a stream that has fallen silent shows its last file, though nothing is written and nobody asks for a snapshot', async () => {
  let now = 0;
  const timers: { readonly at: number; readonly work: () => void }[] = [];
  const after = (ms: number, work: () => void) => {
    const timer = { at: now + ms, work };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  };
  const goTo = (time: number) => {
    now = time;
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.work();
    }
  };
  const source = new PushedSource();
  const notebook = await Notebook.open(folder.path('n.sqlite'));
  notebook.env.enableCheckpointing(10);
  notebook.cell('a', (env) => {
    const rolling = { interval: '10 s', inactivity: '2 s' } as const;
    env
      .fromSource(source)
      .sinkTo(fileSinkOn(nodeFiles, () => now, out, { format: jsonLines(), rolling }, after));
  });
  await source.push(1);
  goTo(1_500);
  await source.push(2);
  // Two seconds after the first record, and less after the second.
  goTo(2_100);
  expect(finished()).toEqual([]);
  goTo(3_600);
  // It is closed, and asks every second whether a snapshot is due.
  while (finished().length < 2) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    goTo(now + 1_000);
  }
  expect(finished()).toEqual(['1', '2']);
  await notebook.crash();
});

test('a folder that cannot be made is an error', async () => {
  writeFileSync(out, 'a file');
  await expect(write([1], {})).rejects.toMatchObject({ cause: { code: 'sink-file-failed' } });
});

test.each([
  [{ rolling: { size: 0 } }, 'rolling.size'],
  [{ prefix: 'a/b' }, 'prefix'],
] as const)('options that cannot be are refused: %j', (options, option) => {
  expect(() => fileSink(out, options)).toThrow(option);
});

test('law 8: after a crash every record is in the finished files once', async () => {
  const source = new PushedSource();
  const cell = (notebook: Notebook) =>
    notebook.cell('a', (env) => {
      env.fromSource(source).sinkTo(fileSink(out, { rolling: { size: 5 } }));
    });
  const crashing = await Notebook.open(folder.path('session.sqlite'));
  cell(crashing);
  await source.push(1, 2, 3, 4);
  const { cut } = crashing.cell('b', () => undefined);
  await until(() => finished().length === 3);
  // In no snapshot: a file that goes on, one that is closed, and one that is begun.
  await source.push(5, 6, 7, 8);
  expect(finished()).toEqual(['1', '2', '3']);
  await crashing.crash();
  expect(cut).toBeDefined();
  const resumed = await Notebook.open(folder.path('session.sqlite'), true);
  cell(resumed);
  await source.push(9);
  resumed.session.cut({ label: 'test' });
  await until(() => finished().length === 9);
  expect(finished()).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect(hidden()).toEqual([]);
  await resumed.crash();
});

test('a record is in no finished file before its snapshot is', async () => {
  const notebook = await Notebook.open(folder.path('session.sqlite'));
  const source = new PushedSource();
  notebook.cell('a', (env) => {
    env.fromSource(source).sinkTo(fileSink(out, { rolling: { size: 3 } }));
  });
  await source.push(1, 2, 3);
  expect(finished()).toEqual([]);
  expect(hidden()).toHaveLength(2);
  notebook.session.cut({ label: 'test' });
  await until(() => finished().length === 2);
  expect(hidden()).toHaveLength(1);
  await notebook.crash();
});

test('what was in progress and is changed by something else is an error', async () => {
  const source = new PushedSource();
  const cell = (notebook: Notebook) =>
    notebook.cell('a', (env) => void env.fromSource(source).sinkTo(fileSink(out)));
  const crashing = await Notebook.open(folder.path('session.sqlite'));
  cell(crashing);
  await source.push(1, 2);
  crashing.session.cut({ label: 'test' });
  await until(() => crashing.env.snapshots().some(({ after }) => after === 'test'));
  await crashing.env.restore();
  await crashing.crash();
  writeFileSync(`${out}/${hidden()[0]}`, '');
  const resumed = await Notebook.open(folder.path('session.sqlite'), true);
  cell(resumed);
  expect(resumed.env.jobs()).toMatchObject([{ status: 'failed' }]);
  await resumed.crash();
});
