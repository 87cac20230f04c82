import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');
const main = join(root, 'kernel', 'lib', 'job', 'main.js');
const folder = mkdtempSync(join(tmpdir(), 'tidemark-job-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tidemark` with these arguments; `onOutput` sees what it has written so far. */
function tidemark(
  args: readonly string[],
  onOutput?: (text: string, kill: () => void) => void,
): Promise<Ended> {
  return new Promise((settle) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args]);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(stdout, () => child.kill('SIGTERM'));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('close', (code) => settle({ code, stdout, stderr }));
  });
}

/** A notebook of these cells. */
function notebookOf(name: string, ...sources: readonly string[]): string {
  const path = join(folder, `${name}.ipynb`);
  const cells = sources.map((source, at) => ({
    cell_type: 'code',
    id: `c${at}`,
    source,
    metadata: {},
    outputs: [],
  }));
  writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  return path;
}

describe.concurrent('a notebook as a job', () => {
  test('runs notebook 05 to the end of its streams, and writes what its views end with', async () => {
    const { code, stdout, stderr } = await tidemark([
      'run',
      join(root, 'notebooks', '05-tune-a-detector.ipynb'),
    ]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/At 0\.999 instead of 0\.99, \d+ anomalies would not be there\./);
    expect(stdout).toMatch(/^Anomalies\n[^]*boiler[^]*^Detectors compared\n[^]*multi-scale combination/m);
    expect(code).toBe(0);
  });

  test('cells share their names, and what sinks print is written', async () => {
    const path = notebookOf(
      'prints',
      'const factor: number = 3;',
      "env.fromData(1, 2, 3).map((n) => n * factor).print();\nconsole.log('made');",
      'factor + 1',
    );
    const { code, stdout, stderr } = await tidemark(['run', path]);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['made', '4', '3', '6', '9']));
    expect(code).toBe(0);
  });

  test('ends with 1 where a cell has a type error, and runs nothing behind it', async () => {
    const path = notebookOf('type-error', "const n: number = 'one';", "console.log('behind');");
    const { code, stdout, stderr } = await tidemark(['run', path]);
    expect(stderr).toMatch(/Cell \[1\] line 1:7[^]*not assignable/);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  test('ends with 1 where a cell throws, with its line', async () => {
    const { code, stderr } = await tidemark([
      'run',
      notebookOf('throws', "\nthrow new RangeError('too warm');"),
    ]);
    expect(stderr).toMatch(/RangeError: too warm[^]*line 2/);
    expect(code).toBe(1);
  });

  test.each(['print', 'show'])(
    'ends with 1 where a function of a stream throws, behind %s()',
    async (end) => {
      const source = `env.fromData(1, 2).map((n) => { if (n === 2) throw new RangeError('two'); return n; }).${end}();`;
      const { code, stderr } = await tidemark(['run', notebookOf(`fails-${end}`, source)]);
      expect(stderr).toMatch(/two|failed/);
      expect(code).toBe(1);
    },
  );

  test('goes on as long as its streams do, and ends in order when it is told to', async () => {
    const path = notebookOf(
      'endless',
      "import { generatorSource, WatermarkStrategy } from 'tidemark';\n" +
        'env.fromSource(generatorSource((i) => i, { rate: 50 }), WatermarkStrategy.noWatermarks<number>()).print();',
    );
    let told = false;
    const { code } = await tidemark(['run', path], (text, kill) => {
      if (told || !text.includes('\n20\n')) return;
      told = true;
      kill();
    });
    expect(told).toBe(true);
    expect(code).toBe(0);
  });

  test('begins with the labels that it is given, of several names and files', async () => {
    const written = notebookOf(
      'labels-written',
      "import { writeFileSync } from 'node:fs';\n" +
        "const labels = env.labels('fleet');\n" +
        "await labels.mark({ key: 'pump', start: 1_000, end: 1_000 }, 'anomaly');\n" +
        "await labels.mark({ start: 2_000, end: 3_000 }, 'false alarm');\n" +
        "writeFileSync('fleet.json', JSON.stringify(labels));",
    );
    expect(await tidemark(['run', written])).toMatchObject({ code: 0, stderr: '' });
    const other = join(folder, 'other.json');
    writeFileSync(
      other,
      JSON.stringify([{ name: 'other', labels: [{ key: 7, start: 5, end: 5, verdict: 'anomaly' }] }]),
    );
    const read = notebookOf(
      'labels-read',
      "console.log(JSON.stringify([env.labels('fleet').all(), [...env.labels('other', { before: 2 })], env.labels('none').all()]));",
    );
    const given = ['--labels', join(folder, 'fleet.json'), '--labels', other];
    const { code, stdout, stderr } = await tidemark(['run', read, ...given]);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([
      [
        { key: 'pump', start: 1_000, end: 1_000, verdict: 'anomaly' },
        { start: 2_000, end: 3_000, verdict: 'false alarm' },
      ],
      [{ key: 7, start: 3, end: 5 }],
      [],
    ]);
    expect(code).toBe(0);
    const { code: refused, stderr: said } = await tidemark(['run', read, '--labels', read]);
    expect([refused, said]).toEqual([1, expect.stringContaining(`${read} holds no labels`)]);
  });

  test('says what is wrong with its call or its file', async () => {
    expect(await tidemark(['walk'])).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage') });
    const missing = await tidemark(['run', join(folder, 'missing.ipynb')]);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('missing.ipynb') });
  });
});
