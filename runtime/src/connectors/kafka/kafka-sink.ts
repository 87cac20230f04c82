import { toMillis, type DurationLike } from '../../time/duration.ts';
import type { Format, MessageFormat } from '../../formats/format.ts';
import { encodeText } from '../../formats/message-text.ts';
import type { Sink } from '../../operators/sink.ts';
import { KafkaCommitter } from './kafka-committer.ts';
import { formatHasNoMessages, kafkaOptionInvalid } from './kafka-errors.ts';
import type { OnRetry } from './kafka-cluster.ts';
import type { KafkaSecurity } from './kafka-security.ts';
import { KafkaWriter, type DeliveryGuarantee, type KafkaWriterSettings } from './kafka-writer.ts';
import { brokerNames, checkBrokers, openCluster, type Brokers } from './open-cluster.ts';
import type { HeadersLike, KafkaPartitioner, KeyLike } from './partitioner.ts';
import { TransactionIds } from './transaction-ids.ts';

/** Where records go, and how. */
export interface KafkaSinkOptions<T> extends KafkaSecurity {
  /** `'host:port'`, several of them, or `'embedded'`: a durable log that needs no broker. */
  readonly brokers: Brokers;
  /** A topic that exists, or which one a record goes to. */
  readonly topic: string | ((value: T) => string);
  /** How records become values; a function gives text, bytes, or `null` for a tombstone. */
  readonly format: Format<T> | ((value: T) => string | Uint8Array | null);
  /** Key of a record: records of one key stay in order. */
  readonly key?: (value: T) => KeyLike;
  /** The partition of a record; by its key, as Kafka's own clients choose it, when left out. */
  readonly partitioner?: KafkaPartitioner<T>;
  /** Headers of a record. */
  readonly headers?: (value: T) => HeadersLike;
  /** Epoch ms; the record's event time when left out, else the time of writing. */
  readonly timestamp?: (value: T) => number;
  /**
   * `'at-least-once'` (the default): a snapshot waits until all before it is written; after a crash some records come
   * twice. `'exactly-once'`: readers of committed records see each once, when the snapshot after it is durable.
   * `'none'`: nothing waits.
   */
  readonly deliveryGuarantee?: DeliveryGuarantee;
  /** Begins the ids of its transactions; needed for exactly-once, and no other sink at the cluster may have it. */
  readonly transactionalIdPrefix?: string;
  /** After so long a broker aborts a transaction that nobody has ended: longer than a crash may last. 15 minutes when left out. */
  readonly transactionTimeout?: DurationLike;
  /** Bytes of the largest record; 1 MB when left out. */
  readonly maxRequestSize?: number;
}

const GUARANTEES: readonly unknown[] = ['none', 'at-least-once', 'exactly-once'];
const MAX_REQUEST_SIZE = 1_000_000;

/**
 * Writes records to Kafka topics. A broker that is gone is waited for, and holds back the stream.
 * @throws {TidemarkError} `kafka-option-invalid` when the cell runs; while it writes `kafka-topic-unknown`,
 *   `kafka-record-too-large`, `kafka-value-not-written`, `kafka-transaction-fenced`, `kafka-prefix-taken`,
 *   `kafka-authentication-failed`, `kafka-forbidden`
 * @example
 * const anomalies = kafkaTopic<{ sensor: string }>({ brokers: 'embedded', topic: 'anomalies', format: json() });
 * await anomalies.create();
 * env.fromData({ sensor: 'a' }, { sensor: 'b' }).sinkTo(
 *   kafkaSink<{ sensor: string }>({
 *     brokers: 'embedded',
 *     topic: 'anomalies',
 *     format: json(),
 *     key: ({ sensor }) => sensor,
 *     deliveryGuarantee: 'exactly-once',
 *     transactionalIdPrefix: 'docs',
 *   }),
 * );
 * await (await env.execute()).finished();
 * (await anomalies.records()).map(({ key }) => key); // → ['a', 'b']
 */
