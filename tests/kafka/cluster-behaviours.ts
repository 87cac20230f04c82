import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openCluster } from '../../runtime/src/connectors/kafka/open-cluster.ts';
import type { KafkaCluster } from '../../runtime/src/connectors/kafka/kafka-cluster.ts';
import {
  csv,
  deadLetters,
  json,
  kafkaSink,
  kafkaSource,
  kafkaTopic,
  raw,
  StreamExecutionEnvironment,
  WatermarkStrategy,
  withMetadata,
  type KafkaSinkOptions,
  type KafkaTopic,
} from '../../runtime/src/index.ts';
import { Notebook, temporaryFolder } from '../runtime/engine/notebook.ts';

/** What source and sink do, whether behind them is a broker or the embedded log. */
export function clusterBehaviours(brokersOf: () => string): void {
  const folder = temporaryFolder();
  const notebooks: Notebook[] = [];
  let cluster: KafkaCluster;
  let topics = 0;

  beforeAll(() => {
    cluster = openCluster(brokersOf());
  });
  afterEach(async () => {
    for (const notebook of notebooks.splice(0)) await notebook.crash();
  });
  afterAll(async () => {
    await cluster.close();
    folder.remove();
  });

  /** A topic of its own for each test. */
  async function topicOf<T>(prefix: string, partitions = 1, format = json<T>()): Promise<KafkaTopic<T>> {
    const topic = kafkaTopic<T>({ brokers: brokersOf(), topic: `${prefix}-${++topics}`, format });
    await topic.create({ partitions });
    return topic;
  }

  async function open(path: string, resume = false): Promise<Notebook> {
    const notebook = await Notebook.open(path, resume);
    notebooks.push(notebook);
    return notebook;
  }

  async function crash(notebook: Notebook): Promise<void> {
    notebooks.splice(notebooks.indexOf(notebook), 1);
    await notebook.crash();
  }

  const env = () => StreamExecutionEnvironment.getExecutionEnvironment();

  /** Runs what was built, to its end. */
  async function run(build: (env: StreamExecutionEnvironment) => unknown): Promise<void> {
    const built = env();
    build(built);
    await (await built.execute()).finished();
  }

  const numbered = (count: number, from = 0) =>
    Array.from({ length: count }, (_, i) => ({ key: `k${(from + i) % 5}`, value: from + i }));

  describe('the source', () => {
    test('reads all partitions of several topics to their ends, each in order', async () => {
      const [a, b] = [await topicOf<number>('several', 3), await topicOf<number>('several', 2)];
      await a.send(numbered(5_000));
      await b.send(numbered(100, 10_000));
      const format = withMetadata(json<number>());
      const source = kafkaSource({ brokers: brokersOf(), topics: [a.name, b.name], format, until: 'latest' });
      const records = await env().fromSource(source).executeAndCollect();
      expect(records.map(({ value }) => value).sort((x, y) => x! - y!)).toEqual(
        [...numbered(5_000), ...numbered(100, 10_000)].map(({ value }) => value),
      );
      for (const ofPartition of Map.groupBy(
        records,
        ({ topic, partition }) => `${topic}-${partition}`,
      ).values()) {
        expect(ofPartition.map(({ offset }) => offset)).toEqual(ofPartition.map((_, i) => i));
      }
    });

    test('hands over key, headers, partition, offset and timestamp, by a format or to a function', async () => {
      const topic = await topicOf<string>('metadata', 2, raw());
      await topic.send([{ key: 'a', value: 'x', partition: 1, timestamp: 1_234, headers: { unit: 'mm' } }]);
      const options = { brokers: brokersOf(), topic: topic.name, until: 'latest' } as const;
      const seen = await env()
        .fromSource(kafkaSource({ ...options, format: withMetadata(raw()) }))
        .executeAndCollect();
      const expected = {
        topic: topic.name,
        partition: 1,
        offset: 0,
        timestamp: 1_234,
        key: 'a',
        headers: { unit: 'mm' },
        value: 'x',
      };
      expect(seen).toEqual([expected]);
      const sizes = kafkaSource({
        ...options,
        format: ({ value, headers }) => [value!.length, headers.length],
      });
      expect(await env().fromSource(sizes).executeAndCollect()).toEqual([[1, 1]]);
    });

    test('begins and ends at times and offsets', async () => {
      const topic = await topicOf<number>('places');
      await topic.send([10, 20, 30, 40].map((value) => ({ value, timestamp: value })));
      const read = (options: Partial<Parameters<typeof kafkaSource<number>>[0]>) =>
        env()
          .fromSource(
            kafkaSource({
              brokers: brokersOf(),
              topic: topic.name,
              format: json<number>(),
              until: 'latest',
              ...options,
            }),
          )
          .executeAndCollect();
      expect(await read({ startFrom: { timestamp: 25 } })).toEqual([30, 40]);
      expect(await read({ startFrom: { timestamp: 99 } })).toEqual([]);
      expect(await read({ startFrom: { offsets: { [topic.name]: { 0: 3 } } } })).toEqual([40]);
      expect(await read({ until: { timestamp: 30 } })).toEqual([10, 20]);
      expect(await read({ until: { offsets: { [topic.name]: { 0: 1 } } } })).toEqual([10]);
      expect(await read({ startFrom: 'latest' })).toEqual([]);
    });

    test('a live reader that begins at the latest record shows what comes, and shows it again when it is rebuilt', async () => {
      const topic = await topicOf<number>('latest');
      await topic.send([{ value: 1 }]);
      const notebook = await open(folder.path(`${topics}.sqlite`));
      const source = kafkaSource({
        brokers: brokersOf(),
        topic: topic.name,
        format: json<number>(),
        startFrom: 'latest',
      });
      notebook.cell('a', (env) => void env.fromSource(source).show());
      // Where it began is in the recording before anything is sent.
      while (notebook.session.engine.timeline.head === 0) await new Promise(setImmediate);
      await topic.send([{ value: 2 }, { value: 3 }]);
      await notebook.view('a/0').until(({ values }) => values.length === 2);
      notebook.cell(
        'b',
        (env) =>
          void env
            .fromSource(source)
            .map((value) => value * 10)
            .show(),
      );
      await notebook.view('b/0').until(({ values }) => values.length === 2);
      expect(notebook.view('b/0').values).toEqual([20, 30]);
    });

    test('after a crash it goes on where the last snapshot stood, and the group knows how far that was', async () => {
      const topic = await topicOf<number>('resumed', 2);
      const group = `group-${topic.name}`;
      const source = () =>
        kafkaSource({ brokers: brokersOf(), topic: topic.name, groupId: group, format: json<number>() });
      const path = folder.path(`${topics}.sqlite`);
      await topic.send(numbered(1_000));
      let notebook = await open(path);
      notebook.cell(
        'a',
        (env) =>
          void env
            .fromSource(source())
            .keyBy((v) => v % 10)
            .sum((v) => v)
            .show(),
      );
      await notebook.view('a/0').until(({ values }) => values.length === 1_000);
      notebook.session.cut({ label: 'here' });
      await committed(group, topic.name, 1_000);
      await crash(notebook);
      await topic.send(numbered(1_000, 1_000));
      notebook = await open(path, true);
      const outcome = notebook.cell(
        'a',
        (env) =>
          void env
            .fromSource(source())
            .keyBy((v) => v % 10)
            .sum((v) => v)
            .show(),
      );
      expect(outcome.resumed).toHaveLength(1);
      await notebook.view('a/0').until(({ values }) => values.length === 2_000);
      const sums = notebook.view('a/0').values as number[];
      expect(Math.max(...sums)).toBe(
        Array.from({ length: 200 }, (_, i) => 10 * i + 9).reduce((a, b) => a + b),
      );
      await topic.send([{ value: 7 }]);
      const rest = kafkaSource({
        brokers: brokersOf(),
        topic: topic.name,
        groupId: group,
        format: json<number>(),
        startFrom: 'committed',
        until: 'latest',
      });
      const others = (await env().fromSource(rest).executeAndCollect()) as number[];
      expect(others.sort((x, y) => x - y)).toEqual([7, ...numbered(1_000, 1_000).map(({ value }) => value)]);
    });

    /** Resolves when a group has committed so many records. */
    async function committed(group: string, topic: string, count: number): Promise<void> {
      const partitions = [0, 1].map((partition) => ({ topic, partition }));
      for (;;) {
        const offsets = await cluster.committedOffsets(group, partitions);
        if (offsets.reduce<number>((sum, offset) => sum + (offset ?? 0), 0) === count) return;
      }
    }

    test('outside a notebook a checkpoint tells the group how far it is', async () => {
      const topic = await topicOf<number>('checkpointed', 2);
      await topic.send(numbered(100));
      const job = env().enableCheckpointing(20);
      const group = `group-${topic.name}`;
      const source = { brokers: brokersOf(), topic: topic.name, groupId: group, format: json<number>() };
      job
        .fromSource(kafkaSource(source))
        .filter(() => false)
        .print();
      const client = await job.execute();
      await committed(group, topic.name, 100);
      await client.cancel();
    });

    test('finds topics that match and appear later', async () => {
      const prefix = `later${++topics}x`;
      const first = await topicOf<number>(prefix);
      const notebook = await open(folder.path(`${topics}.sqlite`));
      const source = kafkaSource({
        brokers: brokersOf(),
        topicPattern: new RegExp(`^${prefix}`),
        format: json<number>(),
        partitionDiscoveryInterval: 50,
      });
      notebook.cell('a', (env) => void env.fromSource(source).show());
      await first.send([{ value: 1 }]);
      await notebook.view('a/0').until(({ values }) => values.length === 1);
      const second = await topicOf<number>(prefix, 2);
      await second.send([{ value: 2, partition: 1 }]);
      await notebook.view('a/0').until(({ values }) => values.length === 2);
      expect(notebook.view('a/0').values).toEqual([1, 2]);
    });

    test('a partition holds back the watermark until it falls idle or ends', async () => {
      const topic = await topicOf<number>('watermarks', 2);
      await topic.send([
        { value: 1, partition: 0, timestamp: 1_000 },
        { value: 2, partition: 0, timestamp: 9_000 },
      ]);
      const notebook = await open(folder.path(`${topics}.sqlite`));
      const source = kafkaSource({ brokers: brokersOf(), topic: topic.name, format: json<number>() });
      const strategy = WatermarkStrategy.forMonotonousTimestamps<number>();
      const marks: number[] = [];
      notebook.cell('a', (env) => void env.fromSource(source, strategy).show());
      const view = notebook.view('a/0');
      view.onWatermark = (mark?: number) => void marks.push(mark!);
      await view.until(({ values }) => values.length === 2);
      expect(marks).toEqual([]);
      await topic.send([{ value: 3, partition: 1, timestamp: 5_000 }]);
      await view.until(({ values }) => values.length === 3);
      expect(Math.max(...marks)).toBe(4_999);
    });

    test('what does not parse is a dead letter with its place and reason, or an error with both', async () => {
      const topic = await topicOf<string>('bad', 1, raw());
      await topic.send([{ value: '1' }, { value: 'one' }, { value: null }, { value: '3' }]);
      const options = {
        brokers: brokersOf(),
        topic: topic.name,
        format: json<number>(),
        until: 'latest',
      } as const;
      const stream = env().fromSource(kafkaSource({ ...options, onBadRecord: 'dead-letter' }));
      expect(await stream.executeAndCollect()).toEqual([1, 3]);
      const letters = await stream.getSideOutput(deadLetters).executeAndCollect();
      expect(letters.map(({ place, text, value }) => [place, text, Buffer.from(value!).toString()])).toEqual([
        [`${topic.name}-0@1`, 'one', 'one'],
      ]);
      expect(letters[0]!.reason).toContain('JSON');
      await expect(env().fromSource(kafkaSource(options)).executeAndCollect()).rejects.toMatchObject({
        code: 'kafka-record-not-parsed',
        details: { topic: topic.name, partition: 0, offset: 1 },
      });
    });

    test('reads CSV without a header', async () => {
      const topic = await topicOf<string>('csv', 1, raw());
      await topic.send([{ value: 'a,1' }, { value: '"b, c",2' }]);
      const format = csv<{ name: string; n: number }>({ header: ['name', 'n'] });
      const source = kafkaSource({ brokers: brokersOf(), topic: topic.name, format, until: 'latest' });
      expect(await env().fromSource(source).executeAndCollect()).toEqual([
        { name: 'a', n: 1 },
        { name: 'b, c', n: 2 },
      ]);
    });

    test('passes on no aborted record: two aborts in one fetch, and a marker that comes in a later one', async () => {
      const topic = await topicOf<string>('aborted', 1, raw());
      const filling = 'x'.repeat(200);
      const send = async (text: string, count: number, commit: boolean) => {
        const transaction = await cluster.initTransactions(`aborting-${topic.name}`, 60_000);
        const producer = cluster.transactionalProducer(transaction);
        const record = { topic: topic.name, partition: 0, timestamp: 0, key: null, headers: [] };
        for (let left = count; left > 0; left -= 1_000) {
          const value = Buffer.from(`${text}${count > 1 ? filling : ''}`);
          await producer.send(Array.from({ length: Math.min(left, 1_000) }, () => ({ ...record, value })));
        }
        await cluster.endTransaction(transaction, commit);
      };
      await send('bad', 1, false);
      await send('bad', 1, false);
      await send('good', 1, true);
      // More than a fetch brings: its marker comes in another answer than its first records.
      await send('bad', 16_000, false);
      await send('good', 1, true);
      const options = { brokers: brokersOf(), topic: topic.name, format: raw(), until: 'latest' } as const;
      expect(await env().fromSource(kafkaSource(options)).executeAndCollect()).toEqual(['good', 'good']);
      const all = await env()
        .fromSource(kafkaSource({ ...options, isolationLevel: 'read_uncommitted' }))
        .executeAndCollect();
      expect(all).toHaveLength(16_004);
    });

    test('a topic that is not there is an error that names those that are', async () => {
      const topic = await topicOf<number>('there');
      const readFrom = (name: string) => {
        const source = kafkaSource({ brokers: brokersOf(), topic: name, format: json() });
        return expect(env().fromSource(source).executeAndCollect()).rejects;
      };
      const known = expect.arrayContaining([topic.name]) as string[];
      const details = { topic: 'nowhere', known };
      await readFrom('nowhere').toMatchObject({ code: 'kafka-topic-unknown', details });
      await readFrom(topic.name.replace('there', 'htere')).toThrow(`It has: ${topic.name}`);
    });

    test('a topic that is deleted while it is read fails the branch and says so', async () => {
      const topic = await topicOf<number>('deleted');
      await topic.send([{ value: 1 }]);
      const notebook = await open(folder.path(`${topics}.sqlite`));
      const source = kafkaSource({ brokers: brokersOf(), topic: topic.name, format: json<number>() });
      notebook.cell('a', (env) => void env.fromSource(source).show());
      await notebook.view('a/0').until(({ values }) => values.length === 1);
      await topic.delete();
      await notebook.view('a/0').until(({ status }) => status === 'failed');
      expect(notebook.view('a/0').error).toMatchObject({ code: 'kafka-topic-gone' });
    });
  });

  describe('the sink', () => {
    test("writes keys to the partitions of Kafka's own clients, with headers, time and tombstones", async () => {
      const topic = await topicOf<number | null>('written', 10);
      await run((env) =>
        env.fromData('21', 'foobar', 'a-little-bit-long-string').sinkTo(
          kafkaSink<string>({
            brokers: brokersOf(),
            topic: topic.name,
            format: (value) => (value === '21' ? null : String(value.length)),
            key: (value) => value,
            headers: (value) => ({ first: value[0]! }),
            timestamp: () => 77,
          }),
        ),
      );
      const records = await topic.records();
      expect(
        records.map(({ key, partition, value, headers, timestamp }) => [
          key,
          partition,
          value,
          headers,
          timestamp,
        ]),
      ).toEqual(
        // murmur2 of these: −973932308, −790332482, −985981536; made positive, modulo 10.
        [
          ['a-little-bit-long-string', 2, 24, { first: 'a' }, 77],
          ['foobar', 6, 6, { first: 'f' }, 77],
          ['21', 0, null, { first: '2' }, 77],
        ].sort((a, b) => Number(a[1]) - Number(b[1])),
      );
    });

    test('chooses topics and partitions by functions of the record', async () => {
      const [a, b] = [await topicOf<number>('chosen', 2), await topicOf<number>('chosen', 2)];
      await run((env) =>
        env.fromData(1, 2, 3, 4).sinkTo(
          kafkaSink<number>({
            brokers: brokersOf(),
            topic: (n) => (n < 3 ? a.name : b.name),
            format: json<number>(),
            partitioner: (n, _key, partitions) => n % partitions,
          }),
        ),
      );
      const places = async (topic: KafkaTopic<number>) =>
        (await topic.records()).map(({ value, partition }) => [value, partition]);
      expect(await places(a)).toEqual([
        [2, 0],
        [1, 1],
      ]);
      expect(await places(b)).toEqual([
        [4, 0],
        [3, 1],
      ]);
    });

    test('exactly-once shows nothing before a snapshot is durable, and each record once after a crash', async () => {
      const [input, output] = [await topicOf<number>('in', 2), await topicOf<number>('out', 2)];
      const path = folder.path(`${topics}.sqlite`);
      const build = (notebook: Notebook) =>
        notebook.cell('a', (env) => {
          env
            .fromSource(kafkaSource({ brokers: brokersOf(), topic: input.name, format: json<number>() }))
            .sinkTo(
              kafkaSink<number>({
                brokers: brokersOf(),
                topic: output.name,
                format: json<number>(),
                key: (n) => n % 3,
                deliveryGuarantee: 'exactly-once',
                transactionalIdPrefix: output.name,
              }),
            );
        });
      await input.send(numbered(500));
      let notebook = await open(path);
      build(notebook);
      await written(output.name, 500);
      expect(await output.records()).toEqual([]);
      notebook.session.cut({ label: 'first' });
      await visible(output, 500);
      await input.send(numbered(100, 500));
      await written(output.name, 600);
      // These are in no cut: they are aborted, and written again by whoever goes on.
      await crash(notebook);
      notebook = await open(path, true);
      expect(build(notebook).resumed).toHaveLength(1);
      await written(output.name, 700);
      notebook.session.cut({ label: 'second' });
      const values = (await visible(output, 600)).map(({ value }) => value!);
      expect(values.sort((x, y) => x - y)).toEqual(numbered(600).map(({ value }) => value));
    });

    /** Resolves when so many records were written, committed or not. Markers take offsets too: each is seen as a record. */
    async function written(topic: string, count: number): Promise<void> {
      const { partitions } = { partitions: [0, 1].map((partition) => ({ topic, partition })) };
      for (let seen = 0; seen < count;) {
        seen = 0;
        for (const { topic, partition } of partitions) {
          for (let offset = 0; ;) {
            const [answer] = await cluster.fetch([{ topic, partition, offset }], {
              isolationLevel: 'read_uncommitted',
              maxWait: 1,
              maxBytes: 1e6,
            });
            if (answer === undefined || answer.nextOffset === offset) break;
            seen += answer.records.length;
            offset = answer.nextOffset;
          }
        }
      }
    }

    /** The committed records, when there are so many. */
    async function visible<T>(topic: KafkaTopic<T>, count: number) {
      for (;;) {
        const records = await topic.records();
        if (records.length >= count) return records;
      }
    }

    test("ends by the cut's producer and epoch what was prepared before a crash, before anything aborts it", async () => {
      const output = await topicOf<number>('prepared', 2);
      const path = folder.path(`${topics}.sqlite`);
      const sink = () =>
        kafkaSink<number>({
          brokers: brokersOf(),
          topic: output.name,
          format: json<number>(),
          deliveryGuarantee: 'exactly-once',
          transactionalIdPrefix: output.name,
        });
      const input = await topicOf<number>('prepared-in');
      await input.send(numbered(10));
      const source = () => kafkaSource({ brokers: brokersOf(), topic: input.name, format: json<number>() });
      let notebook = await open(path);
      // The commit never comes: the process dies when the cut is durable.
      const withoutCommit = {
        ...sink(),
        createCommitter: () => ({ commit: () => new Promise<void>(() => undefined) }),
      };
      notebook.cell('a', (env) => void env.fromSource(source()).sinkTo(withoutCommit));
      await written(output.name, 10);
      const durable = new Promise<void>((resolve) => {
        const engine = notebook.session.engine;
        const before = engine.onDurable.bind(engine);
        engine.onDurable = (seq) => (before(seq), resolve());
      });
      notebook.session.cut({ label: 'prepared' });
      await durable;
      expect(await output.records()).toEqual([]);
      await crash(notebook);
      notebook = await open(path, true);
      notebook.cell('a', (env) => void env.fromSource(source()).sinkTo(sink()));
      const records = await visible(output, 10);
      expect(records.map(({ value }) => value).sort()).toEqual(numbered(10).map(({ value }) => value));
    });

    test('transactions that an earlier process left open are aborted', async () => {
      const output = await topicOf<number>('lingering');
      const lost = await cluster.initTransactions(`${output.name}-0-gone-0`, 60_000);
      const record = {
        topic: output.name,
        partition: 0,
        timestamp: 0,
        key: null,
        value: Buffer.from('1'),
        headers: [],
      };
      await cluster.transactionalProducer(lost).send([record]);
      await run((env) =>
        env.fromData(2).sinkTo(
          kafkaSink<number>({
            brokers: brokersOf(),
            topic: output.name,
            format: json<number>(),
            deliveryGuarantee: 'exactly-once',
            transactionalIdPrefix: output.name,
          }),
        ),
      );
      expect((await output.records()).map(({ value }) => value)).toEqual([2]);
      expect(await cluster.endTransaction(lost, true)).toBe(false);
    });

    test('a topic that is deleted while it is written fails the sink, which says so under its cell', async () => {
      const [input, output] = [await topicOf<number>('from'), await topicOf<number>('to')];
      const notebook = await open(folder.path(`${topics}.sqlite`));
      const source = kafkaSource({ brokers: brokersOf(), topic: input.name, format: json<number>() });
      notebook.cell('a', (env) => {
        env
          .fromSource(source)
          .sinkTo(kafkaSink<number>({ brokers: brokersOf(), topic: output.name, format: json() }));
      });
      await input.send([{ value: 1 }]);
      while ((await output.records()).length < 1);
      await output.delete();
      await input.send([{ value: 2 }]);
      await notebook.untilNotice('a/0', (notice) => notice?.passes === false);
      const { error } = notebook.notices.get('a/0')!;
      expect(error.cause ?? error).toMatchObject({ code: 'kafka-topic-gone' });
    });

    test('refuses a topic that is not there, a record that is too large, a value without a form, and a prefix twice', async () => {
      const topic = await topicOf<unknown>('refused');
      const codeOf = async (options: Partial<KafkaSinkOptions<unknown>>, value: unknown) => {
        const sink = kafkaSink<unknown>({
          brokers: brokersOf(),
          topic: topic.name,
          format: json(),
          ...options,
        });
        const error: unknown = await run((env) => env.fromData(value).sinkTo(sink)).catch(
          (error: unknown) => error,
        );
        const { code, cause } = error as { code: string; cause?: { code?: string } };
        return code === 'operator-failed' ? cause?.code : code;
      };
      expect(await codeOf({ topic: 'nowhere' }, 1)).toBe('kafka-topic-unknown');
      expect(await codeOf({}, 'x'.repeat(1_000_001))).toBe('kafka-record-too-large');
      expect(await codeOf({}, undefined)).toBe('kafka-value-not-written');
      const twice = {
        brokers: brokersOf(),
        topic: topic.name,
        format: json<number>(),
        deliveryGuarantee: 'exactly-once',
        transactionalIdPrefix: topic.name,
      } as const;
      const notebook = await open(folder.path(`${topics}.sqlite`));
      const input = await topicOf<number>('refused-in');
      const source = kafkaSource({ brokers: brokersOf(), topic: input.name, format: json<number>() });
      notebook.cell('a', (env) => void env.fromSource(source).sinkTo(kafkaSink<number>(twice)));
      expect(await codeOf(twice, 1)).toBe('kafka-prefix-taken');
    });
  });
}
