// ORDER BY in batch mode, where all rows are there in the end.
import { expect, test } from 'vitest';
import { formatChange, StreamExecutionEnvironment } from 'tidemark';

const ROWS = [['a', 3], ['b', 1], ['a', null], [null, 7], ['a', 3], ['c', 2]].map(([u, v], at) => ({ id: at + 1, u, v })); // prettier-ignore

async function inBatchMode(query: string): Promise<string[]> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.setRuntimeMode('batch');
  const columns = { id: 'INT', u: 'STRING', v: 'INT' };
  env.createTemporaryView('t', env.fromDataStream(env.fromData(...ROWS), { columns }));
  const changes = await env.toChangelogStream(env.sqlQuery(query)).executeAndCollect();
  return changes.map((change) => formatChange(change));
}

test.each([
  ['SELECT id FROM t ORDER BY v, id DESC', ['+I[3]', '+I[2]', '+I[6]', '+I[5]', '+I[1]', '+I[4]']],
  ['SELECT id FROM t ORDER BY v DESC NULLS LAST LIMIT 2', ['+I[4]', '+I[1]']],
  ['SELECT u, COUNT(*) AS n FROM t GROUP BY u ORDER BY n DESC, u', ['+I[a, 3]', '+I[null, 1]', '+I[b, 1]', '+I[c, 1]']],
  ['SELECT DISTINCT u FROM t ORDER BY u DESC', ['+I[c]', '+I[b]', '+I[a]', '+I[null]']],
  ['SELECT u FROM (SELECT u, v FROM t ORDER BY v) WHERE v > 2', ['+I[a]', '+I[a]', '+I[null]']],
])('%s', async (query, expected) => {
  expect(await inBatchMode(query)).toEqual(expected);
}); // prettier-ignore
