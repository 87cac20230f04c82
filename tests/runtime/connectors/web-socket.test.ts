import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  json,
  StreamExecutionEnvironment,
  webSocketSink,
  webSocketSource,
} from '../../../runtime/src/index.ts';
import { Notebook, temporaryFolder } from '../engine/notebook.ts';
import { PushedSource } from '../engine/pushed-source.ts';

let server: WebSocketServer;
let url: string;
let env: StreamExecutionEnvironment;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/prices`;
  env = StreamExecutionEnvironment.getExecutionEnvironment();
});
afterEach(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

/** Calls back with each connection and its number, from 1. */
function serve(work: (socket: WebSocket, number: number) => void): void {
  let connections = 0;
  server.on('connection', (socket) => work(socket, (connections += 1)));
}

const reconnect = { initialDelay: 1, attempts: 3 };

test('messages are records until the server closes normally', async () => {
  serve((socket) => {
    for (const price of [3, 1, 2]) socket.send(JSON.stringify({ price }));
    socket.close(1000);
  });
  const prices = env.fromSource(webSocketSource(url, { format: json<{ price: number }>() }));
  expect(await prices.executeAndCollect()).toEqual([{ price: 3 }, { price: 1 }, { price: 2 }]);
});

test('a message is text without a format', async () => {
  serve((socket) => {
    socket.send('grüß dich');
    socket.close(1000);
  });
  expect(await env.fromSource(webSocketSource(url)).executeAndCollect()).toEqual(['grüß dich']);
});

test('a connection that breaks is made again, and greeted again', async () => {
  const greetings: string[] = [];
  serve((socket, number) => {
    socket.on('message', (data: Buffer) => {
      greetings.push(String(data));
      socket.send(`from connection ${number}`);
      if (number < 3) socket.send('', () => socket.terminate());
      else socket.close(1000);
    });
  });
  const source = webSocketSource(url, { greeting: 'subscribe', reconnect });
  const messages = await env
    .fromSource(source)
    .filter((text) => text !== '')
    .executeAndCollect();
  expect(messages).toEqual(['from connection 1', 'from connection 2', 'from connection 3']);
  expect(greetings).toEqual(['subscribe', 'subscribe', 'subscribe']);
});

test('a stream fails when its server does not come back', async () => {
  serve((socket) => {
    socket.send('last words', () => {
      server.close();
      socket.terminate();
    });
  });
  const messages = env.fromSource(webSocketSource(url, { reconnect })).executeAndCollect();
  await expect(messages).rejects.toMatchObject({
    code: 'connection-failed',
    details: { attempts: 3, where: url },
  });
});

test('an address where nobody listens is an error at once', async () => {
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const source = webSocketSource(`ws://127.0.0.1:${port}`);
  await expect(env.fromSource(source).executeAndCollect()).rejects.toThrow('ECONNREFUSED');
});

test('a message that does not parse is an error that shows it', async () => {
  serve((socket) => socket.send('{"price":'));
  const source = webSocketSource(url, { format: json() });
  await expect(env.fromSource(source).executeAndCollect()).rejects.toMatchObject({
    code: 'message-not-parsed',
    message: expect.stringContaining('{"price":') as string,
  });
});

test('what the stream does not take makes the server wait, and nothing is lost', async () => {
  const count = 60_000;
  serve((socket) => {
    for (let n = 0; n < count; n++) socket.send(String(n));
    socket.close(1000);
  });
  const numbers = await env.fromSource(webSocketSource(url)).executeAndCollect();
  expect(numbers).toEqual(Array.from({ length: count }, (_, n) => String(n)));
});

test('header fields are sent, and are in no parameter', async () => {
  const seen = once(server, 'connection');
  serve((socket) => socket.close(1000));
  const source = webSocketSource(url, { headers: { authorization: () => 'Bearer 12345' } });
  await env.fromSource(source).executeAndCollect();
  const [, request] = (await seen) as [WebSocket, { headers: Record<string, string> }];
  expect(request.headers['authorization']).toBe('Bearer 12345');
  expect(JSON.stringify(source.parameters)).not.toContain('12345');
});

test.each([
  ['http://localhost', 'source-option-invalid'],
  ['ws://user:password@localhost', 'credentials-in-url'],
])('an address that cannot be is refused: %s', (address, code) => {
  expect(() => webSocketSource(address)).toThrow(expect.objectContaining({ code }) as Error);
});

test('every record is sent as a message, and the job ends when the last has left', async () => {
  const received: unknown[] = [];
  const closed = Promise.withResolvers<void>();
  serve((socket) => {
    socket.on('message', (data: Buffer) => received.push(JSON.parse(String(data))));
    socket.on('close', () => closed.resolve());
  });
  env.fromSequence(1, 10_000).sinkTo(webSocketSink(url));
  await (await env.execute()).finished();
  await closed.promise;
  expect(received).toEqual(Array.from({ length: 10_000 }, (_, n) => n + 1));
});

test('a sink connects again', async () => {
  const source = new PushedSource();
  const broken = Promise.withResolvers<void>();
  const received: number[] = [];
  serve((socket, number) => {
    socket.on('message', (data: Buffer) => {
      if (number === 2) return void received.push(Number(data));
      socket.terminate();
      broken.resolve();
    });
  });
  env.fromSource(source).sinkTo(webSocketSink(url, { reconnect }));
  const job = await env.execute();
  await source.push(1);
  await broken.promise;
  // What was on its way when the connection broke is lost; what comes after arrives in order.
  for (let n = 2; received.length < 5; n++) await source.push(n);
  expect(received).toEqual(received.map((_, n) => received[0]! + n));
  await job.cancel();
});

test('a sink whose server is not there fails its job', async () => {
  server.close();
  await once(server, 'close');
  env.fromSequence(1, 50).sinkTo(webSocketSink(url));
  await expect((await env.execute()).finished()).rejects.toMatchObject({
    cause: { code: 'connection-failed' },
  });
});

test('a server that is gone for a while is said to be, by the view of a source and by a sink, until it is back', async () => {
  const folder = temporaryFolder();
  const notebook = await Notebook.open(folder.path('n.sqlite'));
  const answering = (): void => serve((socket) => socket.send('hello'));
  answering();
  const patient = { initialDelay: 1, maxDelay: 10 };
  const source = new PushedSource();
  notebook.cell('a', (session) => {
    session.fromSource(webSocketSource(url, { reconnect: patient })).show();
    session
      .fromSource(source)
      .sinkTo(webSocketSink(url, { reconnect: patient }))
      .name('out');
  });
  await source.push(1);
  const view = notebook.view('a/0');
  await view.until(({ values }) => values.length === 1);
  const { port } = server.address() as AddressInfo;
  for (const client of server.clients) client.terminate();
  server.close();
  await once(server, 'close');
  await view.until(({ error }) => error !== undefined);
  expect(view).toMatchObject({ status: 'running', error: { code: 'connection-lost' } });
  await notebook.untilNotice('a/1', (notice) => notice?.passes === true);
  server = new WebSocketServer({ port, host: '127.0.0.1' });
  answering();
  await view.until(({ error, values }) => error === undefined && values.length > 1);
  await notebook.untilNotice('a/1', (notice) => notice === undefined);
  await notebook.crash();
  folder.remove();
});
