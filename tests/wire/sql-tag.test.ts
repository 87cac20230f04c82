import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
  await kernel.execute(
    `%%sql
CREATE TABLE numbers (n INT, word STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '5', 'fields.n.kind' = 'sequence')`,
    { cellId: 'ddl' },
  );
});
afterAll(() => kernel.stop());

const run = (code: string, cellId: string) => kernel.execute(code, { cellId });

test('a template is a table, whose rows the checker knows', async () => {
  const { result } = await run(
    'const doubled = sql`SELECT n * 2 AS twice, word FROM numbers WHERE n <= ${3}`;\n' +
      'await doubled.toDataStream().map((row) => (row.twice ?? 0) + 1).executeAndCollect()',
    'rows',
  );
  expect(result).toBe('[ 1, 3, 5, 7 ]');
  const wrong = await run('doubled.toDataStream().map((row) => row.twic)', 'wrong row');
  expect(wrong.error?.evalue).toContain("Property 'twic' does not exist");
});

test('a mistake in a query is underlined in its template', async () => {
  const { error } = await run('const lost = sql`\n  SELECT n, wrd\n  FROM numbers`;', 'mistake');
  expect(error?.evalue).toContain("There is no column 'wrd' here. Perhaps 'word' is meant.");
  expect(error?.evalue).toContain('(line 2:13)');
});

test('streams and values are placeholders, and text in a value is never read as SQL', async () => {
  const { result } = await run(
    `const people = env.fromData({ name: "O'Hara" }, { name: 'x' });
const wanted = "O'Hara";
await sql\`SELECT name FROM \${people} WHERE name = \${wanted}\`.toDataStream().executeAndCollect()`,
    'placeholders',
  );
  expect(result).toBe(`[ { name: "O'Hara" } ]`);
});

test('the rows of env.sqlQuery of a text are known, too', async () => {
  const { error } = await run(
    "env.sqlQuery('SELECT n AS one FROM numbers').toDataStream().map(({ two }) => two)",
    'text',
  );
  expect(error?.evalue).toContain("Property 'two' does not exist");
});
