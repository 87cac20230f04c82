import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  avro,
  kafkaSink,
  kafkaSource,
  kafkaTopic,
  raw,
  StreamExecutionEnvironment,
} from '../../../../runtime/src/index.ts';
import { temporaryFolder } from '../../engine/notebook.ts';

interface Reading {
  readonly sensor: string;
  readonly value: number;
}

const SCHEMA = {
  type: 'record' as const,
  name: 'Reading',
  fields: [
    { name: 'sensor', type: 'string' },
    { name: 'value', type: 'double' },
  ],
};
const OLDER = { ...SCHEMA, fields: [{ name: 'sensor', type: 'string' }] };
const NEWER = {
  ...SCHEMA,
  fields: [...SCHEMA.fields, { name: 'unit', type: 'string', default: 'mm' }],
};

const folder = temporaryFolder();
const brokers = `embedded:${folder.path('kafka.sqlite')}`;
/** A registry as Confluent's answers: schemas by id, versions by subject. */
const schemas: string[] = [];
const subjects = new Map<string, number>();
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => (body += String(text)));
    request.on('end', () => {
      const [, id] = /^\/schemas\/ids\/(\d+)$/.exec(request.url!) ?? [];
      const [, subject] = /^\/subjects\/(.+)\/versions/.exec(request.url!) ?? [];
      if (request.method === 'POST') {
        const { schema } = JSON.parse(body) as { schema: string };
        if (!schemas.includes(schema)) schemas.push(schema);
        subjects.set(subject!, schemas.indexOf(schema));
        response.end(JSON.stringify({ id: schemas.indexOf(schema) }));
      } else if (id !== undefined && schemas[Number(id)] !== undefined) {
        response.end(JSON.stringify({ schema: schemas[Number(id)] }));
      } else if (subject !== undefined && subjects.has(subject)) {
        const at = subjects.get(subject)!;
        response.end(JSON.stringify({ id: at, schema: schemas[at] }));
      } else {
        response.statusCode = 404;
        response.end('{"error_code":40403}');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  folder.remove();
});

async function read<T>(topic: string, format: ReturnType<typeof avro<T>>): Promise<T[]> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  return env.fromSource(kafkaSource({ brokers, topic, format, until: 'latest' })).executeAndCollect();
}

async function write<T>(topic: string, format: ReturnType<typeof avro<T>>, ...values: T[]): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.fromData(...values).sinkTo(kafkaSink<T>({ brokers, topic, format }));
  await (await env.execute()).finished();
}

test('with a schema alone a message is the bare value, and what it read is plain data', async () => {
  const topic = kafkaTopic({ brokers, topic: 'bare', format: raw() });
  await topic.create();
  await write('bare', avro<Reading>({ schema: SCHEMA }), { sensor: 'a', value: 0.5 });
  const [reading] = await read('bare', avro<Reading>({ schema: SCHEMA }));
  expect(reading).toEqual({ sensor: 'a', value: 0.5 });
  expect(Object.getPrototypeOf(reading)).toBe(Object.prototype);
});

test('with a registry messages of several versions are read, each by its own schema and resolved to that of the reader', async () => {
  await kafkaTopic({ brokers, topic: 'versions', format: raw() }).create();
  const registry = { url };
  await write('versions', avro<Reading>({ schema: SCHEMA, registry }), { sensor: 'a', value: 1 });
  await write('versions', avro<object>({ schema: NEWER, registry }), { sensor: 'b', value: 2, unit: 'cm' });
  // Without a schema of its own a sink writes by the latest of the subject.
  await write('versions', avro<object>({ registry }), { sensor: 'c', value: 3, unit: 'm' });
  expect(await read('versions', avro<object>({ registry }))).toEqual([
    { sensor: 'a', value: 1 },
    { sensor: 'b', value: 2, unit: 'cm' },
    { sensor: 'c', value: 3, unit: 'm' },
  ]);
  expect(await read('versions', avro<object>({ schema: OLDER, registry }))).toEqual([
    { sensor: 'a' },
    { sensor: 'b' },
    { sensor: 'c' },
  ]);
});

test('a value that the schema does not allow, and a registry without the schema, are errors that say so', async () => {
  await kafkaTopic({ brokers, topic: 'refused', format: raw() }).create();
  const wrong = { sensor: 'a', value: 'high' } as unknown as Reading;
  await expect(write('refused', avro<Reading>({ schema: SCHEMA }), wrong)).rejects.toMatchObject({
    cause: { code: 'kafka-value-not-written' },
  });
  await expect(write('refused', avro<Reading>({ registry: { url } }), wrong)).rejects.toMatchObject({
    cause: { code: 'schema-registry-failed' },
  });
});
