import { afterAll, beforeAll, expect, test } from 'vitest';
import { json, kafkaSink, kafkaSource, kafkaTopic } from '../../runtime/src/index.ts';
import { openCluster } from '../../runtime/src/connectors/kafka/open-cluster.ts';
import { Notebook, temporaryFolder } from '../runtime/engine/notebook.ts';
import { startCluster, type Cluster } from './kafka-broker.ts';

const PARTITIONS = 3;
const KEYS = 7;
const ROUND = 300;

interface Reading {
  readonly key: string;
  readonly n: number;
}

const folder = temporaryFolder();
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster(folder.path('cluster'));
});
afterAll(async () => {
  await cluster.kill();
  folder.remove();
});

const topicOf = (topic: string) => kafkaTopic<Reading>({ brokers: cluster.brokers, topic, format: json() });

test('source and sink go on while nodes are killed, stopped and frozen one after the other: each record once, in order', async () => {
  const [input, output] = [topicOf('in'), topicOf('out')];
  await input.create({ partitions: PARTITIONS });
  await output.create({ partitions: PARTITIONS });
  const notebook = await Notebook.open(folder.path('n.sqlite'));
  notebook.env.enableCheckpointing(100);
  notebook.cell('a', (env) => {
    env
      .fromSource(kafkaSource({ brokers: cluster.brokers, topic: 'in', format: json<Reading>() }))
      .sinkTo(
        kafkaSink<Reading>({
          brokers: cluster.brokers,
          topic: 'out',
          format: json(),
          key: ({ key }) => key,
          deliveryGuarantee: 'exactly-once',
          transactionalIdPrefix: 'moved',
        }),
      )
      .name('out');
  });
  // One that nobody hurries: the nodes are ended while it sends.
  const driver = openCluster(cluster.brokers);
  const producer = driver.producer();
  const sent: Reading[] = [];
  const send = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const reading = { key: `k${sent.length % KEYS}`, n: sent.length };
      sent.push(reading);
      const value = Buffer.from(JSON.stringify(reading));
      const place = { topic: 'in', partition: reading.n % PARTITIONS, timestamp: Date.now(), key: null };
      await producer.send([{ ...place, value, headers: [] }]);
    }
  };
  /** Resolves when so many records are committed: while a node is away, as well. */
  const arrived = async (): Promise<Reading[]> => {
    for (;;) {
      const records = await output.records().catch(() => []);
      if (records.length >= sent.length) return records.map(({ value }) => value!);
    }
  };

  await send(ROUND);
  const ends = ['kill', 'stop', 'freeze'] as const;
  for (const [at, how] of ends.entries()) {
    const sending = send(ROUND);
    await cluster.nodes[at]![how]();
    await sending;
    await send(ROUND);
    await arrived();
    if (how === 'freeze') cluster.nodes[at]!.thaw();
    else await cluster.restart(at);
    await send(ROUND);
  }
  const seen = await arrived();
  await notebook.untilNotice('a/0', (notice) => notice === undefined);
  await driver.close();
  expect(seen.map(({ n }) => n).sort((a, b) => a - b)).toEqual(sent.map(({ n }) => n));
  for (let key = 0; key < KEYS; key++) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      // What came from one partition and has one key is in order.
      const ofBoth = seen.filter(({ key: one, n }) => one === `k${key}` && n % PARTITIONS === partition);
      expect(ofBoth).toEqual(ofBoth.toSorted((a, b) => a.n - b.n));
    }
  }
  await notebook.crash();
});

test('a cluster that takes its time is waited for, which the view and the sink say', async () => {
  const [input, output] = [topicOf('slow-in'), topicOf('slow-out')];
  await input.create();
  await output.create();
  const { brokers } = cluster;
  const notebook = await Notebook.open(folder.path('slow.sqlite'));
  notebook.cell('a', (env) => {
    const stream = env.fromSource(kafkaSource({ brokers, topic: 'slow-in', format: json<Reading>() }));
    stream.show();
    stream.sinkTo(kafkaSink<Reading>({ brokers, topic: 'slow-out', format: json() })).name('out');
  });
  await input.send([{ value: { key: 'k', n: 0 } }]);
  await notebook.view('a/0').until(({ values }) => values.length === 1);
  for (const node of cluster.nodes) node.freeze();
  await notebook.untilNotice('a/1', (notice) => notice !== undefined);
  expect(notebook.notices.get('a/1')).toMatchObject({ passes: true, error: { code: 'kafka-slow' } });
  expect(notebook.view('a/0')).toMatchObject({ status: 'running', error: { code: 'kafka-slow' } });
  for (const node of cluster.nodes) node.thaw();
  await notebook.untilNotice('a/1', (notice) => notice === undefined);
  await notebook.view('a/0').until(({ error }) => error === undefined);
  await input.send([{ value: { key: 'k', n: 1 } }]);
  while ((await output.records()).length < 2);
  await notebook.crash();
});
