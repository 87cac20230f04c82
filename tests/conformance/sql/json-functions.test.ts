import { describe, expect, test } from 'vitest';
import { change, materialized, runJob, WAYS } from './changelog-job.ts';
import { evaluate } from './evaluate.ts';

const ACCOUNT = `{"type":"account","age":42,"balance":13.89,"exact":123456789.987654321,"count":9999999999,"active":true,"none":null,
  "contains blank":"right","tags":["x","y"],"ints":[1,null,3],"refs":[{"url":"u"},{"url":"v","name":"n"}],"text":"[1,2]","digits":"42"}`;
const ROW = {
  s: ACCOUNT,
  bad: '{',
  n: null,
  d: '1.50',
  r: { a: 1, b: ['x', null] },
  m: new Map([['k', 2]]),
  at: 644_333_862_001,
};
const SCHEMA =
  's STRING, bad STRING, n STRING, d DECIMAL(3, 2), r ROW<b ARRAY<STRING>, a INT>, m MAP<STRING, INT>, at TIMESTAMP(3)';

/** Expressions with what Flink makes of them. */
const CASES: Readonly<Record<string, readonly (readonly [expression: string, result: unknown])[]>> = {
  'IS JSON': [
    ['s IS JSON', true],
    ['s IS JSON OBJECT', true],
    ['s IS NOT JSON ARRAY', true],
    [`'[]' IS JSON ARRAY`, true],
    [`'"a"' IS JSON SCALAR`, true],
    [`'{}' IS JSON SCALAR`, false],
    ['bad IS JSON', false],
    ['bad IS NOT JSON', true],
    ['n IS JSON', false],
    ['n IS NOT JSON VALUE', true],
  ],
  JSON_EXISTS: [
    [`JSON_EXISTS(s, 'lax $.type')`, true],
    [`JSON_EXISTS(s, '$.tags[1]')`, true],
    [`JSON_EXISTS(s, '$.tags[2]')`, false],
    [`JSON_EXISTS(s, '$.tags[*]')`, true],
    [`JSON_EXISTS(s, '$.refs[0].nothing')`, false],
    [`JSON_EXISTS(s, '$.none')`, false],
    [`JSON_EXISTS(s, 'strict $.nothing' TRUE ON ERROR)`, true],
    [`JSON_EXISTS(s, 'lax $.nothing' TRUE ON ERROR)`, false],
    [`JSON_EXISTS(s, 'strict $.nothing' UNKNOWN ON ERROR)`, null],
    [`JSON_EXISTS(bad, '$' TRUE ON ERROR)`, true],
    [`JSON_EXISTS(n, '$')`, null],
  ],
  JSON_VALUE: [
    [`JSON_VALUE(s, '$.type')`, 'account'],
    [`JSON_VALUE(s, '$.active')`, 'true'],
    [`JSON_VALUE(s, '$.exact')`, '123456789.987654321'],
    [`JSON_VALUE(s, '$.active' RETURNING BOOLEAN)`, true],
    [`JSON_VALUE(s, '$.age' RETURNING INT) + 1`, 43],
    [`JSON_VALUE(s, '$.balance' RETURNING DOUBLE)`, 13.89],
    [`JSON_VALUE(s, '$.balance' RETURNING INT)`, 13],
    [`JSON_VALUE(s, '$.balance' RETURNING DECIMAL(10, 1))`, '13.9'],
    [`JSON_VALUE(s, '$.digits' RETURNING INT)`, 42],
    [`JSON_VALUE(s, '$.count' RETURNING BIGINT)`, 9999999999],
    [`JSON_VALUE(s, '$.count' RETURNING INT)`, null],
    [`JSON_VALUE(s, '$.exact' RETURNING DECIMAL(5, 2) DEFAULT '0.00' ON ERROR)`, '0.00'],
    [`JSON_VALUE(s, '$.type' RETURNING INT DEFAULT 42 ON ERROR)`, 42],
    [`JSON_VALUE(s, '$.none' RETURNING INT DEFAULT 7 ON EMPTY)`, 7],
    [`JSON_VALUE(s, 'lax $.nothing' RETURNING INT DEFAULT 42 ON EMPTY ERROR ON ERROR)`, 42],
    [`JSON_VALUE(s, 'strict $.nothing' ERROR ON EMPTY NULL ON ERROR)`, null],
    [`JSON_VALUE(s, 'strict $.nothing' RETURNING INT NULL ON EMPTY DEFAULT 42 ON ERROR)`, 42],
    [`JSON_VALUE(s, 'strict $.[''contains blank'']' NULL ON EMPTY DEFAULT 'wrong' ON ERROR)`, 'right'],
    [`JSON_VALUE(s, '$.tags' DEFAULT 'not one' ON ERROR)`, 'not one'],
    [`JSON_VALUE(s, '$.type' DEFAULT UPPER(bad) ON ERROR)`, 'account'],
    [`JSON_VALUE(bad, 'lax $.a' DEFAULT 'e' ON ERROR)`, 'e'],
    [`JSON_VALUE(n, 'lax $')`, null],
  ],
  JSON_QUERY: [
    [`JSON_QUERY(s, '$.tags')`, '["x","y"]'],
    [`JSON_QUERY(s, '$.refs[0]')`, '{"url":"u"}'],
    [`JSON_QUERY(s, '$.refs[*].url')`, '["u","v"]'],
    [`JSON_QUERY(s, '$.refs[*].name')`, '["n"]'],
    [`JSON_QUERY(s, '$.text')`, null],
    [`JSON_QUERY(s, '$.text' WITH CONDITIONAL WRAPPER)`, '["[1,2]"]'],
    [`JSON_QUERY(s, '$.tags' WITH CONDITIONAL ARRAY WRAPPER)`, '["x","y"]'],
    [`JSON_QUERY(s, '$.tags' WITH UNCONDITIONAL ARRAY WRAPPER)`, '[["x","y"]]'],
    [`JSON_QUERY(s, '$.tags' RETURNING ARRAY<STRING>)`, ['x', 'y']],
    [`JSON_QUERY(s, '$.ints' RETURNING ARRAY<INT>)`, [1, null, 3]],
    [`JSON_QUERY(s, '$.ints' RETURNING ARRAY<STRING>)`, ['1', null, '3']],
    [`JSON_QUERY(s, '$.tags' RETURNING ARRAY<INT> EMPTY ARRAY ON ERROR)`, []],
    [`JSON_QUERY(s, 'lax $.nothing' EMPTY OBJECT ON EMPTY)`, '{}'],
    [`JSON_QUERY(s, 'strict $.nothing' EMPTY ARRAY ON ERROR)`, '[]'],
    [`JSON_QUERY('{"big":[9223372036854775807]}', '$.big')`, '[9223372036854775807]'],
  ],
  'values as JSON': [
    [`JSON_STRING('a"b')`, '"a\\"b"'],
    ['JSON_STRING(d)', '1.50'],
    ['JSON_STRING(CAST(2 AS DOUBLE))', '2.0'],
    ['JSON_STRING(CAST(9223372036854775807 AS BIGINT))', '9223372036854775807'],
    ['JSON_STRING(r)', '{"a":1,"b":["x",null]}'],
    ['JSON_STRING(m)', '{"k":2}'],
    ['JSON_STRING(at)', '"1990-06-02T13:37:42.001"'],
    ['JSON_STRING(CAST(at AS TIMESTAMP_LTZ(3)))', '"1990-06-02T13:37:42.001Z"'],
    ['JSON_STRING(n)', null],
    [`JSON_QUOTE('a"b')`, '"a\\"b"'],
    [`JSON_UNQUOTE('"a\\u0041"')`, 'aA'],
    [`JSON_UNQUOTE('"a')`, '"a'],
  ],
  'JSON_OBJECT and JSON_ARRAY': [
    ['JSON_OBJECT()', '{}'],
    [`JSON_OBJECT(KEY 'b' VALUE 1, 'a' VALUE n)`, '{"a":null,"b":1}'],
    [`JSON_OBJECT('a' VALUE n ABSENT ON NULL)`, '{}'],
    [`JSON_OBJECT('a' VALUE JSON_OBJECT('b' VALUE TRUE), 's' VALUE '{}')`, '{"a":{"b":true},"s":"{}"}'],
    [`JSON_OBJECT('k' VALUE JSON('{"x": {"y": 42}}'))`, '{"k":{"x":{"y":42}}}'],
    [`JSON_OBJECT('k' VALUE JSON('  '))`, '{"k":null}'],
    ['JSON_ARRAY()', '[]'],
    [`JSON_ARRAY(1, n, 'x')`, '[1,"x"]'],
    [`JSON_ARRAY(1, n NULL ON NULL)`, '[1,null]'],
    ['JSON_ARRAY(JSON_ARRAY(d), ARRAY[1, 2])', '[[1.50],[1,2]]'],
  ],
};

