import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  generatorSource,
  json,
  kafkaSink,
  kafkaSource,
  kafkaTopic,
  RestartStrategies,
  StreamExecutionEnvironment,
  WatermarkStrategy,
  type KafkaSasl,
} from '../../runtime/src/index.ts';
import { temporaryFolder } from '../runtime/engine/notebook.ts';
import { startBroker, type KafkaBroker } from './kafka-broker.ts';
import { securedListeners, unsignedToken, USER } from './secured-listeners.ts';

/** A connection may be so old, in ms, until it has to authenticate again. */
const SESSION = 1_500;
const RATE = 500;
const RECORDS = 5_000;

const folder = temporaryFolder();
const listeners = securedListeners(folder.path('listeners'));
let broker: KafkaBroker;

beforeAll(async () => {
  const extra = (ports: readonly number[]) => {
    const usual = listeners.extra(ports);
    return { ...usual, lines: [...usual.lines, `listener.name.sasl.connections.max.reauth.ms=${SESSION}`] };
  };
  broker = await startBroker({ folder: folder.path('broker'), users: listeners.users, extra });
});
afterAll(async () => {
  await broker.kill();
  folder.remove();
});

const byPassword = { username: USER.username, password: () => USER.password };
test.each<KafkaSasl>([
  { mechanism: 'PLAIN', ...byPassword },
  { mechanism: 'SCRAM-SHA-512', ...byPassword },
  { mechanism: 'OAUTHBEARER', token: () => unsignedToken('alice') },
])('connections authenticate again by $mechanism while a job runs, which loses nothing', async (sasl) => {
  const brokers = `127.0.0.1:${listeners.portOf(broker.ports, 'sasl')}`;
  const topicOf = (topic: string) => kafkaTopic<number>({ brokers, topic, format: json(), sasl });
  const input = topicOf(`in-${sasl.mechanism}`);
  const output = topicOf(`out-${sasl.mechanism}`);
  await input.create({ partitions: 2 });
  await output.create();
  const common = { brokers, format: json<number>(), sasl };
  const env = () => StreamExecutionEnvironment.getExecutionEnvironment();
  const never = WatermarkStrategy.noWatermarks<number>();

  const sending = env();
  sending
    .fromSource(
      generatorSource((n) => n, { rate: RATE, count: RECORDS }),
      never,
    )
    .sinkTo(kafkaSink<number>({ ...common, topic: input.name, key: (n) => String(n) }));
  const sent = await sending.execute();
  const detecting = env();
  detecting.enableCheckpointing('500 ms').setRestartStrategy(RestartStrategies.none());
  detecting.fromSource(kafkaSource({ ...common, topic: input.name, groupId: 'g' }), never).sinkTo(
    kafkaSink<number>({
      ...common,
      topic: output.name,
      deliveryGuarantee: 'exactly-once',
      transactionalIdPrefix: output.name,
    }),
  );
  const job = await detecting.execute();
  await sent.finished();
  for (;;) {
    const values = (await output.records()).map(({ value }) => value!);
    if (values.length >= RECORDS || job.status !== 'running') {
      expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: RECORDS }, (_, n) => n));
      break;
    }
  }
  await job.cancel();
});
