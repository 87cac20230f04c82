import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  avro,
  deadLetters,
  kafkaSink,
  kafkaSource,
  kafkaTopic,
  raw,
  StreamExecutionEnvironment,
} from '../../../../runtime/src/index.ts';
import { Notebook, temporaryFolder } from '../../engine/notebook.ts';

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

/** Answers that it is not well. */
let ill = false;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    if (ill) {
      response.statusCode = 503;
      response.end('in maintenance');
      return;
    }
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

test('what is no Avro, and what is of a schema that the registry or the reader cannot place, are dead letters', async () => {
  const topic = kafkaTopic({ brokers, topic: 'spoilt', format: raw() });
  await topic.create();
  const registry = { url };
  await write('spoilt', avro<Reading>({ schema: SCHEMA, registry }), { sensor: 'a', value: 1 });
  await topic.send(['no Avro', '\0\0\0\x01\x02 of no schema', ''].map((value) => ({ value })));
  await write('spoilt', avro<Reading>({ schema: SCHEMA, registry }), { sensor: 'b', value: 2 });
  const readings = (onBadRecord: 'fail' | 'dead-letter') => {
    const format = avro<Reading>({ schema: SCHEMA, registry });
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    return env.fromSource(kafkaSource({ brokers, topic: 'spoilt', format, until: 'latest', onBadRecord }));
  };
  expect(await readings('dead-letter').executeAndCollect()).toEqual([
    { sensor: 'a', value: 1 },
    { sensor: 'b', value: 2 },
  ]);
  const letters = await readings('dead-letter').getSideOutput(deadLetters).executeAndCollect();
  expect(letters.map(({ reason }) => reason)).toEqual([
    'it does not begin with the id of a schema',
    'schema 258: the registry has no such schema',
    'it does not begin with the id of a schema',
  ]);
  await expect(readings('fail').executeAndCollect()).rejects.toMatchObject({
    code: 'kafka-record-not-parsed',
  });
});

test('a registry that is away is waited for by source and sink, which say so, and nothing is lost', async () => {
  for (const topic of ['away-in', 'away-out']) await kafkaTopic({ brokers, topic, format: raw() }).create();
  const registry = { url };
  const format = () => avro<Reading>({ schema: SCHEMA, registry });
  await write('away-in', format(), { sensor: 'a', value: 1 });
  ill = true;
  const notebook = await Notebook.open(folder.path('away.sqlite'));
  notebook.cell('a', (env) => {
    const stream = env.fromSource(kafkaSource({ brokers, topic: 'away-in', format: format() }));
    stream.show();
    stream.sinkTo(kafkaSink<Reading>({ brokers, topic: 'away-out', format: format() }));
  });
  const view = notebook.view('a/0');
  await view.until(({ error }) => error !== undefined);
  expect(view).toMatchObject({ status: 'running', error: { code: 'schema-registry-unreachable' } });
  await notebook.untilNotice('a/1', (notice) => notice?.passes === true);
  expect(notebook.notices.get('a/1')?.error).toMatchObject({ code: 'schema-registry-unreachable' });
  ill = false;
  await view.until(({ values, error }) => values.length === 1 && error === undefined);
  await notebook.untilNotice('a/1', (notice) => notice === undefined);
  await notebook.crash();
});

test('topics by record and a schema by topic do not go together, which is said when the cell runs', () => {
  const format = avro<Reading>({ schema: SCHEMA, registry: { url } });
  expect(() => kafkaSink<Reading>({ brokers, topic: ({ sensor }) => sensor, format })).toThrow(
    expect.objectContaining({ code: 'kafka-option-invalid' }),
  );
});
