import { Lexer } from 'chevrotain';
import { expect, test } from 'vitest';
import { BaseParser } from '../../../../runtime/src/table/parse/base-parser.ts';
import { parseStatements } from '../../../../runtime/src/table/parse/parse-sql.ts';
import { StatementParser } from '../../../../runtime/src/table/parse/statement-parser.ts';
import { allTokens } from '../../../../runtime/src/table/parse/tokens.ts';

test('the grammar is free of ambiguities', () => {
  BaseParser.skipValidations = false;
  expect(() => new StatementParser()).not.toThrow();
  BaseParser.skipValidations = true;
});

test('every token can be met', () => {
  expect(() => new Lexer(allTokens, { positionTracking: 'full' })).not.toThrow();
});

const STATEMENTS = [
  'SELECT a, -b, +c, a || b, a % b, NOT c, a <> b, a != b FROM t WHERE a > 1',
  'SELECT b, COUNT(*), AVG(a) FILTER (WHERE a > 1), MIN(c) FROM t GROUP BY b',
  'SELECT b, COUNT(DISTINCT a) FROM t GROUP BY GROUPING SETS ((a), (b), ())',
  'SELECT b FROM t GROUP BY CUBE (a, b), ROLLUP (c, d) HAVING COUNT(*) > 1',
  "SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '1' SECOND))",
  "SELECT * FROM TABLE(TUMBLE(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '5' SECOND))",
  "SELECT * FROM SESSION(TABLE t PARTITION BY (a, b), DESCRIPTOR(ts), INTERVAL '5' SECOND) AS s (x, y)",
  'SELECT SUM(b) OVER (PARTITION BY c ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM t',
  "SELECT SUM(b) OVER (ORDER BY ts RANGE BETWEEN INTERVAL '1' SECOND PRECEDING AND CURRENT ROW) FROM t",
  'SELECT SUM(b) OVER w, LAG(a, 1) OVER w FROM t WINDOW w AS (PARTITION BY c ORDER BY ts)',
  'SELECT * FROM a JOIN b ON a.id = b.id LEFT OUTER JOIN c USING (x) NATURAL JOIN d CROSS JOIN e',
  'SELECT * FROM a LEFT SEMI JOIN b ON a.id = b.id LEFT ANTI JOIN c ON a.id = c.id',
  'SELECT * FROM orders AS o JOIN rates FOR SYSTEM_TIME AS OF o.rt AS r ON o.c = r.c',
  'SELECT * FROM t CROSS JOIN UNNEST(arr) WITH ORDINALITY AS x (v, n), LATERAL TABLE(f(a)) AS y (w)',
  'SELECT a FROM t WHERE id IN (SELECT id FROM b) AND NOT EXISTS (SELECT 1 FROM c WHERE c.x = t.x)',
  'SELECT a FROM t UNION ALL SELECT b FROM u INTERSECT SELECT c FROM v EXCEPT ALL (SELECT d FROM w LIMIT 1)',
  'WITH x AS (SELECT a FROM t), y (q) AS (VALUES (1), (2)) SELECT * FROM x, y ORDER BY a DESC NULLS LAST LIMIT 10 OFFSET 5',
  "SELECT CASE a WHEN 1 THEN 'x' ELSE 'y' END, CAST(a AS DECIMAL(10, 2)), TRY_CAST(b AS ROW<a INT, b ARRAY<STRING>>) FROM t",
  "SELECT a IS NOT DISTINCT FROM b, a BETWEEN SYMMETRIC 2 AND 1, a NOT IN (1, 2), s LIKE 'a%' ESCAPE '!' FROM t",
  "SELECT EXTRACT(HOUR FROM ts), FLOOR(ts TO DAY), TIMESTAMP '2020-10-10 00:00:00', TIMESTAMPDIFF(DAY, a, b) FROM t",
  "SELECT TRIM(BOTH 'x' FROM s), SUBSTRING(s FROM 2 FOR 3), POSITION('a' IN s), OVERLAY(s PLACING 'x' FROM 1) FROM t",
  "SELECT ROW(1, 'a'), ARRAY[1, 2], MAP['a', 1], arr[1], m['k'], (r).f, t.r.f FROM t",
  `CREATE TABLE t (a INT NOT NULL, b AS a * 2, m TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL, ts TIMESTAMP_LTZ(3) COMMENT 'when',
     WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, CONSTRAINT pk PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'kafka')`,
  'CREATE OR REPLACE TEMPORARY VIEW v (x) AS SELECT * FROM t',
  'INSERT INTO sink (a, b) VALUES (1, 2), (3, 4)',
  'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT * FROM t; INSERT INTO b SELECT * FROM t; END',
  'EXPLAIN PLAN FOR SELECT * FROM t; EXPLAIN CHANGELOG_MODE, ESTIMATED_COST SELECT * FROM t',
  "SHOW TABLES; DESCRIBE t; DROP TABLE IF EXISTS t; SET 'table.exec.state.ttl' = '1 h'; SET; RESET",
  "SELECT /*+ STATE_TTL('a' = '1 d') */ * FROM a /*+ OPTIONS('x' = 'y') */ JOIN b ON a.id = b.id -- a comment",
  `SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY s ORDER BY ts MEASURES A.x AS ax ONE ROW PER MATCH AFTER MATCH SKIP TO LAST B
     PATTERN (A B+ (C | D)*? E{2,}) WITHIN INTERVAL '1' HOUR DEFINE B AS B.p > LAST(A.p, 1)) AS m`,
  'SELECT `a b`, count, `value`, timestamp FROM t FETCH FIRST 5 ROWS ONLY',
];

test.each(STATEMENTS)('%s', (statement) => {
  expect(parseStatements(statement).length).toBeGreaterThan(0);
});

test.each([
  ['SELECT a,, b FROM t', 1, 10, "',' is not expected here. Expected an expression."],
  ['SELECT a FROM t WHERE', 1, 22, 'The statement ends too early. Expected an expression.'],
  ["SELECT a\nFROM t WHERE b = 'x", 2, 18, 'The text has no end'],
  ['SELECT a FROM t\nGROUP b', 2, 7, "'b' is not expected here. Expected BY."],
  ['CREATE TABLE x (a FOO)', 1, 19, "'FOO' is not expected here. Expected "],
  ['SELECT "x" FROM t', 1, 8, 'a name in `backticks`'],
  ['SELCT a FROM t', 1, 1, "'SELCT' is not expected here. Perhaps 'SELECT' is meant."],
  ["SELECT INTERVAL '1:2' SECOND", 1, 8, "'1:2' is no INTERVAL of SECOND"],
])('%j is refused at its place', (statement, line, column, message) => {
  expect(() => parseStatements(statement)).toThrow(
    expect.objectContaining({
      code: 'sql-syntax',
      message: expect.stringContaining(message) as string,
      details: expect.objectContaining({ line, column }) as object,
    }) as Error,
  );
});
