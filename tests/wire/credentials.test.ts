import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

const SECRET = 'hidden-c0ffee';
/** As it stands in a header of `Basic`. */
const ENCODED = Buffer.from(`${SECRET}:${SECRET}`).toString('base64');
let directory: string;
let kernel: WireKernel;
/** Refuses everybody, and repeats what they have said. */
let server: Server;
const heard: string[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tidemark-credentials-'));
  writeFileSync(join(directory, 'secrets.env'), `TOKEN=${SECRET}\n`);
  server = createServer((request, response) => {
    const said = JSON.stringify([request.url, request.headers]);
    heard.push(said);
    response.statusCode = 401;
    response.end(said);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  kernel = await WireKernel.start({ directory });
});
afterAll(async () => {
  await kernel?.stop();
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});

/** Everything that the kernel has written beside the notebook. */
function filesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== 'secrets.env')
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesOf(path) : [path]));
}

test('credentials reach whom they are for, and are in no snapshot, graph, view, error or output', async () => {
  const { port } = server.address() as AddressInfo;
  const at = `127.0.0.1:${port}`;
  const cells = [
    `import { avro, databaseLookup, databaseSink, AsyncDataStream, httpSource, json, kafkaSink, kafkaSource, kafkaTopic, postgres, raw, secret, webSocketSink, webSocketSource } from 'tidemark';
     const token = secret('TOKEN');`,
    `env.fromSource(httpSource('http://${at}/events', { headers: { authorization: token } })).show();`,
    `env.fromSource(httpSource(() => \`http://${at}/polled?key=\${token()}\`, { every: '1 s', format: json() })).show();`,
    `env.fromSource(webSocketSource(() => \`ws://${at}/?key=\${token()}\`, { headers: { 'x-token': token } })).show();`,
    `env.fromData('a').sinkTo(webSocketSink('ws://${at}', { headers: { 'x-token': token } }));`,
    `const sasl = { mechanism: 'PLAIN', username: token, password: token } as const;
     env.fromSource(kafkaSource({ brokers: '${at}', topic: 'a', format: raw(), sasl })).show();`,
    `env.fromData('a').sinkTo(kafkaSink<string>({ brokers: '${at}', topic: 'a', format: raw(), sasl }));`,
    `await kafkaTopic({ brokers: 'embedded', topic: 'a', format: raw() }).create();
     const registry = { url: 'http://${at}', auth: () => ({ username: token(), password: token() }) };
     env.fromData({ n: 1 }).sinkTo(kafkaSink<{ n: number }>({ brokers: 'embedded', topic: 'a', format: avro({ registry }) }));`,
    `const shop = postgres({ host: '127.0.0.1', port: ${port}, database: 'shop', user: token, password: token, ssl: { ca: token(), key: token() } });
     env.fromData({ n: 1 }).sinkTo(databaseSink(shop, { table: 't', key: 'n' }));
     AsyncDataStream.orderedWait(env.fromData(1), databaseLookup(shop, { table: 't', key: 'n', of: (n: number) => n })).show();`,
    `%%sql
     CREATE TABLE users (k STRING, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'jdbc', 'url' = 'jdbc:postgresql://${at}/shop', 'table-name' = 'users', 'username' = '\${secret:TOKEN}', 'password' = '\${secret:TOKEN}')`,
    `%%sql
     INSERT INTO users VALUES ('a')`,
    `[shop, sasl, registry, env.jobs(), env.snapshots(), env.recording()]`,
  ];
  for (const [n, code] of cells.entries()) await kernel.execute(code, { cellId: `cell-${n}` });
  // Whatever has nobody to talk to says so, in a view or under its cell: that is where it could repeat what it knows.
  const said = (): string => JSON.stringify(kernel.messages.map(({ content }) => content));
  const problems = [
    `httpSource(): no connection to http://${at}/events`,
    'httpSource(): no connection to the address that its function gives',
    'webSocketSource(): no connection to the address that its function gives',
    `webSocketSink(): no connection to ws://${at}`,
    `Kafka at ${at} cannot be reached`,
    `The schema registry at http://${at} refused`,
    `The database ${at}/shop refused`,
  ];
  await kernel.until(() => problems.every((problem) => said().includes(problem)));
  await kernel.execute('env.snapshots().length', { cellId: 'last' });
  await kernel.stop();
  expect(heard.filter((text) => text.includes(SECRET)).length).toBeGreaterThan(3);
  for (const secret of [SECRET, ENCODED]) expect(said() + kernel.log).not.toContain(secret);
  const files = filesOf(directory);
  expect(files.length).toBeGreaterThan(2);
  for (const path of files) {
    for (const secret of [SECRET, ENCODED]) expect(readFileSync(path).includes(secret), path).toBe(false);
  }
});
