import type { Format, MessageFormat } from '../../formats/format.ts';
import { DeadLetter } from '../../operators/dead-letter.ts';
import { partitionName, type KafkaRecord } from './kafka-cluster.ts';
import { formatHasNoMessages, kafkaRecordNotParsed } from './kafka-errors.ts';

/** Makes a record of the stream of a record of Kafka; `undefined` leaves it out. Throws when it does not parse. */
export type Deserialize<T> = (record: KafkaRecord) => T | undefined;

/** A record with what Kafka knows of it beside its value. */
export interface RecordWithMetadata<T> {
  /** Its topic. */
  readonly topic: string;
  /** Number of its partition, from 0. */
  readonly partition: number;
  /** Its place in the partition. */
  readonly offset: number;
  /** Epoch ms. */
  readonly timestamp: number;
  /** Its key as text; `null` without one. */
  readonly key: string | null;
  /** Header values as text. */
  readonly headers: Readonly<Record<string, string>>;
  /** `null` of a tombstone. */
  readonly value: T | null;
}

/** A format that looks at the whole record. */
export interface MetadataFormat<R> extends Format<R> {
  /** Makes a record of the stream of a record of Kafka. */
  readonly deserialize: Deserialize<R>;
}

/** What becomes of a record that does not parse: the job fails with it, or a side output gets it. */
export type OnBadRecord = 'fail' | 'dead-letter';

const PREVIEW_CHARACTERS = 200;
const text = new TextDecoder();

/** Turns Kafka's records into those of the stream. */
export class RecordDecoder<T> {
  readonly #deserialize: Deserialize<T>;
  readonly #messages: MessageFormat<T> | undefined;
  readonly #formatName: string;
  readonly #onBadRecord: OnBadRecord;

  constructor(format: Format<T> | Deserialize<T>, onBadRecord: OnBadRecord) {
    this.#onBadRecord = onBadRecord;
    if (typeof format === 'function') {
      this.#formatName = 'for the function that reads it';
      this.#deserialize = format;
      return;
    }
    const { messages, name } = format;
    if (messages === undefined) throw formatHasNoMessages(name, 'read');
    this.#formatName = name;
    this.#messages = messages;
    // A tombstone says that a key is gone; as a value alone it says nothing.
    this.#deserialize =
      (format as Partial<MetadataFormat<T>>).deserialize ??
      (({ value }) => (value === null ? undefined : messages.decode(value)));
  }

  /** True if `prepare` has something to do. */
  get prepares(): boolean {
    return this.#messages?.beforeDecode !== undefined;
  }

  /** Fetches what must be known of these records before they are decoded. */
  prepare(records: readonly KafkaRecord[]): Promise<void> | undefined {
    return this.#messages?.beforeDecode?.(records.map(({ value }) => value));
  }

  /** @throws {TidemarkError} `kafka-record-not-parsed`, unless bad records become dead letters */
  decode(record: KafkaRecord): T | DeadLetter | undefined {
    try {
      return this.#deserialize(record);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const { topic, partition, offset, timestamp, key, value } = record;
      if (this.#onBadRecord === 'dead-letter') {
        return new DeadLetter(`${partitionName(record)}@${offset}`, reason, timestamp, key, value);
      }
      const shown = value === null ? '(no value)' : text.decode(value.subarray(0, PREVIEW_CHARACTERS));
      throw kafkaRecordNotParsed({ topic, partition, offset }, this.#formatName, reason, shown, error);
    }
  }
}

/**
 * Reads values by a format, and hands them on with topic, partition, offset, timestamp, key and headers.
 * @example
 * const quakes = kafkaTopic<{ mag: number }>({ brokers: 'embedded', topic: 'quakes', format: json() });
 * await quakes.create();
 * await quakes.send([{ key: 'alaska', value: { mag: 4.5 }, headers: { network: 'ak' } }]);
 * const source = kafkaSource({
 *   brokers: 'embedded',
 *   topic: 'quakes',
 *   format: withMetadata(json<{ mag: number }>()),
 *   until: 'latest',
 * });
 * const [quake] = await env.fromSource(source).executeAndCollect();
 * [quake?.key, quake?.value, quake?.headers, quake?.offset]; // → ['alaska', { mag: 4.5 }, { network: 'ak' }, 0]
 */
export function withMetadata<T>(format: Format<T>): MetadataFormat<RecordWithMetadata<T>> {
  const { messages, name } = format;
  if (messages === undefined) throw formatHasNoMessages(name, 'read');
  return {
    ...(format as unknown as Format<RecordWithMetadata<T>>),
    name: `${name} with metadata`,
    messages: { ...messages, decode: refuse, encode: refuse },
    deserialize: ({ topic, partition, offset, timestamp, key, headers, value }) => ({
      topic,
      partition,
      offset,
      timestamp,
      key: key === null ? null : text.decode(key),
      headers: Object.fromEntries(headers.map(([header, bytes]) => [header, text.decode(bytes)])),
      value: value === null ? null : messages.decode(value),
    }),
  };
}

function refuse(): never {
  throw formatHasNoMessages('withMetadata', 'be used where a record has none; it reads');
}
