// `npm run bench -- kafka`: JSON from one topic, a keyed process, JSON into another, on a real broker; the same by hand with
// the same client; and how long a reading takes until its anomaly is in the other topic.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Consumer, Producer, stringSerializers } from '@platformatic/kafka';
import {
  json,
  kafkaSink,
  kafkaSource,
  kafkaTopic,
  KeyedProcessFunction,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type DeliveryGuarantee,
  type ValueState,
} from 'tidemark';
import { openCluster } from '../../runtime/src/connectors/kafka/open-cluster.ts';
import { startBroker } from '../kafka/kafka-broker.ts';

interface Reading {
  readonly sensor: string;
  readonly value: number;
  /** When it was sent, in epoch ms. */
  readonly at: number;
}

interface Sum {
  readonly sensor: string;
  readonly sum: number;
  readonly at: number;
}

export interface KafkaMeasured {
  readonly records: number;
  /** Records a second, one a run. */
  readonly loop: readonly number[];
  readonly engine: Readonly<Record<DeliveryGuarantee, readonly number[]>>;
  /** Ms from sending a reading to having its anomaly in hand, at 10,000 readings a second. */
  readonly lag: { readonly median: number; readonly p99: number; readonly count: number };
}

const PARTITIONS = 4;
const SENSORS = 1_000;
const SEND_AT_ONCE = 10_000;
/** Results that the hand-written loop sends together. */
const BATCH = 1_000;
const LAG_RATE = 10_000;
const LAG_SECONDS = 12;
/** Until everything is compiled and connected. */
const LAG_WARM_UP_MS = 3_000;
const ANOMALIES = 100;

export async function measureKafka(records: number, runs: number): Promise<KafkaMeasured> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  const broker = await startBroker({ folder });
  const { brokers } = broker;
  try {
    const input = kafkaTopic<Reading>({ brokers, topic: 'readings', format: json() });
    await input.create({ partitions: PARTITIONS });
    // The client's consumer gives up on a broker whose groups are not loaded yet.
    const cluster = openCluster(brokers);
    await cluster.committedOffsets('nobody', [{ topic: 'readings', partition: 0 }]);
    await cluster.close();
    for (let from = 0; from < records; from += SEND_AT_ONCE) {
      await input.send(
        Array.from({ length: Math.min(SEND_AT_ONCE, records - from) }, (_, i) => {
          const sensor = `sensor-${(from + i) % SENSORS}`;
          return { key: sensor, value: { sensor, value: ((from + i) % 97) / 7, at: from + i } };
        }),
      );
    }
    const loop: number[] = [];
    const engine: Record<DeliveryGuarantee, number[]> = { none: [], 'at-least-once': [], 'exactly-once': [] };
    const timed = async (rates: number[], run: (output: string) => Promise<void>): Promise<void> => {
      const output = kafkaTopic<Sum>({ brokers, topic: `sums-${++outputs}`, format: json() });
      await output.create({ partitions: PARTITIONS });
      const start = performance.now();
      await run(output.name);
      rates.push((records / (performance.now() - start)) * 1000);
      const written = await output.records();
      if (written.length !== records) throw new Error(`${written.length} results of ${records} readings`);
      await output.delete();
    };
    let outputs = 0;
    for (let run = 0; run < runs + 1; run++) {
      // The first one of each warms up.
      const keep = <T>(rates: T[]): T[] => (run === 0 ? [] : rates);
      await timed(keep(loop), (output) => byHand(brokers, output, records));
      for (const guarantee of ['none', 'at-least-once', 'exactly-once'] as const) {
        await timed(keep(engine[guarantee]), (output) => byEngine(brokers, output, guarantee));
      }
    }
    return { records, loop, engine, lag: await measureLag(brokers) };
  } finally {
    await broker.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function byHand(brokers: string, output: string, records: number): Promise<void> {
  const client = { clientId: 'loop', bootstrapBrokers: [brokers], retryDelay: 5 };
  const consumer = new Consumer({
    ...client,
    groupId: `loop-${output}`,
    maxBytes: 4 * 1024 * 1024,
    maxWaitTime: 100,
  });
  const producer = new Producer({ ...client, serializers: stringSerializers });
  const stream = await consumer.consume({ topics: ['readings'], mode: 'earliest', autocommit: false });
  const sums = new Map<string, number>();
  let batch: { topic: string; key: string; value: string }[] = [];
  let read = 0;
  for await (const { value } of stream) {
    const reading = JSON.parse((value as Buffer).toString()) as Reading;
    const sum = (sums.get(reading.sensor) ?? 0) + reading.value;
    sums.set(reading.sensor, sum);
    batch.push({
      topic: output,
      key: reading.sensor,
      value: JSON.stringify({ sensor: reading.sensor, sum, at: reading.at }),
    });
    read += 1;
    if (batch.length === BATCH || read === records) {
      await producer.send({ messages: batch, acks: -1 });
      batch = [];
    }
    if (read === records) break;
  }
  await stream.close();
  await consumer.close(true);
  await producer.close();
}

class RunningSum extends KeyedProcessFunction<string, Reading, Sum> {
  #sum!: ValueState<number>;

  override open(): void {
    this.#sum = this.getRuntimeContext().getState(new ValueStateDescriptor('sum', 0));
  }

  processElement({ sensor, value, at }: Reading): Sum[] {
    const sum = this.#sum.value() + value;
    this.#sum.update(sum);
    return [{ sensor, sum, at }];
  }
}

async function byEngine(
  brokers: string,
  output: string,
  deliveryGuarantee: DeliveryGuarantee,
): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  if (deliveryGuarantee !== 'none') env.enableCheckpointing('1 s');
  env
    .fromSource(kafkaSource({ brokers, topic: 'readings', format: json<Reading>(), until: 'latest' }))
    .keyBy('sensor')
    .process(() => new RunningSum())
    .sinkTo(
      kafkaSink<Sum>({
        brokers,
        topic: output,
        format: json(),
        key: ({ sensor }) => sensor,
        deliveryGuarantee,
        transactionalIdPrefix: output,
      }),
    );
  await (await env.execute()).finished();
}

