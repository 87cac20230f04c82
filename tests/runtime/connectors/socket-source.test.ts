import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { socketSource } from '../../../runtime/src/connectors/socket-source.ts';
import type { SourceReader } from '../../../runtime/src/connectors/source.ts';
import { readValues } from './read-source.ts';

let server: Server;
let port: number;
const readers: SourceReader<string>[] = [];

beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterEach(() => {
  readers.splice(0).forEach((reader) => reader.close());
  server.close();
});

/** A reader, what it says next, and the server's end of its connection. */
async function connected(delimiter?: string) {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  let ready = Promise.withResolvers<void>();
  const reader = socketSource('127.0.0.1', port, { delimiter }).createReader({
    paced: true,
    now: 0,
    onReady: () => ready.resolve(),
  });
  readers.push(reader);
  const next = async (max = 1024) => {
    for (;;) {
      const result = reader.poll(max, 0);
      if (result !== 'wait') return result;
      await ready.promise;
      ready = Promise.withResolvers<void>();
    }
  };
  const [peer] = await accepted;
  peer.setNoDelay(true);
  peer.on('error', () => undefined);
  return { reader, next, peer };
}

test('lines come as the peer ends them; what is left at the close is the last line', async () => {
  const { next, peer } = await connected();
  peer.write('a\nb\r\n\nc');
  expect(await next()).toEqual({ values: ['a', 'b', ''], position: 3 });
  peer.end('d');
  expect(await next()).toEqual({ values: ['cd'], position: 4 });
  expect(await next()).toBe('end');
});

test('characters and delimiters that are cut in two between packets are put together', async () => {
  const { next, peer } = await connected('||');
  const bytes = Buffer.from('é𝄞||x|y||');
  const all: string[] = [];
  for (const byte of bytes) await new Promise((resolve) => peer.write(Uint8Array.of(byte), resolve));
  peer.end();
  for (let batch = await next(); batch !== 'end'; batch = await next()) all.push(...batch.values);
  expect(all).toEqual(['é𝄞', 'x|y']);
});

test('no more than asked for is handed over', async () => {
  const { next, peer } = await connected();
  peer.end('1\n2\n3\n');
  expect(await next(2)).toEqual({ values: ['1', '2'], position: 2 });
  expect(await next(2)).toEqual({ values: ['3'], position: 3 });
  expect(await next()).toBe('end');
});

test('a peer that is faster than the stream has to wait, and nothing is lost', async () => {
  const { reader, next, peer } = await connected();
  const line = 'x'.repeat(1000);
  let written = 0;
  let finished = false;
  // 60 MB: more than the operating system's buffers and the source's together hold.
  const writing = (async () => {
    for (; written < 60_000; written++) {
      if (!peer.write(`${written}:${line}\n`)) await once(peer, 'drain');
    }
    finished = true;
    peer.end();
  })();
  await next(1);
  // The reader takes no more for as long as the socket still brings something.
  for (let before = -1; before !== written;) {
    before = written;
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(finished).toBe(false);
  let count = 1;
  for (let batch = await next(); batch !== 'end'; batch = await next()) {
    for (const value of batch.values) expect(value.startsWith(`${count++}:`)).toBe(true);
  }
  await writing;
  expect(count).toBe(60_000);
  reader.close();
});

test('a socket nobody listens on fails with host, port, cause and what to do', async () => {
  server.close();
  await expect(readValues(socketSource('127.0.0.1', port))).rejects.toMatchObject({
    code: 'socket-failed',
    details: { host: '127.0.0.1', port, reason: 'ECONNREFUSED' },
    message: expect.stringMatching(
      new RegExp(`127.0.0.1:${port}.*nobody listens there.*nc -lk ${port}`, 's'),
    ),
  });
});

test('a connection that breaks off fails after the lines that came before', async () => {
  const { next, peer } = await connected();
  peer.write('a\n');
  expect(await next()).toEqual({ values: ['a'], position: 1 });
  peer.resetAndDestroy();
  await expect(next()).rejects.toMatchObject({ code: 'socket-failed', details: { reason: 'ECONNRESET' } });
});

test('a source that is closed hangs up', async () => {
  const { reader, peer } = await connected();
  const closed = once(peer, 'close');
  peer.resume();
  reader.close();
  await closed;
});

test('a host or port that cannot be is refused when the cell runs', () => {
  expect(() => socketSource('localhost', 99_999).validate?.()).toThrow(/65535/);
  expect(() => socketSource('', 1).validate?.()).toThrow(/host/);
  expect(() => socketSource('localhost', 1, { delimiter: '' }).validate?.()).toThrow(/delimiter/);
  expect(socketSource('localhost', 1).rereadable).toBe(false);
});