describe('functions of JSON', () => {
  test.each(Object.entries(CASES))('%s', async (_title, cases) => {
    const results = await evaluate(
      cases.map(([expression]) => expression),
      ROW,
      SCHEMA,
    );
    expect(Object.fromEntries(cases.map(([expression], at) => [expression, results[at]]))).toEqual(
      Object.fromEntries(cases),
    );
  });

  test.each([
    `JSON_VALUE(s, '$.type' RETURNING INT ERROR ON ERROR)`,
    `JSON_VALUE(s, 'lax $.nothing' ERROR ON EMPTY)`,
    `JSON_QUERY(s, '$.type' ERROR ON ERROR)`,
    `JSON_EXISTS(s, '$.nothing' ERROR ON ERROR)`,
    `JSON_ARRAY(JSON(bad))`,
  ])('%s is an error', (expression) =>
    expect(evaluate([expression], ROW, SCHEMA)).rejects.toThrow(/json|JSON/),
  );

  test.each([
    ['JSON_VALUE(s, at)', 8],
    [`JSON_QUERY(s, '$.a' RETURNING INT)`, 8],
    ['at IS JSON', 8],
  ])('%s is refused where it stands', (expression, column) =>
    expect(evaluate([expression], ROW, SCHEMA)).rejects.toMatchObject({
      code: 'type-mismatch',
      details: { line: 1, column },
    }),
  );

  test('names of the grammar of JSON stay names of columns', async () => {
    const schema = 'key STRING, `value` INT, error INT, json STRING, object INT';
    const values = { key: 'k', value: 1, error: 2, json: '{}', object: 3 };
    const expressions = ['value + error', 'object', 'json IS JSON', 'JSON_OBJECT(key VALUE value)'];
    expect(await evaluate(expressions, values, schema)).toEqual([3, 3, true, '{"k":1}']);
  });
});

