import { describe, expect, test } from 'vitest';
import { StreamExecutionEnvironment } from 'tidemark';

const SCHEMA = "id INT, k STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND";

function planOf(query: string, settings: Readonly<Record<string, string>> = {}): string {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  for (const [key, value] of Object.entries(settings)) env.getConfig().set(key, value);
  for (const name of ['t', 'u'])
    env.createTemporaryView(name, env.fromDataStream(env.fromData<unknown>().name(name), SCHEMA));
  return env.explainSql(query);
}

const warning = (node: string, state: string, bytes: string) =>
  `Warning: ${node} keeps ${state}, for ever. An entry takes about ${bytes} bytes, estimated from its types. Bound it by 'table.exec.state.ttl' if keys come without end.`;

const GOLDEN: readonly (readonly [title: string, query: string, plan: readonly string[]])[] = [
  [
    'columns that nobody reads are not read, and a filter stands at the source',
    'SELECT k FROM (SELECT k, n + 1 AS m, id FROM t) WHERE m > 1 + 2 AND TRUE',
    [
      'Project(select=[k]) changelogMode=[I]',
      '+- Filter(where=[((n + 1) > 3)]) changelogMode=[I]',
      '   +- TableScan(table=[t], fields=[k, n]) changelogMode=[I]',
    ],
  ],
  [
    'an aggregate changes its groups, and keeps them',
    'SELECT k, SUM(n) FROM t GROUP BY k',
    [
      'Project(select=[k, SUM(n) AS EXPR$1]) changelogMode=[I,UB,UA]',
      '+- GroupAggregate(groupBy=[k], select=[SUM(n)]) changelogMode=[I,UB,UA] state=[one entry a group, for ever]',
      '   +- TableScan(table=[t], fields=[k, n]) changelogMode=[I]',
      warning('GroupAggregate', 'one entry a group', '136'),
    ],
  ],
  [
    'a window aggregate assigns windows itself',
    "SELECT k, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' SECOND)) WHERE n > 0 GROUP BY k, window_start, window_end",
    [
      'Project(select=[k, window_end, COUNT(*) AS EXPR$2]) changelogMode=[I]',
      '+- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[5000 ms])], select=[COUNT(*), window_start, window_end]) changelogMode=[I] state=[one entry a group and open window]',
      '   +- Filter(where=[(n > 0)]) changelogMode=[I]',
      '      +- TableScan(table=[t], fields=[k, n, ts]) changelogMode=[I]',
    ],
  ],
  [
    'ROW_NUMBER is a Top-N, and a place that nobody asks for is not kept up to date',
    'SELECT id, n FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY n DESC) AS rn FROM t) WHERE rn <= 3',
    [
      'Project(select=[id, n]) changelogMode=[I,UB,UA,D]',
      '+- Rank(partitionBy=[k], orderBy=[n DESC], rankRange=[1, 3], outputRankNumber=[false]) changelogMode=[I,UB,UA,D] state=[rows of each partition, for ever]',
      '   +- TableScan(table=[t], fields=[id, k, n, ts]) changelogMode=[I]',
      warning('Rank', 'rows of each partition', '168'),
    ],
  ],
  [
    'the last row by time is a de-duplication',
    'SELECT id FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS rn FROM t) WHERE rn = 1',
    [
      'Project(select=[id]) changelogMode=[I,UB,UA]',
      '+- Deduplicate(keep=[last], key=[k], order=[ts]) changelogMode=[I,UB,UA] state=[one row a key, for ever]',
      '   +- TableScan(table=[t], fields=[id, k, n, ts]) changelogMode=[I]',
      warning('Deduplicate', 'one row a key', '168'),
    ],
  ],
  [
    'conditions of WHERE become those of the join, or go to its sides; times make it an interval join',
    "SELECT t.id, u.id FROM t, u WHERE t.k = u.k AND t.n > 1 AND t.ts BETWEEN u.ts - INTERVAL '5' SECOND AND u.ts",
    [
      'Project(select=[id, id]) changelogMode=[I]',
      '+- IntervalJoin(joinType=[inner], windowBounds=[ts, ts: 0 ms .. 5000 ms], on=[k = k]) changelogMode=[I] state=[rows of 5000 ms]',
      '   :- Filter(where=[(n > 1)]) changelogMode=[I]',
      '   :  +- TableScan(table=[t], fields=[id, k, n, ts]) changelogMode=[I]',
      '   +- TableScan(table=[u], fields=[id, k, ts]) changelogMode=[I]',
    ],
  ],
  [
    'NOT EXISTS is an anti join',
    'SELECT id FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.id)',
    [
      'Join(joinType=[anti], on=[id = id]) changelogMode=[I,UB,UA,D] state=[rows of both sides, for ever]',
      ':- TableScan(table=[t], fields=[id]) changelogMode=[I]',
      '+- TableScan(table=[u], fields=[id]) changelogMode=[I]',
      warning('Join', 'rows of both sides', '96'),
    ],
  ],
  [
    'an equal sub-plan that keeps state runs once; what keeps none is part of each chain',
    'WITH c AS (SELECT k, COUNT(*) AS n FROM t GROUP BY k) SELECT a.k, b.m FROM c AS a JOIN (SELECT MAX(n) AS m FROM c) AS b ON a.n = b.m',
    [
      'Project(select=[k, m]) changelogMode=[I,UB,UA,D]',
      '+- Join(joinType=[inner], on=[n = m]) changelogMode=[I,UB,UA,D] state=[rows of both sides, for ever]',
      '   :- Project(select=[k, COUNT(*) AS n]) changelogMode=[I,UB,UA]',
      '   :  +- GroupAggregate(groupBy=[k], select=[COUNT(*)])(reuse_id=[1]) changelogMode=[I,UB,UA] state=[one entry a group, for ever]',
      '   :     +- TableScan(table=[t], fields=[k]) changelogMode=[I]',
      '   +- Project(select=[MAX(n) AS m]) changelogMode=[I,UB,UA,D]',
      '      +- GroupAggregate(select=[MAX(n)]) changelogMode=[I,UB,UA,D] state=[one group, for ever]',
      '         +- Project(select=[COUNT(*) AS n]) changelogMode=[I,UB,UA]',
      '            +- Reused(reference_id=[1])',
      warning('Join', 'rows of both sides', '136 or 96'),
      warning('GroupAggregate', 'one entry a group', '136'),
    ],
  ],
]; // prettier-ignore

