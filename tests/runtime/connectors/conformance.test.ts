import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import {
  collectionSource,
  csv,
  databaseSink,
  fileSink,
  fileSource,
  generatorSource,
  httpSource,
  json,
  jsonLines,
  parquet,
  raw,
  replay,
  sequenceSource,
  socketSink,
  socketSource,
  sqlite,
  webSocketSink,
  webSocketSource,
  type ColumnFormat,
  type Format,
  type Source,
} from '../../../runtime/src/index.ts';
import { checkSink, checkSource, type SinkUnderTest } from '../../../runtime/src/testing/index.ts';
import { temporaryFolder } from '../engine/notebook.ts';

let folder: ReturnType<typeof temporaryFolder>;
/** What is to be closed after the test, last first. */
let closing: (() => void)[];
let worlds = 0;

beforeEach(() => {
  folder = temporaryFolder();
  closing = [() => folder.remove()];
});
afterEach(() => {
  for (const close of closing.reverse()) close();
});

const records = Array.from({ length: 50 }, (_, n) => ({ n, text: `record "${n}", ü` }));
const RESUMES = ['goes on from any position', 'survives failures of its job'];

function written(name: string, text: string | Uint8Array): string {
  writeFileSync(folder.path(name), text);
  return folder.path(name);
}

const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

test.each<[string, () => Source<unknown>, readonly unknown[]]>([
  ['a collection', () => collectionSource(records), records],
  ['a sequence', () => sequenceSource(3, 40), Array.from({ length: 38 }, (_, n) => n + 3)],
  [
    'a generator',
    () => generatorSource((n) => n * n, { count: 30 }),
    Array.from({ length: 30 }, (_, n) => n * n),
  ],
  [
    'a generator without an end',
    () => generatorSource((n) => n, { rate: 100_000 }),
    Array.from({ length: 60 }, (_, n) => n),
  ],
  ['JSON lines', () => fileSource(written('a.jsonl', lines(records))), records],
  ['a JSON document', () => fileSource(written('a.json', JSON.stringify(records))), records],
  [
    'CSV',
    () => fileSource(written('a.csv', `n,text\n${records.map(({ n }) => `${n},"a ""${n}"""\n`).join('')}`)),
    records.map(({ n }) => ({ n, text: `a "${n}"` })),
  ],
  [
    'several files',
    () => {
      written('1.jsonl', lines(records.slice(0, 20)));
      written('2.jsonl', lines(records.slice(20)));
      return fileSource(folder.path('*.jsonl'));
    },
    records,
  ],
  ['a file that is followed', () => fileSource(written('a.jsonl', lines(records)), { watch: true }), records],
  [
    'Parquet',
    () => {
      const data = records.slice(0, 6).map(({ n }) => n);
      const columnData = [{ name: 'n', data, type: 'INT32' as const }];
      return fileSource(
        written('a.parquet', new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 2 }))),
      );
    },
    records.slice(0, 6).map(({ n }) => ({ n })),
  ],
  [
    'a replay',
    () => replay(collectionSource(records), { timestamp: ({ n }) => n * 10, speed: 1_000 }),
    records,
  ],
])('a source that conforms: %s', async (_name, make, expected) => {
  const checked = await checkSource(make, { records: expected });
  expect(checked).toEqual(expect.arrayContaining(RESUMES));
});

test('a source that conforms: a socket', async () => {
  const server = await listening((socket) => socket.end('a\nb\nc\n'));
  const make = () => socketSource('127.0.0.1', server);
  expect(await checkSource(make, { records: ['a', 'b', 'c'] })).toContain('gives all records');
});

test('a source that conforms: a WebSocket', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  closing.push(() => server.close());
  await once(server, 'listening');
  server.on('connection', (socket) => {
    for (const record of records) socket.send(JSON.stringify(record));
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const make = () => webSocketSource(url, { format: json<unknown>() });
  expect(await checkSource(make, { records })).toContain('gives all records');
});

test('a source that conforms: events, which go on behind the last id', async () => {
  const server = createHttpServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const last = Number(request.headers['last-event-id'] ?? -1);
    for (const record of records.slice(last + 1)) {
      response.write(`id: ${record.n}\ndata: ${JSON.stringify(record)}\n\n`);
    }
  });
  closing.push(
    () => void server.closeAllConnections(),
    () => void server.close(),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const checked = await checkSource(() => httpSource<unknown>(url), { records, resumes: true });
  expect(checked).toEqual(expect.arrayContaining(RESUMES));
});

