import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

// A stream in a variable is a table of SQL by the type of its records, which the checker knows before one has come.

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
  await kernel.execute('env.pause()', { cellId: 'pause' });
});
afterAll(() => kernel.stop());

const READINGS = `
import { generatorSource, WatermarkStrategy } from 'tidemark';
interface Place { readonly room: string; floor?: number }
interface Reading {
  n: number;
  sensor: \`s\${number}\`;
  kind: 'hot' | 'cold' | null;
  hot: boolean;
  big: bigint;
  seen: Date;
  tags: readonly string[];
  place: Place;
  raw?: Uint8Array;
  anything: any;
  mixed: string | number;
  say(): string;
}
const readings = env.fromSource(
  generatorSource((n): Reading => ({
    n, sensor: \`s\${n % 2}\`, kind: null, hot: n > 2, big: 1n, seen: new Date(n), tags: ['a'], place: { room: 'r' },
    anything: 1, mixed: n, say: () => 'a',
  }), { count: 10 }),
  WatermarkStrategy.forMonotonousTimestamps<Reading>().withTimestampAssigner(({ n }) => n * 1000),
  'readings',
);`;

test('%%sql names a stream whose records are known by their type, its event time with it', async () => {
  expect((await kernel.execute(READINGS, { cellId: 'r' })).status).toBe('ok');
  const described = await kernel.execute('%%sql\nDESCRIBE readings', { cellId: 'd' });
  const lines = String(described.result)
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ {2,}/).slice(0, 2).join(': '));
  expect(lines).toEqual([
    'n: DOUBLE',
    'sensor: STRING',
    'kind: STRING',
    'hot: BOOLEAN',
    'big: BIGINT',
    'seen: TIMESTAMP_LTZ(3)',
    'tags: ARRAY<STRING>',
    'place: ROW<room STRING, floor DOUBLE>',
    'raw: BYTES',
    'rowtime: TIMESTAMP_LTZ(3)',
  ]);
});

test('windows of SQL go by its rowtime, and another cell knows the rows', async () => {
  const query = `
    const counts = sql\`SELECT sensor, COUNT(*) AS c, SUM(n) AS total FROM TABLE(
      TUMBLE(TABLE readings, DESCRIPTOR(rowtime), INTERVAL '4' SECOND)) GROUP BY sensor, window_start, window_end\`;
    const view = env.toDataStream(counts).map(({ sensor, total }) => sensor + '=' + total).show(); 0`;
  expect((await kernel.execute(query, { cellId: 'q' })).status).toBe('ok');
  const taken = await kernel.execute('const taken = view.take(2); await env.step(6); await taken');
  expect(taken.result).toBe("[ 's0=2', 's1=4' ]");
});

test('a stream that is named in the cell that makes it, and one that another is made of', async () => {
  const both = `
    const doubled = readings.map(({ n, sensor }) => ({ twice: n * 2, sensor }));
    const few = env.sqlQuery('SELECT twice FROM doubled WHERE twice > 8');
    few.columns.map(({ name, type }) => name + ' ' + type)`;
  expect((await kernel.execute(both, { cellId: 'both' })).result).toBe("[ 'twice DOUBLE' ]");
  const typed = await kernel.execute('sql`SELECT twice, rowtime FROM ${doubled}`.columns.length', {
    cellId: 't',
  });
  expect(typed.result).toBe('2');
});

test('a stream of anything still needs a schema, and plain values are one column', async () => {
  await kernel.execute(
    "const raw = env.fromSource(generatorSource((n): any => n, { count: 1 }), WatermarkStrategy.noWatermarks(), 'raw');\nconst numbers = raw.map((n): number => n)",
    { cellId: 'any' },
  );
  expect((await kernel.execute('%%sql\nSELECT * FROM raw', { cellId: 'x' })).error.evalue).toContain(
    'has no schema',
  );
  expect((await kernel.execute('%%sql\nDESCRIBE numbers', { cellId: 'y' })).result).toMatch(/\nf0 +DOUBLE/);
});
