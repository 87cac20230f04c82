import { expect, test } from 'vitest';
import {
  debezium,
  debeziumChange,
  debeziumChanges,
  fileSink,
  fileSource,
  formatChange,
  kafkaSource,
  kafkaTopic,
  raw,
  StreamExecutionEnvironment,
  type ChangelogRow,
} from '../../../runtime/src/index.ts';
import { temporaryFolder } from '../engine/notebook.ts';
import { decodeAll } from './decode.ts';

interface Account {
  readonly id: number;
  readonly name: string;
}
const format = debezium<Account>();
const ann = { id: 1, name: 'ann' };
const anna = { id: 1, name: 'anna' };
const message = (change: unknown) => new TextEncoder().encode(JSON.stringify(change));
const read = (change: unknown) => format.messages!.decode(message(change));

test('a message is a change, with its schema or without', () => {
  const change = { op: 'u', before: ann, after: anna, ts_ms: 5, source: { table: 'accounts' } };
  expect(read(change)).toEqual(change);
  expect(read({ schema: { type: 'struct' }, payload: change })).toEqual(change);
  // Debezium may leave out what is null.
  expect(read({ op: 'c', after: ann })).toEqual({ op: 'c', before: null, after: ann });
});

test.each([
  ['of another table format', { id: 1 }, "has no 'op'"],
  ['an empty payload', { payload: null }, "has no 'op'"],
  ['no object', 7, "has no 'op'"],
  [
    'a truncated table',
    { op: 't', before: null, after: null },
    "op is 't'; changes of rows are c, r, u and d",
  ],
  ['a name of every object', { op: 'toString' }, "op is 'toString'"],
  ['an update without its old row', { op: 'u', before: null, after: ann }, 'REPLICA IDENTITY FULL'],
  ['a deletion without its row', { op: 'd', before: null, after: null }, "'before' is no row"],
  ['a creation without its row', { op: 'c', before: null, after: 1 }, "'after' is no row"],
])('%s does not parse, and says why', (_what, change, reason) => {
  expect(() => read(change)).toThrow(reason);
});

test('lines of a file that are no change are skipped if one says so', () => {
  const lines = `${JSON.stringify({ op: 'r', after: ann })}\n\n{"op":"x"}\nnothing\n`;
  const skipping = decodeAll(debezium<Account>({ onError: 'skip' }), lines);
  expect(skipping.skipped).toBe(2);
  expect(skipping.values).toEqual([{ op: 'r', before: null, after: ann }]);
  expect(String(decodeAll(format, lines).error)).toMatch(
    /line 3: this row is not valid JSON of Debezium: its op is 'x'/,
  );
});

const CHANGES: readonly ChangelogRow<Account>[] = [
  { kind: '+I', row: ann },
  { kind: '-U', row: ann },
  { kind: '+U', row: anna },
  { kind: '-D', row: anna },
];

test('an update is a row gone and a row come; written, each is a message of its own', () => {
  expect(debeziumChanges({ op: 'r', before: null, after: ann })).toEqual([CHANGES[0]]);
  expect(debeziumChanges({ op: 'u', before: ann, after: anna })).toEqual(CHANGES.slice(1, 3));
  expect(debeziumChanges({ op: 'd', before: anna, after: null })).toEqual([CHANGES[3]]);
  const written = CHANGES.map(debeziumChange).map((change) => format.messages!.encode(change));
  expect(written.map((bytes) => format.messages!.decode(bytes)).flatMap(debeziumChanges)).toEqual([
    { kind: '+I', row: ann },
    { kind: '-D', row: ann },
    { kind: '+I', row: anna },
    { kind: '-D', row: anna },
  ]);
});

test('from a topic to a query and on to a file that can be read again', async () => {
  const folder = temporaryFolder();
  try {
    const brokers = `embedded:${folder.path('log.sqlite')}`;
    const topic = kafkaTopic<string>({ brokers, topic: 'accounts', format: raw() });
    await topic.create();
    await topic.send([
      { key: '1', value: JSON.stringify({ op: 'c', after: ann }) },
      { key: '1', value: JSON.stringify({ op: 'u', before: ann, after: anna }) },
      { key: '1', value: JSON.stringify({ op: 'd', before: anna, after: null }) },
      { key: '2', value: JSON.stringify({ op: 'c', after: { id: 2, name: 'bob' } }) },
    ]);
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const source = kafkaSource({ brokers, topic: 'accounts', format: debezium<Account>(), until: 'latest' });
    const changes = env.fromSource(source).flatMap(debeziumChanges<Account>);
    env.createTemporaryView('accounts', env.fromChangelogStream(changes, 'id INT, name STRING'));
    const counts = env.toChangelogStream(env.sqlQuery('SELECT COUNT(*) AS n FROM accounts'));
    const texts = await counts.map(formatChange).executeAndCollect();
    expect(texts).toEqual(['+I[1]', '-D[1]', '+I[1]', '-D[1]', '+I[1]']);

    const writing = StreamExecutionEnvironment.getExecutionEnvironment();
    writing
      .fromData(...CHANGES)
      .map(debeziumChange)
      .sinkTo(fileSink(folder.path('out'), { format: debezium<Account>() }));
    await (await writing.execute()).finished();
    const again = StreamExecutionEnvironment.getExecutionEnvironment();
    const files = again.fromSource(fileSource(folder.path('out/*'), { format: debezium<Account>() }));
    expect((await files.executeAndCollect()).map(({ op }) => op)).toEqual(['c', 'd', 'c', 'd']);
  } finally {
    folder.remove();
  }
});