export function kafkaSink<T>(options: KafkaSinkOptions<T>): Sink<T> {
  checkOptions(options);
  const { brokers, topic, format, key, partitioner, headers, timestamp, tls, sasl } = options;
  const {
    deliveryGuarantee = 'at-least-once',
    transactionalIdPrefix = '',
    maxRequestSize = MAX_REQUEST_SIZE,
  } = options;
  const security = { ...(tls === undefined ? {} : { tls }), ...(sasl === undefined ? {} : { sasl }) };
  const settings: KafkaWriterSettings<T> = {
    topic,
    formatName: typeof format === 'function' ? 'what its function gives' : format.name,
    messages: messagesOf(format),
    key,
    partitioner,
    headers,
    timestamp,
    guarantee: deliveryGuarantee,
    prefix: transactionalIdPrefix,
    transactionTimeout: toMillis(options.transactionTimeout ?? '15 min'),
    maxRequestSize,
  };
  const open = (onRetry: OnRetry) => openCluster(brokers, security, onRetry);
  const ids =
    deliveryGuarantee === 'exactly-once'
      ? TransactionIds.of(brokerNames(brokers).join(), transactionalIdPrefix)
      : undefined;
  const used = [topic, format, key, partitioner, headers, timestamp].map((one) =>
    typeof one === 'function' ? one : undefined,
  );
  const named = typeof format === 'function' ? undefined : { name: format.name, ...format.parameters };
  return {
    kind: 'kafka',
    parameters: {
      brokers,
      topic: typeof topic === 'string' ? topic : undefined,
      format: named,
      deliveryGuarantee,
      transactionalIdPrefix,
    },
    functions: [...used, ...(typeof format === 'function' ? [] : (format.functions ?? []))],
    createWriter: (context) => new KafkaWriter(settings, open(context.trouble), ids, context),
    ...(ids === undefined
      ? {}
      : { createCommitter: ({ trouble }) => new KafkaCommitter(() => open(trouble), ids) }),
  };
}

function messagesOf<T>(format: KafkaSinkOptions<T>['format']): MessageFormat<T> {
  if (typeof format === 'function') {
    return {
      decode: () => {
        throw new TypeError('a sink decodes nothing');
      },
      encode: (value) => {
        const written = format(value);
        // A tombstone has no bytes; the protocol knows the difference.
        return (typeof written === 'string' ? encodeText(written) : written) as Uint8Array;
      },
    };
  }
  if (format.messages === undefined) throw formatHasNoMessages(format.name, 'write');
  return format.messages;
}

function checkOptions<T>(options: KafkaSinkOptions<T>): void {
  const { topic, format, deliveryGuarantee, transactionalIdPrefix, maxRequestSize } = options;
  const refuse = (option: string, value: unknown, rule: string): never => {
    throw kafkaOptionInvalid('kafkaSink', option, value, rule);
  };
  checkBrokers('kafkaSink', options.brokers);
  if (typeof topic !== 'function' && (typeof topic !== 'string' || topic === ''))
    refuse('topic', topic, 'names a topic, or is a function that does');
  if (typeof format !== 'function' && typeof format?.name !== 'string')
    refuse('format', format, 'is a format such as json(), or a function of a value');
  if (
    typeof topic === 'function' &&
    typeof format === 'object' &&
    format.messages?.beforeEncode !== undefined
  )
    refuse('topic', topic, 'is one topic where the schema of a registry is kept by topic');
  if (deliveryGuarantee !== undefined && !GUARANTEES.includes(deliveryGuarantee)) {
    refuse('deliveryGuarantee', deliveryGuarantee, "is 'none', 'at-least-once' or 'exactly-once'");
  }
  if (deliveryGuarantee === 'exactly-once' && !/\S/.test(transactionalIdPrefix ?? '')) {
    refuse(
      'transactionalIdPrefix',
      transactionalIdPrefix,
      "is a name of its own for deliveryGuarantee: 'exactly-once'",
    );
  }
  if (maxRequestSize !== undefined && !(Number.isInteger(maxRequestSize) && maxRequestSize > 0)) {
    refuse('maxRequestSize', maxRequestSize, 'is a number of bytes > 0');
  }
}
