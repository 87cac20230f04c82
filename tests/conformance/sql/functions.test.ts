import { describe, expect, test } from 'vitest';
import { StreamExecutionEnvironment } from 'tidemark';

const bytes = (...values: readonly number[]) => Uint8Array.from(values);

/** What expressions give, as Flink documents its functions. */
const GIVEN: readonly (readonly [expression: string, value: unknown])[] = [
  ["MD5('')", 'd41d8cd98f00b204e9800998ecf8427e'],
  ["SHA1('abc')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ["SHA256('test')", '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  ["SHA2('test', 256) = SHA256('test') AND SHA2('test', 512) = SHA512('test')", true],
  ["SHA2('test', 100)", null],
  ['MD5(CAST(NULL AS STRING))', null],
  ["REGEXP_EXTRACT_ALL('100-200, 300-400', '(\\d+)-(\\d+)')", ['100', '300']],
  ["REGEXP_EXTRACT_ALL('100-200, 300-400', '(\\d+)-(\\d+)', 2)", ['200', '400']],
  ["REGEXP_EXTRACT_ALL('100-200', '(\\d+)-(\\d+)', 3)", null],
  ["REGEXP_INSTR('hello world!', 'o')", 5],
  ["REGEXP_INSTR('hello', 'x')", 0],
  ["REGEXP_SUBSTR('hello world!', 'w\\w+')", 'world'],
  ["REGEXP_SUBSTR('hello', 'x')", null],
  ["URL_ENCODE('https://x.org/a b?c=ü~')", 'https%3A%2F%2Fx.org%2Fa+b%3Fc%3D%C3%BC%7E'],
  ["URL_DECODE('a+b%3Fc%3D%C3%BC')", 'a b?c=ü'],
  ["URL_DECODE('%')", null],
  ["ENCODE('aü', 'UTF-8')", bytes(97, 195, 188)],
  ["ENCODE('aü', 'ISO-8859-1')", bytes(97, 252)],
  ["ENCODE('aü', 'US-ASCII')", bytes(97, 63)],
  ["ENCODE('a', 'UTF-16BE')", bytes(0, 97)],
  ["DECODE(ENCODE('aü', 'UTF-16LE'), 'UTF-16LE')", 'aü'],
  ["UNHEX('466C696E6B')", bytes(70, 108, 105, 110, 107)],
  ["UNHEX('F')", bytes(0)],
  ["UNHEX('zz')", null],
  ["STR_TO_MAP('k1=v1,k2=v2=x,k3')", new Map<string, string | null>([['k1', 'v1'], ['k2', 'v2=x'], ['k3', null]])],
  ["STR_TO_MAP('a:1;b:2', ';', ':')", new Map([['a', '1'], ['b', '2']])],
  ["IS_ALPHA('abc') AND NOT IS_ALPHA('a1') AND IS_DIGIT('12') AND NOT IS_DIGIT('') AND NOT IS_DIGIT('1.5')", true],
  ["JSON_QUOTE('a\"b/c')", '"a\\"b\\/c"'],
  ["JSON_UNQUOTE('\"a\\u0041\\/\"')", 'aA/'],
  ["JSON_UNQUOTE('[1]')", '[1]'],
  ['ARRAY_REMOVE(ARRAY[1, 2, 2, 3], 2)', [1, 3]],
  ['ARRAY_REMOVE(ARRAY[1, CAST(NULL AS INT)], CAST(NULL AS INT))', [1]],
  ['ARRAY_PREPEND(ARRAY[1, 2], 4)', [4, 1, 2]],
  ['ARRAY_UNION(ARRAY[1, 2, 2], ARRAY[3, 1])', [1, 2, 3]],
  ['ARRAY_INTERSECT(ARRAY[4, 3, 2, 2], ARRAY[2, 4])', [4, 2]],
  ['ARRAY_EXCEPT(ARRAY[1, 2, 2, 3], ARRAY[1])', [2, 3]],
  ['ARRAY_SLICE(ARRAY[1, 2, 3, 4, 5], 2, 3)', [2, 3]],
  ['ARRAY_SLICE(ARRAY[1, 2, 3, 4, 5], -2)', [4, 5]],
  ['ARRAY_SLICE(ARRAY[1, 2, 3], 0, -2)', [1, 2]],
  ['ARRAY_SLICE(ARRAY[1, 2, 3], 3, 2)', []],
  ['ARRAY_SORT(ARRAY[2, CAST(NULL AS INT), 1])', [null, 1, 2]],
  ['ARRAY_SORT(ARRAY[2, CAST(NULL AS INT), 1], FALSE)', [2, 1, null]],
  ['ARRAY_SORT(ARRAY[2, CAST(NULL AS INT), 1], FALSE, TRUE)', [null, 2, 1]],
  ["MAP_UNION(MAP['a', 1, 'b', 2], MAP['b', 3])", new Map([['a', 1], ['b', 3]])],
  ["MAP_ENTRIES(MAP['a', 1])", [{ key: 'a', value: 1 }]],
  ["MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])", new Map([['a', 1], ['b', 2]])],
]; // prettier-ignore

describe('functions', () => {
  test.each(GIVEN)('%s', async (expression, value) => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const [row] = await env.toDataStream(env.sqlQuery(`SELECT ${expression} AS given`)).executeAndCollect();
    expect(row!['given']).toEqual(value);
  });

  test('of rows are given values, not constants alone', async () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.createTemporaryView('t', env.fromData({ s: 'b,a' }, { s: 'c' }));
    const query = "SELECT ARRAY_SORT(SPLIT(s, ',')) AS parts FROM t";
    expect(await env.toDataStream(env.sqlQuery(query)).executeAndCollect()).toEqual([
      { parts: ['a', 'b'] },
      { parts: ['c'] },
    ]);
  });

  test('refuse keys without values', async () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const failing = async () =>
      env
        .toDataStream(env.sqlQuery('SELECT MAP_FROM_ARRAYS(ARRAY[1, 2], ARRAY[1]) AS m'))
        .executeAndCollect();
    await expect(failing()).rejects.toThrow(/as many of both/);
  });
});