describe('plans', () => {
  test.each(GOLDEN)('%s', (_title, query, plan) => {
    expect(planOf(query).split('\n')).toEqual(plan);
  });

  test.each([
    'SELECT k || s AS ks, COUNT(*) FROM (SELECT k, k AS s, n FROM t) GROUP BY k || s HAVING SUM(n + 1) > 2',
    'SELECT k, id, SUM(n) FROM t GROUP BY ROLLUP (k, id)',
    'SELECT id, SUM(n) OVER (PARTITION BY k ORDER BY ts) / 2 FROM t',
    'SELECT id FROM t WHERE n + 1 IN (SELECT n * 2 FROM u WHERE u.k = t.k)',
  ])('name what they compute: %s', (query) => {
    expect(planOf(query).replaceAll(/EXPR\$\d/g, '')).not.toContain('$');
  });

  test('state that a setting or a hint bounds has no warning', () => {
    const query = 'SELECT k, COUNT(*) FROM t GROUP BY k';
    expect(planOf(query)).toContain('Warning');
    expect(planOf(query, { 'table.exec.state.ttl': '1 h' })).not.toContain('Warning');
    expect(planOf(query.replace('SELECT', "SELECT /*+ STATE_TTL('t' = '1 h') */"))).not.toContain('Warning');
    expect(planOf('SELECT COUNT(*) FROM t')).not.toContain('Warning');
  });

  test('a time to live is in the plan', () => {
    expect(planOf('SELECT DISTINCT k FROM t', { 'table.exec.state.ttl': '1 h' })).toContain(
      '3600000 ms after it was last changed',
    );
  });

  test('sub-plans stay apart where a setting says so, or where they ask the clock', () => {
    const twice = (counted: string) => `SELECT * FROM (${counted}) AS a JOIN (${counted}) AS b ON a.k = b.k`;
    const counts = 'SELECT k, COUNT(*) AS n FROM t GROUP BY k';
    expect(planOf(twice(counts))).toContain('Reused(reference_id=[1])');
    expect(planOf(twice(counts), { 'table.optimizer.reuse-sub-plan-enabled': 'false' })).not.toContain(
      'Reused',
    );
    expect(planOf(twice(counts.replace('t GROUP', 't WHERE LOCALTIMESTAMP > ts GROUP')))).not.toContain(
      'Reused',
    );
  });
});
