import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from './notebook.ts';

let folder: ReturnType<typeof temporaryFolder>;
let server: Server;
let port: number;
let connections: Socket[];

beforeEach(async () => {
  folder = temporaryFolder();
  connections = [];
  // Each connection gets ten lines that say which connection it is.
  server = createServer((socket) => {
    connections.push(socket);
    const name = connections.length;
    socket.on('error', () => undefined);
    socket.write(Array.from({ length: 10 }, (_, i) => `${name}/${i}\n`).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as { port: number });
});
afterEach(() => {
  for (const socket of connections) socket.destroy();
  server.close();
  folder.remove();
});

const lines = (connection: number) => Array.from({ length: 10 }, (_, i) => `${connection}/${i}`);
const shown = (env: SessionEnvironment) => void env.socketTextStream('127.0.0.1', port).show();

it('law 5: a rebuilt branch gets what the socket had sent before it was there', async () => {
  const notebook = await Notebook.open(folder.path('n.sqlite'));
  notebook.cell('a', shown);
  await notebook.view('a/0').until((view) => view.values.length === 10);
  notebook.cell(
    'b',
    (env) =>
      void env
        .socketTextStream('127.0.0.1', port)
        .map((line) => line.toUpperCase())
        .show(),
  );
  await notebook.view('b/0').until((view) => view.values.length === 10);
  expect(notebook.view('b/0').values).toEqual(lines(1));
  // Equal sources are one source (law 1).
  expect(connections).toHaveLength(1);
  await notebook.crash();
});

it('law 8: of a socket nothing that was recorded is lost in a crash', async () => {
  const first = await Notebook.open(folder.path('n.sqlite'));
  first.cell('a', shown);
  await first.view('a/0').until((view) => view.values.length === 10);
  // No cut has seen the lines; the recording has them.
  await first.crash();
  const second = await Notebook.open(folder.path('n.sqlite'), true);
  expect(second.cell('a', shown).resumed).toHaveLength(1);
  await second.view('a/0').until((view) => view.values.length === 20);
  expect(second.view('a/0').values).toEqual([...lines(1), ...lines(2)]);
  await second.crash();
});

it('law 7: what the socket sent after a snapshot comes again when it is restored', async () => {
  const notebook = await Notebook.open(folder.path('n.sqlite'));
  notebook.cell('a', shown);
  const [snapshot] = notebook.env.snapshots();
  await notebook.view('a/0').until((view) => view.values.length === 10);
  await notebook.env.restore(snapshot?.id);
  await notebook.view('a/0').until((view) => view.values.length === 10);
  expect(notebook.view('a/0').values).toEqual(lines(1));
  expect(connections).toHaveLength(1);
  await notebook.crash();
});
