import { describe, expect, test } from 'vitest';
import { StreamExecutionEnvironment } from 'tidemark';
import { SqlAssist } from 'tidemark/sql';

function assist(): SqlAssist {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.createTemporaryView(
    'orders',
    env.fromData({ id: 1 }),
    'id BIGINT, name STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3), `group` INT, pair ROW<a INT, b STRING>, WATERMARK FOR ts AS ts',
  );
  env.executeSql(
    'CREATE TEMPORARY VIEW totals AS SELECT name, SUM(amount) AS total FROM orders GROUP BY name',
  );
  env.executeSql("CREATE TABLE out (name STRING, n BIGINT) WITH ('connector' = 'print')");
  env.createFunction('shout', (s: string) => s.toUpperCase(), '(STRING) => STRING');
  const known = new SqlAssist();
  const people = env.describeVariable('people', env.fromData({ name: 'ann', age: 3 }))!;
  known.update(structuredClone(env.describeCatalog([people])));
  return known;
}

/** The completions at `|`, of one kind, as text. */
function at(text: string, type: string): string[] {
  const cursor = text.indexOf('|');
  const { items } = assist().complete(text.replace('|', ''), cursor);
  return items.filter((item) => item.type === type).map((item) => item.text);
}

describe('completion in SQL', () => {
  const ORDERS = ['id', 'name', 'amount', 'ts', '`group`', 'pair'];

  test.each<[string, string[]]>([
    ['SELECT * FROM |', ['orders', 'out', 'totals', 'people']],
    ['SELECT * FROM orders o JOIN to|', ['totals']],
    ['SELECT * FROM orders, |', ['orders', 'out', 'totals', 'people']],
    [
      "SELECT * FROM TUMBLE(TABLE |, DESCRIPTOR(ts), INTERVAL '1' SECOND)",
      ['orders', 'out', 'totals', 'people'],
    ],
    ['INSERT INTO ou|', ['out']],
    ['DESCRIBE peo|', ['people']],
    ['SELECT 1; SELECT * FROM tot|', ['totals']],
    ["SELECT 'x FROM |", []],
    ['SELECT 1 -- FROM |', []],
  ])('%s has tables %j', (text, tables) => {
    expect(at(text, 'table')).toEqual(tables);
  });

  test.each<[string, string[]]>([
    ['SELECT | FROM orders', ORDERS],
    ['SELECT na| FROM orders', ['name']],
    ['SELECT o.| FROM orders o', ORDERS],
    ['SELECT t.| FROM orders o JOIN totals AS t ON o.name = t.name', ['name', 'total']],
    ['SELECT * FROM orders o JOIN totals t ON o.name = t.|', ['name', 'total']],
    ['SELECT name FROM orders WHERE am|', ['amount']],
    ['SELECT name, COUNT(*) FROM orders GROUP BY n|', ['name']],
    ['SELECT SUM(am|) FROM orders', ['amount']],
    ['SELECT pair.| FROM orders', ['a', 'b']],
    ['SELECT x FROM (SELECT id AS x, | FROM orders) WHERE x > 1', ORDERS],
    ['SELECT | FROM (SELECT id AS x FROM orders)', ['x']],
    [
      "SELECT window_s| FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' SECOND))",
      ['window_start'],
    ],
    ["SELECT * FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(t|), INTERVAL '1' SECOND))", ['ts']],
    ['WITH big AS (SELECT id AS large FROM orders) SELECT | FROM big', ['large']],
    ['INSERT INTO out (|', ['name', 'n']],
    ['SELECT `gr| FROM orders', ['`group`']],
    ['SELECT ag| FROM people', ['age']],
    ['SELECT | FROM nowhere', []],
  ])('%s has columns %j', (text, columns) => {
    expect(at(text, 'column')).toEqual(columns);
  });

  test('has functions with their signatures, the user’s among them, in the case of what is written', () => {
    const { items, start } = assist().complete('SELECT sho', 10);
    expect(start).toBe(7);
    expect(items).toEqual([expect.objectContaining({ text: 'shout', type: 'function' })]);
    expect(at('SELECT COUN| FROM orders', 'function')).toEqual(['COUNT']);
    expect(at('SELECT * FROM TUM|', 'function')).toEqual(['TUMBLE']);
  });

  test.each<[string, string[]]>([
    ['SEL|', ['SELECT']],
    ['sel|', ['select']],
    ['SELECT * FROM orders WH|', ['WHERE']],
    ['SELECT * FROM orders ORDER |', ['BY']],
    ['SHOW |', ['FUNCTIONS', 'TABLES', 'VIEWS']],
    ['SELECT name FROM orders GROUP BY name HAV|', ['HAVING']],
    ['SELECT * FROM orders o LEFT |', ['OUTER', 'JOIN']],
    ['DROP |', ['TEMPORARY', 'TABLE', 'VIEW']],
  ])('%s has keywords by the grammar: %j', (text, keywords) => {
    for (const keyword of keywords) expect(at(text, 'keyword')).toContain(keyword);
  });

  test('goes through statements of any length', () => {
    const text = `SELECT o.name, SUM(amount) OVER (PARTITION BY o.name ORDER BY ts) FROM orders o JOIN totals t ON o.name = t.name WHERE o.amount > |`;
    expect(at(text, 'column')).toEqual([...ORDERS, 'total']);
  });
});

describe('inspection in SQL', () => {
  const inspect = (text: string) => assist().inspect(text.replace('|', ''), text.indexOf('|'));

  test.each<[string, string]>([
    ['SELECT na|me FROM orders', '(column) orders.name STRING'],
    ['SELECT o.t|s FROM orders o', '(column) o.ts TIMESTAMP(3), event time'],
    ['SELECT |name FROM orders', '(column) orders.name STRING'],
    ['SELECT name FROM total|s', '(view) totals (\n  name STRING,\n  total DECIMAL(38, 2)\n)'],
    ['SELECT SUM|(amount) FROM orders', '(function) SUM(number)'],
    ['SELECT SUM(|) FROM orders', '(function) SUM(number)'],
  ])('%s', (text, shown) => {
    expect(inspect(text)).toBe(shown);
  });

  test('says nothing of what it does not know', () => {
    expect(inspect('SELECT nowhere| FROM orders')).toBeUndefined();
    expect(inspect('SELECT | FROM orders')).toBeUndefined();
  });
});

describe('columns of a query that cannot run here', () => {
  test('are those it would have', () => {
    const columns = assist().columnsOf(
      'SELECT name, SUM(total) AS all_of_it, MAX(shout(name)) AS loud FROM totals GROUP BY name',
    );
    expect(columns.map(({ name, type }) => [name, type.name])).toEqual([
      ['name', 'STRING'],
      ['all_of_it', 'DECIMAL'],
      ['loud', 'STRING'],
    ]);
  });

  test('or an error with its place', () => {
    expect(() => assist().columnsOf('SELECT nme FROM orders')).toThrow(
      expect.objectContaining({
        code: 'unknown-column',
        details: expect.objectContaining({ line: 1, column: 8 }) as unknown,
      }),
    );
    expect(() => assist().columnsOf('SELECT * FROM totals ORDER BY name')).toThrow(
      expect.objectContaining({ code: 'not-on-changelog' }),
    );
  });
});