describe('JSON of many rows', () => {
  const tables = { t: { schema: 'id INT, shop STRING, k STRING, v INT', changelog: true } };
  const query = `SELECT shop, JSON_OBJECTAGG(KEY k VALUE v) AS o, JSON_OBJECTAGG(k VALUE v ABSENT ON NULL) AS p, JSON_ARRAYAGG(v) AS a,
    JSON_ARRAYAGG(JSON_OBJECT('v' VALUE v) NULL ON NULL) FILTER (WHERE v > 1) AS b, JSON_ARRAYAGG(v NULL ON NULL) AS c
    FROM t GROUP BY shop`;
  const steps = [
    change('t', '+I', 1, 'x', 'b', 1),
    change('t', '+I', 2, 'x', 'a', null),
    change('t', '+I', 3, 'x', 'c', 3),
    change('t', '-D', 1, 'x', 'b', 1),
    change('t', '+I', 4, 'x', 'b', 2),
  ];
  const expected = `x, {"a":null,"b":2,"c":3}, {"b":2,"c":3}, [3,2], [{"v":3},{"v":2}], [null,3,2]`;
  test.each(WAYS)('in the order in which they came, taken back again, %s', async (_title, way) => {
    const result = await runJob({ tables, query, ...way }, steps);
    expect(materialized(result)).toEqual([expected]);
  });
  test('a key that is there twice is an error', () =>
    expect(
      runJob({ tables, query }, [change('t', '+I', 1, 'x', 'b', 1), change('t', '+I', 2, 'x', 'b', 1)]),
    ).rejects.toThrow("has got the key 'b' twice"));
});
