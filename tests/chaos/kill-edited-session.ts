import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { HeadlessNotebook } from '../browser/harness/headless-notebook.ts';
import { JupyterServer } from '../browser/harness/jupyter-server.ts';
import { killSessionProcess } from '../browser/harness/kernel-processes.ts';
import { notebookJson } from '../browser/harness/notebook-file.ts';
import { FollowedViews } from '../notebooks/followed-views.ts';
import { randomNumbers } from './kill-session.ts';

const T0 = Date.UTC(2026, 10, 23, 12);
/** Sizes of windows that the edited cell has by turns, in seconds. */
const SIZES = [2, 5, 10];

/**
 * A notebook reads a file and a socket, counts in windows, and writes files exactly once. Its session process is killed
 * (kill -9) so many times at random moments, and the windows are edited in between. In the end every record of the file is
 * in the files once, the windows are those of the last edit, and of the socket nothing that was recorded is lost: what is
 * missing of a connection is its end.
 * @param seed of moments and edits; printed, so that a failure can be tried again
 */
export async function killEditedSession(kills: number, seed: number): Promise<void> {
  console.log(`kill -9 between edits: seed ${seed} (TIDEMARK_SEED replays it)`);
  const random = randomNumbers(seed);
  const count = 1_000 + 400 * kills;
  const lines = await lineServer();
  const server = await JupyterServer.start({
    files: {
      'chaos.ipynb': notebookJson(cellsOf(lines.port)),
      'readings.jsonl': Array.from({ length: count }, (_, n) => JSON.stringify({ n, at: T0 + n * 2 })).join(
        '\n',
      ),
    },
  });
  try {
    const notebook = await HeadlessNotebook.open(server, 'chaos.ipynb');
    const views = await FollowedViews.of(notebook.kernel);
    let size = 5;
    const runAll = async (): Promise<void> => {
      for (const { id, source } of notebook.cells) {
        const { status, reply } = await notebook.execute(source.replace('SIZE', String(size)), id);
        expect(status, `${id}: ${JSON.stringify(reply)}`).toBe('ok');
      }
    };
    await runAll();
    for (let kill = 0; kill < kills; kill++) {
      let changes = 1 + Math.floor(random() * 8);
      // Moments are counted in what views tell, since what is awaited is an event and not the clock.
      await views.until(() => {
        lines.send(3);
        return changes-- <= 0;
      });
      killSessionProcess(notebook.kernel.id);
      await views.until(() => views.titled('counts')?.status === 'waiting');
      if (random() < 0.7) size = SIZES[Math.floor(random() * SIZES.length)]!;
      await runAll();
    }
    await views.finished('counts');
    const counts = (views.titled('counts')?.rows ?? []).map(
      (row) => [`${String(row['key'])}@${String(row['start'])}`, row['value']] as const,
    );
    expect(new Map(counts)).toEqual(modelOf(count, size * 100));
    const written = (): number[] =>
      globSync(join(server.folder, 'out', '*.jsonl'))
        .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
        .map((line) => (JSON.parse(line) as { n: number }).n);
    // A cell's snapshot commits what is left.
    for (let tries = 0; tries < 50 && written().length < count; tries++)
      await notebook.execute('0', 'commit');
    expect(written().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
    checkLines((views.titled('lines')?.rows ?? []).map((row) => String(row['value'])));
    await notebook.close();
  } finally {
    await server.stop();
    lines.close();
  }
}

function cellsOf(port: number): string[] {
  return [
    `import { fileSink, fileSource, jsonLines, replay, TumblingEventTimeWindows, WatermarkStrategy } from 'tidemark';
     interface Reading { n: number; at: number }
     const readings = env.fromSource(
       replay(fileSource<Reading>('readings.jsonl', { format: jsonLines() }), { speed: 1, timestamp: 'at' }),
       WatermarkStrategy.forMonotonousTimestamps<Reading>().withTimestampAssigner((r) => r.at), 'readings');`,
    `readings.map(({ n }) => ({ n })).sinkTo(fileSink('out', { rolling: { interval: '300 ms' } })); 0`,
    `readings.keyBy((r) => r.n % 3).window(TumblingEventTimeWindows.of(SIZE * 100))
       .aggregate({ createAccumulator: () => 0, add: (_, n) => n + 1, getResult: (n) => n })
       .show({ title: 'counts', rows: 100_000 }); 0`,
    `env.socketTextStream('127.0.0.1', ${port}).show({ title: 'lines', rows: 100_000 }); 0`,
  ];
}

/** What an undisturbed run counts, by key and start of the window. */
function modelOf(count: number, size: number): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let n = 0; n < count; n++) {
    const at = T0 + n * 2;
    const id = `${n % 3}@${at - (at % size)}`;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** Lines are `connection:number`: of each connection there is the beginning, in order, once. */
function checkLines(lines: readonly string[]): void {
  const seen = new Map<number, number>();
  let last = 0;
  for (const line of lines) {
    const [connection = -1, number = -1] = line.split(':').map(Number);
    expect(connection, `${line} after connection ${last}`).toBeGreaterThanOrEqual(last);
    expect(number, `line ${line}`).toBe(seen.get(connection) ?? 0);
    seen.set(connection, number + 1);
    last = connection;
  }
  expect(lines.length).toBeGreaterThan(0);
}

/** A server on the loopback that sends numbered lines to whoever connected last. */
async function lineServer() {
  let connections = 0;
  let current: { socket: Socket; next: number; number: number } | undefined;
  const send = (count: number): void => {
    if (!current?.socket.writable) return;
    for (let i = 0; i < count; i++) current.socket.write(`${current.number}:${current.next++}\n`);
  };
  const server = createServer((socket) => {
    current = { socket, next: 0, number: connections++ };
    // A process that is killed resets the connection.
    socket.on('error', () => undefined);
    send(20);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    send,
    close: () => {
      current?.socket.destroy();
      server.close();
    },
  };
}
