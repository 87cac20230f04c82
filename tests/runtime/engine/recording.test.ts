import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generatorSource, replay, socketSource, WatermarkStrategy } from '../../../runtime/src/index.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { checkSource } from '../../../runtime/src/testing/index.ts';
import { Notebook, temporaryFolder } from './notebook.ts';

let folder: ReturnType<typeof temporaryFolder>;
let notebook: Notebook;

beforeEach(async () => {
  folder = temporaryFolder();
  notebook = await Notebook.open(folder.path('n.sqlite'));
  notebook.env.pause();
});
afterEach(async () => {
  await notebook.crash();
  folder.remove();
});

const numbers = (env: SessionEnvironment) =>
  env.fromSource(
    generatorSource((n) => ({ n, at: new Date(n) }), {
      count: 3_000,
      rate: 1_000,
      timestamp: (_, n) => n * 10,
    }),
    WatermarkStrategy.forMonotonousTimestamps(),
    'numbers',
  );

/** A server on the loopback that sends what it is told. */
async function lineServer() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  return {
    port,
    connected: async () => {
      if (sockets.length === 0) await once(server, 'connection');
    },
    send: (lines: readonly string[]) => sockets[0]?.write(lines.map((line) => `${line}\n`).join('')),
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('law 5: catch-up reads a recording, which is described', () => {
  it('says of each source what came, what is kept, since when and until when', async () => {
    notebook.cell('a', (env) => void numbers(env).show());
    await notebook.env.step(7);
    const [source] = notebook.env.recording().sources;
    expect(source).toMatchObject({
      name: 'numbers',
      kind: 'generator',
      rereadable: true,
      records: 7,
      kept: 7,
      bytes: 0,
      ended: false,
    });
    expect(source!.from!.getTime()).toBeLessThanOrEqual(source!.to!.getTime());
  });

  it('is exported and replayed: the same records with their timestamps, in order, whatever is read at once', async () => {
    notebook.cell('a', (env) => void numbers(env).show());
    notebook.env.resume();
    notebook.env.speed(100);
    await notebook.view('a/0').until(({ status }) => status === 'finished');
    const path = folder.path('numbers.recording');
    const exported = await notebook.env.recording().export(path);
    expect(exported).toMatchObject({ path, records: 3_000, bytes: readFileSync(path).length });
    for (const speed of ['max', 1_000] as const) {
      notebook.cell('b', (env) => {
        env.fromSource(replay<{ n: number; at: Date }>(path, { speed })).show();
      });
      await notebook.view('b/0').until(({ status }) => status === 'finished');
      expect(notebook.view('b/0').values).toEqual(notebook.view('a/0').values);
      notebook.cell('b', () => undefined);
    }
    // From a position in the middle of a batch.
    const source = replay<{ n: number }>(path);
    const context = { paced: false, now: 0, onReady: () => undefined };
    const first = source.createReader({ ...context });
    const some = first.poll(333, 0);
    first.close();
    if (typeof some === 'string') throw new Error(some);
    const rest = source.createReader({ ...context, position: some.position });
    const next = rest.poll(1, 0);
    rest.close();
    expect(next).toMatchObject({
      values: [{ n: some.values.length }],
      timestamps: [some.values.length * 10],
    });
  });

  it('says which sources a recording holds, and when it is damaged', async () => {
    notebook.cell('a', (env) => {
      numbers(env).show();
      env.fromSequence(1, 3).show();
    });
    await notebook.env.step(4);
    const path = folder.path('two.recording');
    await notebook.env.recording().export(path);
    expect(() => notebook.env.fromSource(replay(path))).toThrow(
      expect.objectContaining({ code: 'no-such-recorded-source' }),
    );
    const two = await notebook.env.fromSource(replay(path, { source: 'fromSequence' }));
    notebook.env.resume();
    expect(await two.executeAndCollect()).toEqual([1, 2]);
    const conforming = () => replay(path, { source: 'fromSequence' });
    expect(await checkSource(conforming, { records: [1, 2] })).toContain('goes on from any position');
    const bytes = readFileSync(path);
    truncateSync(path, bytes.length - 9);
    await expect(
      notebook.env.fromSource(replay(path, { source: 'numbers' })).executeAndCollect(),
    ).rejects.toMatchObject({ code: 'recording-damaged' });
    bytes[bytes.length - 100]! ^= 1;
    writeFileSync(path, bytes);
    await expect(
      notebook.env.fromSource(replay(path, { source: 'numbers' })).executeAndCollect(),
    ).rejects.toMatchObject({ code: 'recording-damaged' });
    writeFileSync(path, 'something else');
    expect(() => notebook.env.fromSource(replay(path))).toThrow(
      expect.objectContaining({ code: 'recording-damaged' }),
    );
  });
});

describe('law 12: a recording has limits of rows, bytes and time', () => {
  it('keeps the newest, and a rebuilt branch says since when', async () => {
    const server = await lineServer();
    const lines = (env: SessionEnvironment) => env.fromSource(socketSource('127.0.0.1', server.port));
    notebook.cell('a', (env) => void lines(env).show());
    const stepped = notebook.env.step(10, { timeout: 60_000 });
    await server.connected();
    server.send(Array.from({ length: 10 }, (_, n) => `line ${n}`));
    await stepped;
    const recording = notebook.env.recording();
    const [all] = recording.sources;
    expect(all).toMatchObject({ rereadable: false, records: 10, kept: 10 });
    expect(all!.bytes).toBeGreaterThan(100);
    recording.limit({ rows: 6 });
    expect(recording.sources[0]).toMatchObject({ records: 10, kept: 6 });
    recording.limit({ bytes: all!.bytes / 2.5 });
    expect(recording.sources[0]).toMatchObject({ records: 10, kept: 4 });
    notebook.cell('b', (env) => {
      lines(env)
        .map((line) => `b ${line}`)
        .show();
    });
    await notebook.env.step(0);
    expect(notebook.view('b/0').values).toEqual(['b line 6', 'b line 7', 'b line 8', 'b line 9']);
    const path = folder.path('lines.recording');
    expect(await recording.export(path)).toMatchObject({ records: 4 });
    notebook.session.clock.advanceTo(notebook.session.clock.now() + 60_000);
    recording.limit({ time: '10 s' });
    expect(recording.sources[0]).toMatchObject({ kept: 0, from: undefined });
    expect(() => recording.limit({ rows: 0 })).toThrow(expect.objectContaining({ code: 'bad-argument' }));
    server.close();
  });
});
