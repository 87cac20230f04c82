// Kafka's topics, as CREATE TABLE … WITH ('connector' = 'kafka') names them.
import { kafkaSink } from '../../connectors/kafka/kafka-sink.ts';
import { kafkaSource } from '../../connectors/kafka/kafka-source.ts';
import type { KafkaSasl, KafkaSecurity } from '../../connectors/kafka/kafka-security.ts';
import type { DeliveryGuarantee } from '../../connectors/kafka/kafka-writer.ts';
import type { KafkaOffsets } from '../../connectors/kafka/start-offsets.ts';
import type { Source } from '../../connectors/source.ts';
import type { Format } from '../../formats/format.ts';
import type { Sink } from '../../operators/sink.ts';
import type { DurationLike } from '../../time/duration.ts';
import type { ConnectorOptions } from './connector-tables.ts';
import { namedSecret } from './named-secret.ts';

type Row = Readonly<Record<string, unknown>>;

const GUARANTEES: readonly DeliveryGuarantee[] = ['none', 'at-least-once', 'exactly-once'];
const MECHANISMS: readonly KafkaSasl['mechanism'][] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'];

/** @throws {TidemarkError} `table-option`; what `kafkaSource` says */
export function kafkaTableSource(options: ConnectorOptions, format: Format<unknown>): Source<unknown> {
  // A table is declared once, for reading and writing: what its other side takes is known, and looked at, too.
  sinkOptions(options);
  const pattern = options.find('topic-pattern');
  const topics = pattern === undefined ? options.need('topic').split(';') : undefined;
  const interval = options.find('scan.topic-partition-discovery.interval') as DurationLike | undefined;
  return kafkaSource({
    brokers: options.need('properties.bootstrap.servers'),
    // A topic's whole name matches, as in Flink.
    ...(topics === undefined ? { topicPattern: new RegExp(`^(?:${pattern})$`) } : { topics }),
    groupId: options.find('properties.group.id'),
    startFrom: startOf(options),
    until: endOf(options),
    format,
    ...(interval === undefined ? {} : { partitionDiscoveryInterval: interval }),
    ...securityOf(options),
  });
}

/** @throws {TidemarkError} `table-option`; what `kafkaSink` says */
export function kafkaTableSink(options: ConnectorOptions, format: Format<unknown>): Sink<unknown> {
  return kafkaSink<unknown>({
    brokers: options.need('properties.bootstrap.servers'),
    topic: options.need('topic'),
    format,
    ...sinkOptions(options),
    ...securityOf(options),
  });
}

function sinkOptions(options: ConnectorOptions) {
  const guarantee = options.oneOf('sink.delivery-guarantee', GUARANTEES) ?? 'at-least-once';
  const prefix = options.find('sink.transactional-id-prefix');
  const key = keyOf(options);
  return {
    deliveryGuarantee: guarantee,
    ...(prefix === undefined ? {} : { transactionalIdPrefix: prefix }),
    ...(key === undefined ? {} : { key }),
  };
}

/** Fields of a row as the text of a key: of one as it is (`raw`), or an object of JSON. */
function keyOf(options: ConnectorOptions): ((row: unknown) => string) | undefined {
  const fields = options.find('key.fields')?.split(';');
  const format = options.oneOf('key.format', ['json', 'raw']);
  if (fields === undefined) return undefined;
  if (format === 'raw') return (row) => String((row as Row)[fields[0]!]);
  return (row) => JSON.stringify(Object.fromEntries(fields.map((name) => [name, (row as Row)[name]])));
}

const STARTS = [
  'earliest-offset',
  'latest-offset',
  'group-offsets',
  'timestamp',
  'specific-offsets',
] as const;

function startOf(options: ConnectorOptions): KafkaOffsets {
  const mode = options.oneOf('scan.startup.mode', STARTS) ?? 'group-offsets';
  // Without a group there is nothing that it has committed.
  if (mode === 'group-offsets' && options.find('properties.group.id') === undefined) return 'earliest';
  return offsetsOf(options, mode, 'startup');
}

function endOf(options: ConnectorOptions): KafkaOffsets | undefined {
  const mode = options.oneOf('scan.bounded.mode', ['unbounded', ...STARTS.slice(1)] as const);
  return mode === undefined || mode === 'unbounded' ? undefined : offsetsOf(options, mode, 'bounded');
}

function offsetsOf(
  options: ConnectorOptions,
  mode: (typeof STARTS)[number],
  which: 'startup' | 'bounded',
): KafkaOffsets {
  switch (mode) {
    case 'earliest-offset':
      return 'earliest';
    case 'latest-offset':
      return 'latest';
    case 'group-offsets':
      return 'committed';
    case 'timestamp':
      return { timestamp: Number(options.need(`scan.${which}.timestamp-millis`)) };
    case 'specific-offsets':
      return { offsets: specificOffsets(options, `scan.${which}.specific-offsets`) };
  }
}

/** `partition:0,offset:42;partition:1,offset:300`. */
function specificOffsets(options: ConnectorOptions, key: string) {
  const offsets = options
    .need(key)
    .split(';')
    .map((text) => /^\s*partition:(\d+),offset:(\d+)\s*$/.exec(text));
  if (offsets.includes(null)) throw options.wrong(key, ['partition:0,offset:42;partition:1,offset:300']);
  return {
    [options.need('topic')]: Object.fromEntries(
      offsets.map((found) => [Number(found![1]), Number(found![2])]),
    ),
  };
}

function securityOf(options: ConnectorOptions): KafkaSecurity {
  const protocol = options.oneOf('properties.security.protocol', PROTOCOLS) ?? 'PLAINTEXT';
  const mechanism = options.oneOf('properties.sasl.mechanism', MECHANISMS) ?? 'PLAIN';
  const jaas = options.find('properties.sasl.jaas.config') ?? '';
  const ca = options.find('properties.ssl.truststore.certificates');
  const credential = (name: 'username' | 'password') => {
    const value = new RegExp(`\\b${name}\\s*=\\s*(["'])(.*?)\\1`).exec(jaas)?.[2];
    return value === undefined
      ? undefined
      : namedSecret(`properties.sasl.jaas.config`, value, `KAFKA_${name.toUpperCase()}`, options.at);
  };
  const [username, password] = [credential('username'), credential('password')];
  const sasl: KafkaSasl = {
    mechanism,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
  return {
    ...(protocol.endsWith('SSL') ? { tls: ca === undefined ? {} : { ca } } : {}),
    ...(protocol.startsWith('SASL') ? { sasl } : {}),
  };
}
