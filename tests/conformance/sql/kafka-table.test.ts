import { afterAll, expect, test } from 'vitest';
import { json, kafkaTopic, StreamExecutionEnvironment, type KafkaTopic } from 'tidemark';
import { temporaryFolder } from '../../runtime/engine/notebook.ts';

interface Order {
  readonly k: string;
  readonly n: number;
}

const folder = temporaryFolder();
const brokers = `embedded:${folder.path('kafka.sqlite')}`;
let topics = 0;
afterAll(() => folder.remove());

async function topicOf(name: string, partitions = 1): Promise<KafkaTopic<Order>> {
  const topic = kafkaTopic<Order>({ brokers, topic: `${name}-${++topics}`, format: json() });
  await topic.create({ partitions });
  return topic;
}

const env = () => StreamExecutionEnvironment.getExecutionEnvironment();

/** A table `orders` with these options beside those that every one has. */
function tableOf(built: StreamExecutionEnvironment, ...options: string[]): void {
  const common = [
    `'connector' = 'kafka'`,
    `'properties.bootstrap.servers' = '${brokers}'`,
    `'format' = 'json'`,
  ];
  built.executeSql(`CREATE TABLE orders (k STRING, n INT) WITH (${[...common, ...options].join(', ')})`);
}

async function rows(...options: string[]): Promise<number[]> {
  const built = env();
  tableOf(built, ...options);
  const stream = built.toDataStream<Order>(built.sqlQuery('SELECT k, n FROM orders'));
  return (await stream.executeAndCollect()).map(({ n }) => n).sort((a, b) => a - b);
}

const BOUNDED = `'scan.bounded.mode' = 'latest-offset'`;

test('INSERT INTO writes exactly once, by the key that is named, and SELECT reads to the end', async () => {
  const topic = await topicOf('written', 3);
  for (const [format, key] of [
    ['raw', 'a'],
    ['json', '{"k":"a"}'],
  ] as const) {
    const built = env();
    tableOf(
      built,
      `'topic' = '${topic.name}'`,
      `'key.fields' = 'k'`,
      `'key.format' = '${format}'`,
      `'sink.delivery-guarantee' = 'exactly-once'`,
      `'sink.transactional-id-prefix' = '${topic.name}'`,
    );
    const job = await built.executeSql(`INSERT INTO orders VALUES ('a', 1), ('b', 2), ('a', 3)`).job;
    await job!.finished();
    const ofKey = (await topic.records()).filter((record) => record.key === key);
    expect(ofKey.map(({ value }) => value)).toEqual([
      { k: 'a', n: 1 },
      { k: 'a', n: 3 },
    ]);
    expect(new Set(ofKey.map(({ partition }) => partition)).size).toBe(1);
  }
  expect(await rows(`'topic' = '${topic.name}'`, BOUNDED)).toEqual([1, 1, 2, 2, 3, 3]);
});

test('reading begins and ends where the options say', async () => {
  const topic = await topicOf('places');
  const name = `'topic' = '${topic.name}'`;
  await topic.send([10, 20, 30, 40].map((n) => ({ value: { k: 'a', n }, timestamp: n })));
  expect(
    await rows(name, `'scan.startup.mode' = 'timestamp'`, `'scan.startup.timestamp-millis' = '25'`, BOUNDED),
  ).toEqual([30, 40]);
  expect(await rows(name, `'scan.startup.mode' = 'latest-offset'`, BOUNDED)).toEqual([]);
  const from = [
    `'scan.startup.mode' = 'specific-offsets'`,
    `'scan.startup.specific-offsets' = 'partition:0,offset:1'`,
  ];
  const until = [
    `'scan.bounded.mode' = 'specific-offsets'`,
    `'scan.bounded.specific-offsets' = 'partition:0,offset:3'`,
  ];
  expect(await rows(name, ...from, ...until)).toEqual([20, 30]);
  expect(
    await rows(name, `'scan.bounded.mode' = 'timestamp'`, `'scan.bounded.timestamp-millis' = '20'`),
  ).toEqual([10]);
});

test('several topics are one table, by their names or by what these match', async () => {
  const [a, b] = [await topicOf('many'), await topicOf('many')];
  const other = await topicOf('not-many');
  for (const [n, topic] of [a, b, other].entries()) await topic.send([{ value: { k: 'a', n } }]);
  expect(await rows(`'topic' = '${a.name};${b.name}'`, BOUNDED)).toEqual([0, 1]);
  expect(await rows(`'topic-pattern' = 'many-\\d+'`, BOUNDED)).toEqual([0, 1]);
});

test.each([
  ['scan.startup.mode', 'yesterday', /Known: earliest-offset/],
  ['scan.bounded.mode', 'soon', /Known: unbounded/],
  ['sink.delivery-guarantee', 'perhaps', /Known: none, at-least-once, exactly-once/],
  ['properties.sasl.mechanism', 'GSSAPI', /Known: PLAIN/],
  [
    'properties.sasl.jaas.config',
    'PlainLoginModule required username="ann" password="hidden";',
    /\$\{secret:KAFKA_USERNAME\}/,
  ],
  ['properties.acks', 'all', /has no option 'properties.acks'/],
])('an option that cannot be: %s', (option, value, said) => {
  const create = () => tableOf(env(), `'topic' = 'a'`, `'${option}' = '${value}'`);
  expect(create).toThrow(expect.objectContaining({ code: 'table-option' }));
  expect(create).toThrow(said);
  expect(create).not.toThrow('hidden');
});
