import { expect, test } from 'vitest';
import { testJob } from 'tidemark/testing';
import { StreamExecutionEnvironment, type DataStream } from 'tidemark';

const SCHEMA = `id INT, name STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), plain TIMESTAMP(3), pair ROW<a INT, b STRING>,
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND`;

/** What making a query, and a stream of it, fails with. */
function failureOf(query: string, output: 'changelog' | 'data' = 'changelog'): Promise<unknown> {
  return testJob([], (input: DataStream<unknown>) => {
    const env = input.getExecutionEnvironment();
    env.createTemporaryView('orders', input, SCHEMA);
    env.createTemporaryView('payments', input, SCHEMA);
    const table = env.sqlQuery(query);
    return output === 'data'
      ? env.toDataStream(table)
      : (env.toChangelogStream(table) as DataStream<unknown>);
  }).catch((error: unknown) => error);
}

test('an option of early and late firing says what does it here', () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  for (const key of ['early-fire.enabled', 'early-fire.delay', 'late-fire.enabled', 'allow-lateness'])
    expect(() => env.executeSql(`SET 'table.exec.emit.${key}' = '5 s'`)).toThrow(
      /table\.exec\.emit\..*is not possible: .* CUMULATE shows a window at every step/,
    );
  env.executeSql("SET 'table.exec.emit.early-fire.enabled' = 'false'");
});

const CASES: readonly (readonly [query: string, code: string, line: number, column: number, says: string])[] = [
  ['SELECT nme FROM orders', 'unknown-column', 1, 8, "Perhaps 'name' is meant"],
  ['SELECT o.nme\nFROM orders o', 'unknown-column', 1, 10, "Perhaps 'name' is meant"],
  ['SELECT pair.c FROM orders', 'unknown-column', 1, 13, "Known: 'a', 'b'"],
  ['SELECT x.name FROM orders o', 'unknown-table', 1, 8, "Known: 'o'"],
  ['SELECT * FROM order1', 'unknown-table', 1, 15, "Perhaps 'orders' is meant"],
  ['SELECT id FROM orders JOIN payments ON TRUE', 'ambiguous-column', 1, 8, 'orders, payments'],
  ['SELECT UPER(name) FROM orders', 'unknown-function', 1, 8, "Perhaps 'UPPER' is meant"],
  ['SELECT name,\n  id + name FROM orders', 'type-mismatch', 2, 3, 'INT and STRING'],
  ['SELECT * FROM orders WHERE id', 'type-mismatch', 1, 28, 'a condition'],
  ['SELECT * FROM orders WHERE id = name', 'type-mismatch', 1, 28, 'CAST'],
  ['SELECT SUM(name) FROM orders', 'type-mismatch', 1, 8, 'SUM(number)'],
  ['SELECT name, COUNT(*) FROM orders', 'not-grouped', 1, 8, "'name'"],
  ['SELECT id FROM orders WHERE COUNT(*) > 1', 'aggregate-misplaced', 1, 29, 'COUNT'],
  ["SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(plain), INTERVAL '5' SECOND)) GROUP BY window_start, window_end", 'missing-watermark', 1, 60, 'WATERMARK FOR plain'],
  ["SELECT * FROM TABLE(HOP(TABLE orders, DESCRIPTOR(ts), INTERVAL '3' SECOND, INTERVAL '10' SECOND))", 'bad-window', 1, 15, 'multiple'],
  ['SELECT LEAD(id) OVER (ORDER BY ts) FROM orders', 'not-in-streaming', 1, 8, 'LAG looks back'],
  ['SELECT SUM(id) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM orders', 'not-in-streaming', 1, 34, 'still to come'],
  ['SELECT SUM(id) OVER (ORDER BY name ROWS 2 PRECEDING) FROM orders', 'missing-watermark', 1, 8, "'name'"],
  ['SELECT RANK() OVER (PARTITION BY name ORDER BY amount DESC) AS r FROM orders', 'not-in-streaming', 1, 8, 'ROW_NUMBER() with a WHERE on its number'],
  ['SELECT * FROM (\n  SELECT *, DENSE_RANK() OVER (ORDER BY amount) AS r FROM orders\n) WHERE r <= 3', 'not-in-streaming', 2, 13, "DENSE_RANK() ordered by 'amount'"],
  ['SELECT id FROM (SELECT id, RANK() OVER (PARTITION BY name ORDER BY amount) AS r FROM orders) WHERE r <= 3', 'not-in-streaming', 1, 28, 'batch mode alone'],
  ['SELECT * FROM orders ORDER BY id', 'not-in-streaming', 1, 31, 'LIMIT'],
  ['SELECT id, SUM(id) OVER (ORDER BY ts) FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts DESC) AS n FROM orders) WHERE n = 1', 'not-on-changelog', 1, 12, 'the de-duplication before it'],
  ["SELECT * FROM TABLE(TUMBLE(TABLE joined, DESCRIPTOR(ts), INTERVAL '5' SECOND))", 'unknown-table', 1, 34, 'joined'],
  ['SELECT id FROM orders UNION SELECT name FROM orders', 'type-mismatch', 1, 1, 'Column 1'],
  ['SELECT id FROM orders UNION SELECT id, name FROM orders', 'set-columns', 1, 1, '1 and 2'],
  ['SELECT orders.id FROM orders JOIN payments', 'sql-syntax', 1, 23, 'Write ON'],
  ['SELECT id FROM orders WHERE id IN (SELECT id, name FROM payments)', 'column-count', 1, 36, '2 columns'],
  ["SELECT id FROM orders WHERE ts > 'never'", 'type-mismatch', 1, 29, "'never' is no TIMESTAMP(3)"],
  ["SELECT id FROM orders WHERE id > 'x'", 'type-mismatch', 1, 29, "'x' is no INT"],
  ['SELECT GROUPING(name) FROM orders', 'not-grouped', 1, 8, 'ROLLUP'],
  ['SELECT * FROM orders FOR SYSTEM_TIME AS OF orders.ts', 'sql-unsupported', 1, 15, 'JOIN b'],
  ['SELECT ARRAY[id][0] FROM orders', 'sql-syntax', 1, 18, 'The first is [1]'],
  ["INSERT INTO orders VALUES (1)", 'not-a-query', 1, 1, 'executeSql'],
]; // prettier-ignore

test.each(CASES)('%s', async (query, code, line, column, says) => {
  const error = await failureOf(query);
  expect(error).toMatchObject({ code, details: { line, column } });
  expect((error as Error).message).toContain(says);
});

test('a stream of rows takes no table that changes them', async () => {
  expect(await failureOf('SELECT name, COUNT(*) FROM orders GROUP BY name', 'data')).toMatchObject({
    code: 'not-on-changelog',
    message: expect.stringContaining('toChangelogStream') as string,
  });
});

test('a time that a join has lost is none any more', async () => {
  const query = `SELECT * FROM TABLE(TUMBLE(TABLE (SELECT o.ts AS ts FROM orders o JOIN payments p ON o.id = p.id), DESCRIPTOR(ts), INTERVAL '5' SECOND))`;
  expect(await failureOf(query)).toMatchObject({ code: 'missing-watermark' });
});
