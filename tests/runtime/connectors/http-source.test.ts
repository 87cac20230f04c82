import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { csv, httpSource, json, raw, StreamExecutionEnvironment } from '../../../runtime/src/index.ts';

let server: Server;
let url: string;
let env: StreamExecutionEnvironment;
/** Header fields of the requests so far. */
let requests: Record<string, string | string[] | undefined>[];
let answer: (response: ServerResponse, number: number) => void;

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.headers);
    answer(response, requests.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`;
  env = StreamExecutionEnvironment.getExecutionEnvironment();
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const EVENTS = { 'content-type': 'text/event-stream' };
const reconnect = { initialDelay: 1, attempts: 3 };

test('events are records, in pieces as they come, until the server has no more', async () => {
  answer = (response, number) => {
    if (number === 2) return void response.writeHead(204).end();
    response.writeHead(200, EVENTS);
    response.write('data: {"n": 1}\n\nda');
    response.write('ta: {"n":\ndata: 2}\n\n: a comment\n\n');
    response.end();
  };
  const events = env.fromSource(httpSource(url, { format: json<{ n: number }>(), reconnect }));
  expect(await events.executeAndCollect()).toEqual([{ n: 1 }, { n: 2 }]);
});

test('a connection that breaks goes on behind the last event', async () => {
  answer = (response, number) => {
    if (number === 3) return void response.writeHead(204).end();
    response.writeHead(200, EVENTS);
    response.write(`id: ${number}\ndata: ${number}\n\n`, () => response.destroy());
  };
  const events = env.fromSource(httpSource(url, { format: raw(), reconnect }));
  expect(await events.executeAndCollect()).toEqual(['1', '2']);
  expect(requests.map((headers) => headers['last-event-id'])).toEqual([undefined, '1', '2']);
});

test('a document that is fetched again gives its records when it has changed', async () => {
  const documents = ['[1, 2]', '[1, 2]', '[3]'];
  answer = (response, number) => response.end(documents[Math.min(number, 3) - 1]);
  const source = httpSource(url, { every: '1 ms', format: json<number>() });
  expect(await env.fromSource(source).executeAndCollect({ limit: 3 })).toEqual([1, 2, 3]);
});

test('the server is asked for a document only if it has changed', async () => {
  answer = (response, number) => {
    if (requests.at(-1)!['if-none-match'] === '"first"' && number < 4)
      return void response.writeHead(304).end();
    const etag = number === 1 ? '"first"' : '"second"';
    response.writeHead(200, { etag }).end(number === 1 ? 'a,b\n1,2\n' : 'a,b\n3,4\n');
  };
  const source = httpSource(url, { every: '1 ms', format: csv<{ a: number; b: number }>() });
  const records = await env.fromSource(source).executeAndCollect({ limit: 2 });
  expect(records).toEqual([
    { a: 1, b: 2 },
    { a: 3, b: 4 },
  ]);
});

test('a server that fails for a while is asked again; one that never answered is an error', async () => {
  answer = (response, number) => {
    if (number === 2 || number === 3) return void response.writeHead(503).end();
    response.end(JSON.stringify([number]));
  };
  const source = httpSource(url, { every: 1, format: json<number>(), reconnect });
  expect(await env.fromSource(source).executeAndCollect({ limit: 2 })).toEqual([1, 4]);
  answer = (response) => response.writeHead(401).end();
  await expect(env.fromSource(httpSource(url, { every: 1 })).executeAndCollect()).rejects.toMatchObject({
    code: 'connection-failed',
    message: expect.stringContaining('status 401') as string,
  });
  await expect(env.fromSource(httpSource(url)).executeAndCollect()).rejects.toThrow('status 401');
});

test('a credential is sent, and is in no parameter and no error', async () => {
  answer = (response) => response.writeHead(403).end();
  const source = httpSource(() => `${url}?token=12345`, {
    headers: { authorization: () => Promise.resolve('Bearer 67890') },
  });
  const failure = await env
    .fromSource(source)
    .executeAndCollect()
    .catch((error: Error) => error);
  expect(requests[0]!['authorization']).toBe('Bearer 67890');
  const told = `${JSON.stringify(source.parameters)} ${String(failure)} ${JSON.stringify(failure)}`;
  expect(told).not.toMatch(/12345|67890/);
});

test('a document that does not parse is an error', async () => {
  answer = (response) => response.end('{');
  await expect(env.fromSource(httpSource(url, { every: 1 })).executeAndCollect()).rejects.toMatchObject({
    code: expect.stringMatching(/not-parsed|json/) as string,
  });
});
