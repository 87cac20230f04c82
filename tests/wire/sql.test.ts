import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

const sql = (text: string, cellId: string) => kernel.execute(`%%sql\n${text}`, { cellId });

test('a %%sql cell makes tables and views, and says what there is', async () => {
  const made = await sql(
    `CREATE TABLE numbers (n INT, word STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '5', 'fields.n.kind' = 'sequence');
     CREATE TEMPORARY VIEW even AS SELECT n FROM numbers WHERE n % 2 = 0`,
    'ddl',
  );
  expect(made.result).toBe('OK');
  expect((await sql('SHOW TABLES', 'show')).result).toBe('name\neven\nnumbers');
  expect((await sql('DESCRIBE numbers', 'describe')).result).toBe('name  type\nn     INT\nword  STRING');
  expect((await sql('EXPLAIN SELECT n FROM even', 'explain')).result).toContain(
    'Filter(where=[((n % 2) = 0)])',
  );
});

test('an error is underlined at its line of the cell', async () => {
  const { error } = await sql('SELECT n,\n  wrd\nFROM numbers', 'wrong');
  expect(error?.evalue).toContain(
    "There is no column 'wrd' here. Perhaps 'word' is meant. (line 3, column 3)",
  );
  expect(error?.evalue).toContain('3   wrd\n    ~~~');
});

test('INSERT INTO starts a job under its cell', async () => {
  await sql("CREATE TABLE out (n INT) WITH ('connector' = 'print')", 'out');
  const cell = await sql('INSERT INTO out SELECT n FROM even', 'insert');
  await kernel.until(() =>
    kernel
      .published(cell.id)
      .some(({ type, content }) => type === 'stream' && String(content['text']).includes('+I[4]')),
  );
});

test('a query is shown live, and names a table in a variable', async () => {
  await kernel.execute("const letters = env.fromDataStream(env.fromData('a', 'b', 'a'), 'letter STRING')", {
    cellId: 'letters',
  });
  const cell = await sql('SELECT letter, COUNT(*) AS n FROM letters GROUP BY letter', 'query');
  expect(cell.status).toBe('ok');
  const shown = kernel.published(cell.id).find(({ type }) => type === 'display_data');
  expect(Object.keys((shown?.content['data'] ?? {}) as object)).toContain(
    'application/vnd.tidemark.view.v1+json',
  );
  const { result } = await kernel.execute('letters.columns', { cellId: 'columns' });
  expect(result).toContain("name: 'letter'");
});

test('a stream without columns says how to give it some', async () => {
  await kernel.execute('const plain = env.fromData(1)', { cellId: 'plain' });
  const { error } = await sql('SELECT * FROM plain', 'no-columns');
  expect(error?.evalue).toContain("createTemporaryView('plain', plain,");
});
