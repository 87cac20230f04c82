// What expressions give at the edges: rounding, formats of numbers and intervals, odd arguments of functions.
import { expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';

const SCHEMA = 'i INT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING, ts TIMESTAMP(3), tm TIME(0)';
const ROW = { i: -7, f: 0.1, d: 1.5, dc: '12.34', s: 'hello', ts: 86_461_123, tm: 3_661_000 };
const bytes = (...values: readonly number[]) => Uint8Array.from(values);

const GIVEN: readonly (readonly [expression: string, value: unknown])[] = [
  // A FLOAT has the digits of 32 bits, also where it becomes a DOUBLE; beside a whole number it stays one.
  ['CAST(f AS DOUBLE)', 0.10000000149011612],
  ['TYPEOF(f + i)', 'FLOAT'],
  ['f + 1', Math.fround(1.1)],
  ['f * d', Math.fround(Math.fround(0.1) * 1.5)],
  ['CAST(f AS STRING)', '0.1'],
  ['CAST(CAST(16777216 AS FLOAT) AS STRING)', '1.6777216E7'],
  // Doubles print with a point, and with an exponent from ten million on and below a thousandth.
  ['CAST(1e7 AS STRING)', '1.0E7'],
  ['CAST(9999999e0 AS STRING)', '9999999.0'],
  ['CAST(1.5e-5 AS STRING)', '1.5E-5'],
  ['CAST(-1e-10 AS STRING)', '-1.0E-10'],
  ['CAST(123456789.125e0 AS STRING)', '1.23456789125E8'],
  ['CAST(1e21 AS STRING)', '1.0E21'],
  ["CAST(INTERVAL '1 02:03:04.567' DAY TO SECOND AS STRING)", '+1 02:03:04.567'],
  ["CAST(INTERVAL '1-2' YEAR TO MONTH AS STRING)", '+1-02'],
  // Rounding of a DECIMAL leaves as many digits as are asked for.
  ['ROUND(dc)', '12'],
  ['ROUND(dc, 1)', '12.3'],
  ['ROUND(dc, 5)', '12.34'],
  ['ROUND(dc, i)', '0.00'],
  ['ROUND(-2.5)', '-3'],
  ['ROUND(12345.678, -2)', '12300'],
  ['TYPEOF(ROUND(12345.678, -2))', 'DECIMAL(6, 0)'],
  ['TRUNCATE(12.789, 1)', '12.7'],
  ['TRUNCATE(12.789)', '12'],
  ['MOD(dc, 3)', '0.34'],
  ['MOD(i, 3)', -1],
  // A DECIMAL that does not fit is NULL.
  ['CAST(dc AS DECIMAL(3, 2))', null],
  ['CAST(ts AS TIME)', 61_000],
  ['CAST(tm AS TIMESTAMP(3))', 3_661_000],
  ['-2147483648', -2_147_483_648],
  ['TYPEOF(-2147483648)', 'INT'],
  ['PI', Math.PI],
  ["X'4142'", bytes(0x41, 0x42)],
  ["CAST(X'4142' AS STRING)", 'AB'],
  // Texts that are cast are of one form.
  ["TRY_CAST('1e3' AS INT)", null],
  ["TRY_CAST('1.5' AS INT)", 1],
  ["TRY_CAST('2020-01-02T03:04:05' AS TIMESTAMP(3))", null],
  ["TRY_CAST('2020-01-02 03:04' AS TIMESTAMP(3))", null],
  ["TRY_CAST('1970-01-02 00:01:01.123' AS TIMESTAMP(3))", 86_461_123],
  ['SUBSTRING(s, 2, -1)', null],
  ["INSTR(s, 'l', 4)", 4],
  ["INSTR(s, 'l', 1, 2)", 4],
  ["INSTR(s, 'l', -1)", 4],
  ["INSTR(s, 'l', 5)", 0],
  ["ASCII('é')", -61],
  ['CHR(i)', ''],
  ["OVERLAY(s PLACING 'XX' FROM 2 FOR 0)", 'hXX'],
  ["OVERLAY(s PLACING 'XX' FROM 2 FOR 1)", 'hXXllo'],
  ['SPLIT_INDEX(s, 108, 0)', 'he'],
  ["SPLIT_INDEX('', ',', 0)", null],
  ["SPLIT('', ',')", []],
  ["DECODE(ENCODE(s, 'UTF-16'), 'UTF-16')", 'hello'],
  // What is no regular expression matches nothing; what replaces a match is text.
  ["REGEXP(s, '(')", false],
  ["REGEXP_REPLACE(s, '[', 'x')", null],
  ["REGEXP_COUNT(s, '(')", null],
  ["REGEXP_INSTR(s, '(')", null],
  ["REGEXP_REPLACE(s, '(l)(o)', '$2$1')", 'hel$2$1'],
  ["PARSE_URL('http://u:p@example.org:80/a/b.php?k=v&l=w#r', 'AUTHORITY')", 'u:p@example.org:80'],
  ["PARSE_URL('http://u:p@example.org:80/a/b.php?k=v&l=w#r', 'USERINFO')", 'u:p'],
  ["PARSE_URL('http://u:p@example.org:80/a/b.php?k=v&l=w#r', 'HOST')", 'example.org'],
  ["PARSE_URL('http://u:p@example.org:80/a/b.php?k=v&l=w#r', 'FILE')", '/a/b.php?k=v&l=w'],
  ["PARSE_URL('http://u:p@example.org:80/a/b.php?k=v&l=w#r', 'QUERY', 'l')", 'w'],
  ['CAST(NULL AS STRING) IS JSON', false],
  ['CAST(NULL AS STRING) IS NOT JSON', true],
  // Parts of times.
  ['EXTRACT(MILLISECOND FROM ts)', 123],
  ['EXTRACT(MICROSECOND FROM ts)', 123_000],
  ['EXTRACT(NANOSECOND FROM ts)', 123_000_000],
  ['EXTRACT(ISODOW FROM ts)', 5],
  ["EXTRACT(ISOYEAR FROM DATE '2021-01-02')", 2020],
  ['EXTRACT(DECADE FROM ts)', 197],
  ['EXTRACT(CENTURY FROM ts)', 20],
  ['EXTRACT(MILLENNIUM FROM ts)', 2],
  ['FLOOR(ts TO DECADE)', 0],
  ['CEIL(ts TO DECADE)', 315_532_800_000],
  ['FLOOR(ts TO CENTURY)', -2_177_452_800_000],
  ["DATE_FORMAT('2020-01-02', 'yyyy')", null],
  ["DATE_FORMAT('2020-01-02 03:04:05', 'yyyy')", '2020'],
  ["TO_TIMESTAMP('2020-01-02T03:04:05')", null],
  ["TO_TIMESTAMP('1970-01-02')", 86_400_000],
  ['TO_TIMESTAMP_LTZ(1.5, 0)', 1000],
  ['TO_TIMESTAMP_LTZ(1000, 6)', 1],
  ["TO_TIMESTAMP_LTZ('2020-01-02 03:04:05')", 1_577_934_245_000],
  ["TO_TIMESTAMP_LTZ('2020-01-02 03:04:05', 'yyyy-MM-dd HH:mm:ss', 'Asia/Shanghai')", 1_577_905_445_000],
  // What is no time is the lowest BIGINT.
  ["UNIX_TIMESTAMP('bad')", -(2n ** 63n)],
  ["ARRAY_JOIN(ARRAY['b', CAST(NULL AS STRING), 'a'], '-')", 'b-a'],
  ["ARRAY_JOIN(ARRAY['b', CAST(NULL AS STRING), 'a'], '-', '?')", 'b-?-a'],
  ["CONCAT_WS(',')", ''],
]; // prettier-ignore

test('expressions at the edges', async () => {
  const values = await evaluate(
    GIVEN.map(([expression]) => expression),
    ROW,
    SCHEMA,
  );
  expect(GIVEN.map(([expression], at) => [expression, values[at]])).toEqual(GIVEN);
});