test('a source that conforms: a document that is fetched again and again', async () => {
  const server = createHttpServer((_request, response) => void response.end(JSON.stringify(records)));
  closing.push(
    () => void server.closeAllConnections(),
    () => void server.close(),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const make = () => httpSource<unknown>(url, { every: 20, format: json() });
  expect(await checkSource(make, { records })).toContain('gives all records');
});

test.each<[string, Format<(typeof records)[number]> | ColumnFormat<(typeof records)[number]>]>([
  ['JSON lines', jsonLines()],
  ['CSV', csv()],
  ['Parquet', parquet()],
])('a sink that conforms: files of %s', async (_name, format) => {
  const make = (): SinkUnderTest<(typeof records)[number]> => {
    const out = folder.path(`out-${(worlds += 1)}`);
    return {
      sink: fileSink(out, { format, rolling: { size: 100 } }),
      read: async () => {
        const names = readdirSync(out).filter((name) => !name.startsWith('.'));
        const read = await Promise.all(names.map((name) => recordsIn(`${out}/${name}`)));
        return read.flat();
      },
    };
  };
  expect(await checkSink(make, { records })).toEqual(EXACTLY_ONCE);
});

const EXACTLY_ONCE = [
  'has plain state',
  'writes all records',
  'shows nothing before its commit',
  'commits twice as once',
  'commits what was prepared before a crash',
  'goes on after a restore',
  'drops what no cut holds',
  'flushes what was prepared though it closes',
  'takes part in jobs that fail',
];

async function recordsIn(path: string): Promise<(typeof records)[number][]> {
  const bytes = readFileSync(path);
  if (path.endsWith('.parquet')) {
    const file = new Uint8Array(bytes).buffer;
    return (await parquetReadObjects({ file })) as (typeof records)[number][];
  }
  const text = String(bytes).trimEnd().split('\n');
  if (path.endsWith('.jsonl')) return text.map((line) => JSON.parse(line) as (typeof records)[number]);
  return text.slice(1).map((line) => {
    const [n, quoted] = /^(\d+),"(.*)"$/.exec(line)!.slice(1) as [string, string];
    return { n: Number(n), text: quoted.replaceAll('""', '"') };
  });
}

test.each([
  ['rows without a key', undefined],
  ['rows by key', 'n' as const],
])('a sink that conforms: %s', async (_name, key) => {
  const make = (): SinkUnderTest<(typeof records)[number]> => {
    const path = folder.path(`${(worlds += 1)}.sqlite`);
    const tables = new DatabaseSync(path);
    tables.exec(`CREATE TABLE t (n INTEGER ${key === undefined ? '' : 'PRIMARY KEY'}, text TEXT)`);
    return {
      sink: databaseSink(sqlite(path), { table: 't', key }),
      read: () =>
        tables
          .prepare('SELECT n, text FROM t')
          .all()
          .map((row) => ({ ...row })) as typeof records,
      dispose: () => tables.close(),
    };
  };
  // By key, rows can be seen before their cut is durable; what is written twice is the same.
  const rules =
    key === undefined ? EXACTLY_ONCE : EXACTLY_ONCE.filter((rule) => !/its commit|as once/.test(rule));
  expect(await checkSink(make, { records })).toEqual(rules);
});

test('a sink that conforms: files of text', async () => {
  const make = (): SinkUnderTest<string> => {
    const out = folder.path(`out-${(worlds += 1)}`);
    return {
      sink: fileSink(out, { format: raw(), rolling: { size: 100 } }),
      read: () =>
        readdirSync(out)
          .filter((name) => !name.startsWith('.'))
          .flatMap((name) =>
            String(readFileSync(`${out}/${name}`))
              .trimEnd()
              .split('\n'),
          ),
    };
  };
  expect(await checkSink(make, { records: records.map(({ text }) => text) })).toEqual(EXACTLY_ONCE);
});

test('sinks that conform, at least once: a socket and a WebSocket', async () => {
  const texts = records.map(({ text }) => text);
  const overSocket = async (): Promise<SinkUnderTest<string>> => {
    let received = '';
    const port = await listening((socket) => void socket.on('data', (data) => (received += String(data))));
    return { sink: socketSink('127.0.0.1', port), read: () => received.split('\n').slice(0, -1) };
  };
  const overWebSocket = async (): Promise<SinkUnderTest<string>> => {
    const received: string[] = [];
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    closing.push(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    await once(server, 'listening');
    server.on('connection', (socket) =>
      socket.on('message', (data: Buffer) => received.push(JSON.parse(String(data)) as string)),
    );
    const { port } = server.address() as AddressInfo;
    return { sink: webSocketSink(`ws://127.0.0.1:${port}`), read: () => received };
  };
  for (const make of [overSocket, overWebSocket]) {
    const checked = await checkSink(make, { records: texts, guarantee: 'at-least-once' });
    expect(checked).toContain('takes part in jobs that fail');
  }
});

/** The port of a server that serves each connection so. */
async function listening(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
