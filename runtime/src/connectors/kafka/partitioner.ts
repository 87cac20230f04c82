import { kafkaProtocol } from './kafka-protocol.ts';

/** Chooses the partition of a record; `key` is what `key` gave, as bytes. */
export type KafkaPartitioner<T> = (value: T, key: Uint8Array | null, partitions: number) => number;

/** Keeps the hash within Java's positive integers, as Kafka's own clients do. */
const POSITIVE = 0x7fffffff;

/** The partition that Kafka's own clients choose for a key: records of a key stay in order. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (kafkaProtocol().murmur2(asBuffer(key)) & POSITIVE) % partitions;
}

/** A key: text, a number, written as text, or bytes. */
export type KeyLike = string | number | bigint | Uint8Array | null | undefined;

const encoder = new TextEncoder();

/** Text of numbers, too: a key is compared by its bytes. */
export function keyBytes(key: KeyLike): Uint8Array | null {
  if (key === null || key === undefined) return null;
  return key instanceof Uint8Array ? key : encoder.encode(String(key));
}

/** Header values by name. */
export type HeadersLike = Readonly<Record<string, string | Uint8Array>>;

export function headerPairs(headers: HeadersLike | undefined): readonly (readonly [string, Uint8Array])[] {
  if (headers === undefined) return [];
  return Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? encoder.encode(value) : value,
  ]);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
