import { Buffer } from 'node:buffer';
import { Admin, Producer } from '@platformatic/kafka';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  json,
  kafkaSource,
  kafkaTopic,
  raw,
  StreamExecutionEnvironment,
  withMetadata,
} from '../../runtime/src/index.ts';
import type { KafkaCluster } from '../../runtime/src/connectors/kafka/kafka-cluster.ts';
import { openCluster } from '../../runtime/src/connectors/kafka/open-cluster.ts';
import { Notebook, temporaryFolder } from '../runtime/engine/notebook.ts';

/** What only a broker does with topics: their configuration is beyond the embedded log. */
export function brokerTopics(brokersOf: () => string): void {
  const folder = temporaryFolder();
  let admin: Admin;
  let cluster: KafkaCluster;

  beforeAll(() => {
    cluster = openCluster(brokersOf());
    admin = new Admin({ clientId: 'tests', bootstrapBrokers: [brokersOf()] });
  });
  afterAll(async () => {
    await admin.close();
    await cluster.close();
    folder.remove();
  });

  async function create(topic: string, configs: Record<string, string>): Promise<void> {
    await admin.createTopics({
      topics: [topic],
      partitions: 1,
      replicas: 1,
      configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
    });
  }

  const read = (topic: string) => {
    const format = withMetadata(raw());
    const source = kafkaSource({ brokers: brokersOf(), topic, format, until: 'latest' });
    return StreamExecutionEnvironment.getExecutionEnvironment().fromSource(source).executeAndCollect();
  };

  test("a topic with LogAppendTime: the time of a record is the broker's, whatever its producer said", async () => {
    const topic = kafkaTopic<string>({ brokers: brokersOf(), topic: 'append-time', format: raw() });
    await create(topic.name, { 'message.timestamp.type': 'LogAppendTime' });
    const before = Date.now();
    await topic.send([
      { value: 'a', timestamp: 1_000 },
      { value: 'b', timestamp: 5_000 },
    ]);
    const after = Date.now();
    for (const { timestamp } of await read(topic.name)) {
      expect(timestamp).toBeGreaterThanOrEqual(before);
      expect(timestamp).toBeLessThanOrEqual(after);
    }
  });

  test('a compacted topic: what is gone leaves gaps in the offsets, which end no reading and shift no place', async () => {
    const topic = kafkaTopic<string>({ brokers: brokersOf(), topic: 'compacted', format: raw() });
    // Every record has a segment of its own; all but the last are compacted.
    await create(topic.name, {
      'cleanup.policy': 'compact',
      'segment.ms': '1',
      'min.cleanable.dirty.ratio': '0',
    });
    for (let i = 0; i < 8; i++) {
      await topic.send([{ key: i === 7 ? 'last' : `k${i % 2}`, value: `${i}`, timestamp: i * 1_000 }]);
    }
    while ((await topic.records()).length > 3);
    const places = (await read(topic.name)).map(({ offset, value }) => [offset, value]);
    expect(places).toEqual([
      [5, '5'],
      [6, '6'],
      [7, '7'],
    ]);
    // Where it begins, and where it is to end, may be gone.
    const some = kafkaSource({
      brokers: brokersOf(),
      topic: topic.name,
      format: raw(),
      startFrom: { offsets: { [topic.name]: { 0: 2 } } },
      until: { offsets: { [topic.name]: { 0: 4 } } },
    });
    const stream = StreamExecutionEnvironment.getExecutionEnvironment().fromSource(some);
    expect(await stream.executeAndCollect()).toEqual([]);
  });

  test('headers that are no UTF-8 arrive as their bytes; a format that shows them as text replaces what is none', async () => {
    const topic = kafkaTopic<string>({ brokers: brokersOf(), topic: 'header-bytes', format: raw() });
    await topic.create();
    const producer = new Producer({ clientId: 'tests', bootstrapBrokers: [brokersOf()] });
    try {
      await producer.send({
        acks: -1,
        messages: [
          {
            topic: topic.name,
            partition: 0,
            value: Buffer.from('x'),
            headers: new Map([[Buffer.from([0x6e, 0xff]), Buffer.from([0x00, 0xc3, 0x28])]]),
          },
        ],
      });
    } finally {
      await producer.close();
    }
    expect(await read(topic.name)).toMatchObject([{ value: 'x', headers: { 'n\ufffd': '\0\ufffd(' } }]);
    const bytes = kafkaSource({
      brokers: brokersOf(),
      topic: topic.name,
      until: 'latest',
      format: ({ headers }) => headers.map(([name, value]) => [name, [...value]]),
    });
    const stream = StreamExecutionEnvironment.getExecutionEnvironment().fromSource(bytes);
    expect(await stream.executeAndCollect()).toEqual([[['n\ufffd', [0x00, 0xc3, 0x28]]]]);
  });

  test('partitions that are added to a topic while it is read are read from their first record', async () => {
    const topic = kafkaTopic<number>({ brokers: brokersOf(), topic: 'grows', format: json() });
    await topic.create();
    const notebook = await Notebook.open(folder.path('grows.sqlite'));
    try {
      const source = kafkaSource({
        brokers: brokersOf(),
        topic: topic.name,
        format: json<number>(),
        partitionDiscoveryInterval: 50,
      });
      notebook.cell('a', (env) => void env.fromSource(source).show());
      await topic.send([{ value: 1 }]);
      await notebook.view('a/0').until(({ values }) => values.length === 1);
      await admin.createPartitions({ topics: [{ name: topic.name, count: 3 }], validateOnly: false });
      while ((await cluster.partitions([topic.name])).get(topic.name) !== 3);
      await topic.send([
        { value: 2, partition: 2 },
        { value: 3, partition: 1 },
      ]);
      await notebook.view('a/0').until(({ values }) => values.length === 3);
      expect([...notebook.view('a/0').values].sort()).toEqual([1, 2, 3]);
    } finally {
      await notebook.crash();
    }
  });
}
