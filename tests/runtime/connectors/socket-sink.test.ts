import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { csv, socketSink, StreamExecutionEnvironment } from '../../../runtime/src/index.ts';

let server: Server;
let port: number;
let env: StreamExecutionEnvironment;
let received: string;

beforeEach(async () => {
  received = '';
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  env = StreamExecutionEnvironment.getExecutionEnvironment();
});
afterEach(() => void server.close());

/** Resolves when the peer has read everything of one connection. */
async function readAll(): Promise<void> {
  const [socket] = (await once(server, 'connection')) as [NodeJS.ReadableStream];
  for await (const piece of socket) received += String(piece);
}

test('every record is a line, and a slow peer holds the stream up', async () => {
  const reading = readAll();
  env.fromSequence(1, 200_000).sinkTo(socketSink('127.0.0.1', port));
  await (await env.execute()).finished();
  await reading;
  expect(received.split('\n').slice(0, -1)).toEqual(Array.from({ length: 200_000 }, (_, n) => String(n + 1)));
});

test('a record is written by its format, and ends with the delimiter', async () => {
  const reading = readAll();
  env
    .fromData({ a: 1, b: 'x,y' })
    .sinkTo(socketSink('127.0.0.1', port, { format: csv({ header: ['a', 'b'] }), delimiter: ';' }));
  await (await env.execute()).finished();
  await reading;
  expect(received).toBe('1,"x,y";');
});

test('nobody who listens is an error', async () => {
  server.close();
  env.fromData(1).sinkTo(socketSink('127.0.0.1', port));
  await expect((await env.execute()).finished()).rejects.toMatchObject({
    cause: { code: 'connection-failed' },
  });
});

test.each([0, 70_000])('a port that cannot be is refused: %s', (wrong) => {
  expect(() => socketSink('localhost', wrong)).toThrow('port');
});
