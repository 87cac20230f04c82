import { expect, test } from 'vitest';
import { StreamExecutionEnvironment, type ChangelogRow, type DataStream, type Sink } from 'tidemark';

/** The record and the operator that are named when what is behind a query fails. */
async function failureBehind(
  query: string,
  attach: (changes: DataStream<ChangelogRow>) => void,
): Promise<unknown> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.createTemporaryView('numbers', env.fromCollection([{ n: 1 }, { n: 2 }, { n: 3 }]), 'n INT');
  attach(env.toChangelogStream(env.sqlQuery(query)));
  const job = await env.execute('fails');
  return job.finished().then(
    () => undefined,
    (error: unknown) => (error as { readonly details: unknown }).details,
  );
}

const refusing = (n: number): Sink<ChangelogRow> => ({
  kind: 'refusing',
  createWriter: () => ({
    write: ({ row }) => {
      if (row['n'] === n) throw new Error('no such row');
    },
  }),
});

// Where a query's rows become records nothing keeps the record, so that V8 need not make it; an error makes it again.
test.each([
  ['one by one', 'SELECT n FROM numbers'],
  ['behind an operator that keeps state', 'SELECT DISTINCT n FROM numbers'],
])('a sink that fails names the record that it was given, %s', async (_name, query) => {
  expect(await failureBehind(query, (changes) => changes.sinkTo(refusing(2)))).toMatchObject({
    record: `{ kind: '+I', row: { n: 2 } }`,
  });
});

test('what fails further behind names its own record', async () => {
  const attach = (changes: DataStream<ChangelogRow>) =>
    changes.map(({ row }) => ({ kind: '+I', row: { n: Number(row['n']) * 10 } }) as ChangelogRow).sinkTo(refusing(20)); // prettier-ignore
  expect(await failureBehind('SELECT n FROM numbers', attach)).toMatchObject({
    record: `{ kind: '+I', row: { n: 20 } }`,
  });
});