async function measureLag(brokers: string): Promise<KafkaMeasured['lag']> {
  for (const topic of ['live', 'anomalies']) {
    await kafkaTopic({ brokers, topic, format: json() }).create({ partitions: PARTITIONS });
  }
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.enableCheckpointing('1 s');
  env
    .fromSource(kafkaSource({ brokers, topic: 'live', format: json<Reading>() }))
    .keyBy('sensor')
    .process(() => new RunningSum())
    .filter(({ at }) => at % ANOMALIES === 0)
    .sinkTo(kafkaSink<Sum>({ brokers, topic: 'anomalies', format: json(), key: ({ sensor }) => sensor }));
  const lags: number[] = [];
  const begun = performance.now();
  env
    .fromSource(kafkaSource({ brokers, topic: 'anomalies', format: json<Sum>() }))
    .map(({ at }) => {
      if (performance.now() - begun > LAG_WARM_UP_MS) lags.push(Date.now() - at / 1_000);
      return at;
    })
    .filter(() => false)
    .print();
  const job = await env.execute();
  const producer = fork(import.meta.filename, [`--produce=${brokers}`]);
  await new Promise<void>((resolve, reject) => {
    producer.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`the producer ended with ${code}`)),
    );
  });
  await job.cancel();
  lags.sort((a, b) => a - b);
  const at = (share: number): number => lags[Math.floor(lags.length * share)]!;
  return { median: at(0.5), p99: at(0.99), count: lags.length };
}

/** A process of its own: readings at an even rate, each with the time when it is sent. */
async function produce(brokers: string): Promise<void> {
  const producer = new Producer({
    clientId: 'sensors',
    bootstrapBrokers: [brokers],
    serializers: stringSerializers,
  });
  const total = LAG_RATE * LAG_SECONDS;
  const begun = performance.now();
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * LAG_RATE));
    if (due - sent < LAG_RATE / 200 && due < total) {
      await new Promise((settle) => setTimeout(settle, 5));
      continue;
    }
    const messages = Array.from({ length: due - sent }, (_, i) => {
      const n = sent + i;
      const sensor = `sensor-${n % SENSORS}`;
      // Epoch µs, whose last digits choose the anomalies.
      const at = Date.now() * 1_000 + (n % ANOMALIES);
      return { topic: 'live', key: sensor, value: JSON.stringify({ sensor, value: n % 10, at }) };
    });
    await producer.send({ messages, acks: 1 });
    sent = due;
  }
  await producer.close();
}

const asked = process.argv.find((argument) => argument.startsWith('--produce='));
if (asked !== undefined) await produce(asked.slice('--produce='.length));
