import { toMillis, type DurationLike } from '../../time/duration.ts';
import type { Format } from '../../formats/format.ts';
import type { Source } from '../source.ts';
import type { IsolationLevel } from './kafka-cluster.ts';
import { kafkaOptionInvalid } from './kafka-errors.ts';
import type { KafkaSecurity } from './kafka-security.ts';
import { KafkaReader, type KafkaReaderSettings } from './kafka-reader.ts';
import { checkBrokers, type Brokers } from './open-cluster.ts';
import { RecordDecoder, type Deserialize, type OnBadRecord } from './record-decoder.ts';
import type { KafkaOffsets } from './start-offsets.ts';

/** What to read of Kafka, and how. */
export interface KafkaSourceOptions<T> extends KafkaSecurity {
  /** `'host:port'`, several of them, or `'embedded'`: a durable log that needs no broker. */
  readonly brokers: Brokers;
  /** The topic to read; or `topics`, or `topicPattern`. */
  readonly topic?: string;
  /** Several topics. */
  readonly topics?: readonly string[];
  /** All topics whose names match, those made later too. */
  readonly topicPattern?: RegExp;
  /** Consumer group whose offsets are committed when a snapshot is durable. The source reads all partitions by itself. */
  readonly groupId?: string;
  /** `'earliest'` when left out. Where it once began is part of every snapshot. */
  readonly startFrom?: KafkaOffsets;
  /** Makes the source bounded: it ends at these offsets, as they are when it begins. */
  readonly until?: KafkaOffsets;
  /** How values become records; a function gets the whole record, with key, headers and offset. */
  readonly format: Format<T> | Deserialize<T>;
  /** `'fail'` (the default), or `'dead-letter'`: what does not parse goes to the side output `deadLetters`. */
  readonly onBadRecord?: OnBadRecord;
  /** `'read_committed'` when left out: no record of an open or aborted transaction is seen. */
  readonly isolationLevel?: IsolationLevel;
  /** How often new partitions and topics are looked for; 10 s when left out. */
  readonly partitionDiscoveryInterval?: DurationLike;
}

const NAMED_OFFSETS: readonly unknown[] = ['earliest', 'latest', 'committed'];

/**
 * Records of Kafka topics. Each partition is a split with a watermark of its own; a record's timestamp is Kafka's. Offsets
 * are part of every snapshot, so that after a crash or an edit it is read on, or again, exactly where it should be. A broker
 * that is gone is waited for.
 * @throws {TidemarkError} `kafka-option-invalid` when the cell runs; while it reads `kafka-topic-unknown`,
 *   `kafka-topic-gone`, `kafka-offset-gone`, `kafka-authentication-failed`, `kafka-tls-failed`, `kafka-forbidden`,
 *   `kafka-record-not-parsed`
 * @example
 * const readings = kafkaTopic<{ sensor: string; value: number }>({ brokers: 'embedded', topic: 'readings', format: json() });
 * await readings.create({ partitions: 2 });
 * await readings.send([{ key: 'a', value: { sensor: 'a', value: 1 } }, { key: 'a', value: { sensor: 'a', value: 2 } }]);
 * const source = kafkaSource({
 *   brokers: 'embedded',
 *   topic: 'readings',
 *   format: json<{ sensor: string; value: number }>(),
 *   until: 'latest',
 * });
 * await env.fromSource(source).keyBy('sensor').sum('value').executeAndCollect(); // → [{ sensor: 'a', value: 1 }, { sensor: 'a', value: 3 }]
 */
export function kafkaSource<T>(options: KafkaSourceOptions<T>): Source<T> {
  const { brokers, topic, topics, topicPattern, groupId, tls, sasl, format } = options;
  const { startFrom = 'earliest', until, onBadRecord = 'fail', isolationLevel = 'read_committed' } = options;
  const wanted = topicPattern ?? topics ?? (topic === undefined ? [] : [topic]);
  checkOptions(options);
  const settings: KafkaReaderSettings<T> = {
    brokers,
    security: { ...(tls === undefined ? {} : { tls }), ...(sasl === undefined ? {} : { sasl }) },
    topics: wanted,
    groupId,
    startFrom,
    until,
    isolationLevel,
    discoveryInterval: toMillis(options.partitionDiscoveryInterval ?? '10 s'),
    decoder: new RecordDecoder(format, onBadRecord),
  };
  const named = typeof format === 'function' ? undefined : { name: format.name, ...format.parameters };
  const functions = typeof format === 'function' ? [format] : (format.functions ?? []);
  return {
    kind: 'kafka',
    // Who connects is no part of what is read: credentials are in no fingerprint.
    parameters: {
      brokers,
      topics: wanted instanceof RegExp ? String(wanted) : wanted,
      groupId,
      startFrom,
      until,
      isolationLevel,
      onBadRecord,
      format: named,
    },
    functions,
    boundedness: until === undefined ? 'unbounded' : 'bounded',
    rereadable: true,
    ...(onBadRecord === 'dead-letter' ? { deadLetters: true } : {}),
    createReader: (context) => new KafkaReader(settings, context),
  };
}

function checkOptions<T>(options: KafkaSourceOptions<T>): void {
  const { topic, topics, topicPattern, groupId, startFrom, until, onBadRecord, isolationLevel, format } =
    options;
  const refuse = (option: string, value: unknown, rule: string): never => {
    throw kafkaOptionInvalid('kafkaSource', option, value, rule);
  };
  checkBrokers('kafkaSource', options.brokers);
  if ([topic, topics, topicPattern].filter((given) => given !== undefined).length !== 1) {
    refuse('topic', topic, 'or topics or topicPattern is given, one of the three');
  }
  if (topicPattern !== undefined && !(topicPattern instanceof RegExp))
    refuse('topicPattern', topicPattern, 'is a regular expression');
  const names = topics ?? (topic === undefined ? undefined : [topic]);
  if (
    names !== undefined &&
    (names.length === 0 || !names.every((name) => typeof name === 'string' && name !== ''))
  ) {
    refuse(topics === undefined ? 'topic' : 'topics', names, 'names topics');
  }
  for (const [option, value] of [
    ['startFrom', startFrom],
    ['until', until],
  ] as const) {
    if (value === undefined || NAMED_OFFSETS.includes(value)) continue;
    if (typeof value === 'object' && value !== null && ('timestamp' in value || 'offsets' in value)) continue;
    refuse(
      option,
      value,
      "is 'earliest', 'latest', 'committed', { timestamp } in ms, or { offsets: { topic: { partition: offset } } }",
    );
  }
  if (startFrom === 'committed' && groupId === undefined)
    refuse('groupId', groupId, "names the group whose offsets are meant by startFrom: 'committed'");
  if (onBadRecord !== undefined && onBadRecord !== 'fail' && onBadRecord !== 'dead-letter') {
    refuse('onBadRecord', onBadRecord, "is 'fail' or 'dead-letter'");
  }
  if (
    isolationLevel !== undefined &&
    isolationLevel !== 'read_committed' &&
    isolationLevel !== 'read_uncommitted'
  ) {
    refuse('isolationLevel', isolationLevel, "is 'read_committed' or 'read_uncommitted'");
  }
  if (typeof format !== 'function' && typeof format?.name !== 'string')
    refuse('format', format, 'is a format such as json(), or a function of a record');
}
