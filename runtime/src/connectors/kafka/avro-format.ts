import type { Schema, Type } from 'avsc';
import type { Format, MessageFormat } from '../../formats/format.ts';
import { onDemand } from '../on-demand.ts';
import { formatHasNoMessages, kafkaOptionInvalid } from './kafka-errors.ts';
import { SchemaRegistry, type SchemaRegistryOptions } from './schema-registry.ts';

/** How Avro messages find their schema. */
export interface AvroOptions {
  /** The schema as read and written; with a registry, messages of other versions are resolved to it. */
  readonly schema?: Schema;
  /** A Confluent-compatible schema registry: then messages begin with the id of their schema. */
  readonly registry?: SchemaRegistryOptions;
}

const avsc = onDemand<typeof import('avsc')>('avsc');

const MAGIC_BYTE = 0;
const HEADER_BYTES = 5;

/**
 * Avro, for messages. With a schema alone, a message is the bare value. With a registry it begins with the id of the
 * schema it was written by, which is fetched once; what is written is registered as `<topic>-value`.
 * @throws {TidemarkError} `kafka-option-invalid` without schema and registry
 * @example
 * const format = avro<{ sensor: string; value: number }>({
 *   schema: {
 *     type: 'record',
 *     name: 'Reading',
 *     fields: [
 *       { name: 'sensor', type: 'string' },
 *       { name: 'value', type: 'double' },
 *     ],
 *   },
 * });
 * const bytes = format.messages!.encode({ sensor: 'a', value: 0.5 });
 * bytes.length; // → 10
 * format.messages!.decode(bytes).value; // → 0.5
 */
export function avro<T>({ schema, registry }: AvroOptions): Format<T> {
  if (schema === undefined && registry === undefined) {
    throw kafkaOptionInvalid('avro', 'schema', schema, 'is given, or a registry that knows it');
  }
  const type = schema === undefined ? undefined : avsc().Type.forSchema(schema);
  return {
    name: 'avro',
    parameters: { schema, registry: registry?.url },
    createDecoder: () => {
      throw formatHasNoMessages('avro', 'be read from files; it reads');
    },
    messages:
      registry === undefined
        ? bareMessages<T>(type!)
        : registryMessages<T>(new SchemaRegistry(registry), type),
  };
}

function bareMessages<T>(type: Type): MessageFormat<T> {
  return {
    decode: (bytes) => plain(type.fromBuffer(asBuffer(bytes))) as T,
    encode: (value) => encoded(type, value),
  };
}

type Writer =
  | { readonly type: Type; readonly resolver?: ReturnType<Type['createResolver']> }
  | { readonly unreadable: string };

function registryMessages<T>(registry: SchemaRegistry, reader: Type | undefined): MessageFormat<T> {
  /** Of ids that were asked for; what cannot be read by says why. */
  const writers = new Map<number, Writer>();
  let writing: { id: number; type: Type } | undefined;
  const known = async (id: number): Promise<void> => {
    const schema = await registry.schema(id);
    try {
      if (schema === undefined) throw new TypeError('the registry has no such schema');
      const type = avsc().Type.forSchema(JSON.parse(schema) as Schema);
      writers.set(
        id,
        reader === undefined ? { type } : { type: reader, resolver: reader.createResolver(type) },
      );
    } catch (error) {
      writers.set(id, { unreadable: `schema ${id}: ${(error as Error).message}` });
    }
  };
  return {
    decode: (bytes) => {
      const writer = writers.get(schemaId(bytes))!;
      if ('unreadable' in writer) throw new TypeError(writer.unreadable);
      const { type, resolver } = writer;
      return plain(type.fromBuffer(asBuffer(bytes.subarray(HEADER_BYTES)), resolver)) as T;
    },
    encode: (value) => {
      const { id, type } = writing!;
      const body = encoded(type, value);
      const bytes = Buffer.alloc(HEADER_BYTES + body.length);
      bytes.writeInt32BE(id, 1);
      bytes.set(body, HEADER_BYTES);
      return bytes;
    },
    beforeDecode: (messages) => {
      const missing = new Set<number>();
      for (const bytes of messages) {
        if (bytes === null || bytes.length < HEADER_BYTES || bytes[0] !== MAGIC_BYTE) continue;
        const id = schemaId(bytes);
        if (!writers.has(id)) missing.add(id);
      }
      return missing.size === 0 ? undefined : Promise.all([...missing].map(known)).then(() => undefined);
    },
    beforeEncode: async (topic) => {
      const subject = `${topic}-value`;
      if (reader !== undefined) {
        writing = { id: await registry.register(subject, JSON.stringify(reader.schema())), type: reader };
        return;
      }
      const { id, schema } = await registry.latest(subject);
      writing = { id, type: avsc().Type.forSchema(JSON.parse(schema) as Schema) };
    },
  };
}

function schemaId(bytes: Uint8Array): number {
  if (bytes[0] !== MAGIC_BYTE || bytes.length < HEADER_BYTES)
    throw new TypeError('it does not begin with the id of a schema');
  return asBuffer(bytes).readInt32BE(1);
}

function encoded(type: Type, value: unknown): Uint8Array {
  type.isValid(value, {
    errorHook: (path, found) => {
      throw new TypeError(`${path.join('.') || 'the value'} cannot be ${JSON.stringify(found)} here`);
    },
  });
  return type.toBuffer(value);
}

/** Records of Avro's library have a class of their own; what is kept in state is plain data. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Date)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
