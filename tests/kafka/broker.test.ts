import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  json,
  kafkaSink,
  kafkaSource,
  kafkaTopic,
  raw,
  StreamExecutionEnvironment,
} from '../../runtime/src/index.ts';
import { openCluster } from '../../runtime/src/connectors/kafka/open-cluster.ts';
import { Notebook, temporaryFolder } from '../runtime/engine/notebook.ts';
import { backPressure } from './back-pressure.ts';
import { brokerTopics } from './broker-topics.ts';
import { clusterBehaviours } from './cluster-behaviours.ts';
import { startBroker, type KafkaBroker, type KafkaBrokerOptions } from './kafka-broker.ts';
import { killPipeline, seedOfRun } from './kill-pipeline.ts';
import { kafkaConforms } from './kafka-conforms.ts';
import { prefixTakenOver } from './prefix-taken-over.ts';
import { securedListeners } from './secured-listeners.ts';
import { whoConnects } from './who-connects.ts';

const folder = temporaryFolder();
const listeners = securedListeners(folder.path('listeners'));
let options: KafkaBrokerOptions = { folder: folder.path('broker'), ...listeners };
let broker: KafkaBroker;

beforeAll(async () => {
  broker = await startBroker(options);
  options = { ...options, ports: broker.ports };
});
afterAll(async () => {
  await broker.kill();
  folder.remove();
});

/** What a failure of power does to the broker, and its return. */
async function killAndRestart(): Promise<void> {
  await broker.kill();
  broker = await startBroker(options);
}

describe('with a broker', () => {
  clusterBehaviours(() => broker.brokers);
  prefixTakenOver(() => broker.brokers);
  brokerTopics(() => broker.brokers);
  kafkaConforms(() => broker.brokers);
  backPressure(() => broker.brokers);
});

whoConnects(() => broker.ports, listeners);

describe('a broker that fails', () => {
  test('is waited for, which the view says, and nothing is lost', async () => {
    const input = kafkaTopic<number>({ brokers: broker.brokers, topic: 'gone-in', format: json() });
    const output = kafkaTopic<number>({ brokers: broker.brokers, topic: 'gone-out', format: json() });
    await input.create();
    await output.create();
    await input.send([{ value: 1 }]);
    const notebook = await Notebook.open(folder.path('gone.sqlite'));
    const source = kafkaSource({ brokers: broker.brokers, topic: 'gone-in', format: json<number>() });
    notebook.cell('a', (env) => {
      const stream = env.fromSource(source);
      stream.show();
      stream.sinkTo(
        kafkaSink<number>({
          brokers: broker.brokers,
          topic: 'gone-out',
          format: json(),
          deliveryGuarantee: 'exactly-once',
          transactionalIdPrefix: 'gone',
        }),
      );
    });
    const view = notebook.view('a/0');
    await view.until(({ values }) => values.length === 1);
    await broker.kill();
    await view.until(({ error }) => error !== undefined);
    expect(view.status).toBe('running');
    expect(view.error).toMatchObject({ code: 'kafka-unreachable' });
    // No view speaks for the sink: what it waits for stands under its cell.
    await notebook.untilNotice('a/1', (notice) => notice?.passes === true);
    expect(notebook.notices.get('a/1')?.error).toMatchObject({ code: 'kafka-unreachable' });
    broker = await startBroker(options);
    await view.until(({ error }) => error === undefined);
    await notebook.untilNotice('a/1', (notice) => notice === undefined);
    await input.send([{ value: 2 }]);
    await view.until(({ values }) => values.length === 2);
    // The sink's branch is another than the view's.
    while ((await output.records('read_uncommitted')).length < 2);
    await notebook.session.beginCut({ label: 'end' })!.durable;
    while ((await output.records()).length < 2);
    expect((await output.records()).map(({ value }) => value)).toEqual([1, 2]);
    await notebook.crash();
  });

  test('that is slow to answer is waited for', async () => {
    const topic = kafkaTopic<string>({ brokers: broker.brokers, topic: 'slow', format: raw() });
    await topic.create();
    broker.freeze();
    let answered = false;
    const sent = topic.send([{ value: 'late' }]).then(() => (answered = true));
    await new Promise(setImmediate);
    expect(answered).toBe(false);
    broker.thaw();
    await sent;
    expect((await topic.records()).map(({ value }) => value)).toEqual(['late']);
  });

  test('has given up a transaction that a snapshot had still to commit: that is said, not passed over', async () => {
    const topic = kafkaTopic<string>({ brokers: broker.brokers, topic: 'given-up', format: raw() });
    await topic.create();
    const cluster = openCluster(broker.brokers);
    const transaction = await cluster.initTransactions('given-up-0', 200);
    const record = {
      topic: 'given-up',
      partition: 0,
      timestamp: 0,
      key: null,
      value: Buffer.from('1'),
      headers: [],
    };
    await cluster.transactionalProducer(transaction).send([record]);
    while ((await cluster.openTransactions('given-up-')).length > 0);
    await expect(cluster.endTransaction(transaction, true)).rejects.toMatchObject({
      code: 'kafka-transaction-lost',
    });
    await cluster.close();
  });

  test('refuses a record that is larger than it takes, and the error says so', async () => {
    const topic = kafkaTopic<string>({ brokers: broker.brokers, topic: 'large', format: raw() });
    await topic.create();
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    const { brokers } = broker;
    const sink = kafkaSink<string>({ brokers, topic: 'large', format: raw(), maxRequestSize: 10_000_000 });
    env.fromData('x'.repeat(2_000_000)).sinkTo(sink);
    await expect((await env.execute()).finished()).rejects.toMatchObject({
      cause: { code: 'kafka-record-too-large' },
    });
  });
});

test('ten kill -9 of the session process and one of the broker: each anomaly is there once, and in order', () =>
  killPipeline(broker.brokers, 'broker', 10, seedOfRun(), (kill) =>
    kill === 4 ? killAndRestart() : Promise.resolve(),
  ));
