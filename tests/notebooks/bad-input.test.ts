import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HeadlessNotebook } from '../browser/harness/headless-notebook.ts';
import { JupyterServer } from '../browser/harness/jupyter-server.ts';
import { notebookJson } from '../browser/harness/notebook-file.ts';
import { FollowedViews } from './followed-views.ts';

let server: JupyterServer;
let notebook: HeadlessNotebook;
let views: FollowedViews;
let cells = 0;

const run = (source: string) => notebook.execute(source, `cell-${(cells += 1)}`);

beforeAll(async () => {
  server = await JupyterServer.start({ files: { 'bad.ipynb': notebookJson([]) } });
  notebook = await HeadlessNotebook.open(server, 'bad.ipynb');
  views = await FollowedViews.of(notebook.kernel);
  await writeFile(join(server.folder, 'rooms.csv'), 'room,degrees\nattic,19\n"cellar,11\nhall\n');
  await run(`import { fileSource, csv, generatorSource, TumblingEventTimeWindows, WatermarkStrategy } from 'tidemark';
    const kept = 42;
    env.fromSource(generatorSource((i) => i, { rate: 100 }), WatermarkStrategy.noWatermarks<number>(), 'healthy').show({ title: 'healthy', rows: 5 });`);
});
afterAll(async () => {
  await notebook?.close();
  await server?.stop();
});

// Whatever went wrong, nothing else is disturbed.
afterEach(async () => {
  const before = JSON.stringify(views.titled('healthy')?.rows);
  await views.until(() => JSON.stringify(views.titled('healthy')?.rows) !== before);
  expect(views.titled('healthy')?.status).toBe('running');
  const { outputs } = await run('kept');
  expect(outputs.map((output) => output.data?.['text/plain'])).toEqual(['42']);
});

/** The error that a cell answers with. */
async function errorOf(source: string): Promise<string> {
  const { status, outputs } = await run(source);
  expect(status).toBe('error');
  const error = outputs.find((output) => output.output_type === 'error');
  return `${error?.ename}: ${error?.evalue}\n${error?.traceback?.join('\n')}`;
}

/** How the view with this title failed. */
async function failureOf(title: string, source: string): Promise<string> {
  expect((await run(source)).status).toBe('ok');
  await views.until(() => views.titled(title)?.status === 'failed');
  const failure = views.titled(title)?.failure;
  return [failure?.name, failure?.message, ...(failure?.details ?? [])].join('\n');
}

describe('bad input gets a clear error in the right place', () => {
  test('a type error names line and column, and the cell does not run', async () => {
    const error = await errorOf("globalThis.ran = true;\nconst degrees: number = 'warm';");
    expect(error).toMatch(/not assignable to type 'number'/);
    expect(error).toMatch(/2:7/);
    expect((await run("'ran' in globalThis")).outputs[0]?.data?.['text/plain']).toBe('false');
  });

  test('a runtime error names the line of the cell', async () => {
    const error = await errorOf(
      "const one = 1;\nfunction fail(): never {\n  throw new RangeError('too warm');\n}\nfail();",
    );
    expect(error).toMatch(/RangeError: too warm/);
    expect(error).toMatch(/line 3/);
  });

  test('an unknown module says how to install it', async () => {
    expect(await errorOf("const pad = await import('no-such-module-at-all' as string);")).toMatch(
      /no-such-module-at-all[^]*npm install no-such-module-at-all/,
    );
  });

  test('a file that is not there fails in the cell that names it, with names like it', async () => {
    const error = await errorOf(
      "env.fromSource(fileSource('room.csv'), WatermarkStrategy.noWatermarks()).show();",
    );
    expect(error).toMatch(/room\.csv/);
    expect(error).toMatch(/rooms\.csv/);
  });

  test('a CSV row that does not parse fails its view, with file and line', async () => {
    const source =
      "env.fromSource(fileSource('rooms.csv', { format: csv() }), WatermarkStrategy.noWatermarks()).show({ title: 'rooms' });";
    expect(await failureOf('rooms', source)).toMatch(/rooms\.csv[^]*3/);
  });

  test('a socket that nobody listens on fails its view, with host and port', async () => {
    // A port that was free a moment ago: nobody listens there.
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = probe.address() as { port: number };
        probe.close(() => resolve(free));
      });
    });
    expect(
      await failureOf('socket', `env.socketTextStream('127.0.0.1', ${port}).show({ title: 'socket' });`),
    ).toMatch(new RegExp(`127\\.0\\.0\\.1[^]*${port}`));
  });

  test('a window of size 0 fails in the cell that makes it', async () => {
    expect(
      await errorOf(
        'env.fromData(1).keyBy((n) => n).window(TumblingEventTimeWindows.of(0)).sum((n) => n).show();',
      ),
    ).toMatch(/size[^]*0/);
  });

  test('a function that throws fails its view, with operator, record and line', async () => {
    const source =
      "env.fromData(1, 2, 3).map((n) => {\n  if (n === 2) throw new RangeError('two');\n  return n;\n}).name('picky').show({ title: 'picky' });";
    const failure = await failureOf('picky', source);
    expect(failure).toMatch(/picky failed on the record 2/);
    expect(failure).toMatch(/RangeError: two/);
    expect(failure).toMatch(/line 2/);
  });
});
