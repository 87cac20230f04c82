import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decode, encode, encodePlain } from '../../../runtime/src/checkpoint/codec.ts';
import { savepointFiles } from '../../../runtime/src/checkpoint/savepoint-file.ts';
import { SqliteCutStore } from '../../../runtime/src/checkpoint/sqlite-cut-store.ts';
import { SessionStore } from '../../../runtime/src/engine/session-store.ts';
import { Notebook, temporaryFolder } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';
import { TransactionalWorld } from './transactional-sink.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

/** A store of so few bytes that `fill` leaves none. */
function smallStore() {
  let opened: SessionStore | undefined;
  return {
    open: async (path: string, warn: (message: string) => void): Promise<SessionStore> => {
      const onWarning = (error: Error): void => warn(error.message);
      const store = await SqliteCutStore.open(path, { maxBytes: 400_000, onWarning });
      return (opened = new SessionStore(store, { encode, encodePlain, decode }, savepointFiles));
    },
    fill: () => opened!.writeNote('large', 'x'.repeat(1_000_000)),
  };
}

/** What kill -9 leaves at one path, at another. */
function leave(from: string, to: string): void {
  for (const suffix of ['', '-wal', '.pid'])
    if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
}

test('law 8: after a crash it is said since when a session had to go on in memory, and that sinks write again', async () => {
  const world = new TransactionalWorld();
  const source = new PushedSource();
  const writing = (notebook: Notebook): void => {
    notebook.cell('a', (env) => void env.fromSource(source).sinkTo(world.sink()));
  };
  const [path, onDisk, inMemory] = [
    folder.path('n.sqlite'),
    folder.path('disk.sqlite'),
    folder.path('memory.sqlite'),
  ];
  const { open, fill } = smallStore();
  const full = await Notebook.open(path, false, open);
  writing(full);
  await source.push(1, 2);
  await full.session.beginCut({ label: 'on the disk' })!.durable;
  await world.seen(2);
  leave(path, onDisk);
  await fill();
  await source.push(3, 4);
  await full.session.beginCut({ label: 'in memory' })!.durable;
  await world.seen(4);
  expect(full.warnings).toEqual([expect.stringContaining('cannot be written')]);
  leave(path, inMemory);
  await full.crash();

  const resumed = await Notebook.open(inMemory, true);
  expect(resumed.warnings).toEqual([
    expect.stringMatching(
      /could not write to it since \d{4}-.*sinks write once more what they have written since/,
    ),
  ]);
  writing(resumed);
  await source.push(5);
  await resumed.session.beginCut({ label: 'again' })!.durable;
  await world.seen(7);
  expect(world.committed).toEqual([1, 2, 3, 4, 3, 4, 5]);
  await resumed.crash();
  // It has ended in order, and the other had lost nothing.
  for (const left of [inMemory, onDisk]) {
    const again = await Notebook.open(left, true);
    expect(again.warnings).toEqual([]);
    await again.crash();
  }
});

test('law 8: after a crash of a session that had nowhere to write it is said that nothing is left', async () => {
  writeFileSync(folder.path('a-file'), '');
  const path = folder.path('a-file/n.sqlite');
  const crashing = await Notebook.open(path);
  expect(crashing.warnings).toEqual([expect.stringContaining('cannot be written')]);
  await crashing.crash();
  const resumed = await Notebook.open(path, true);
  expect(resumed.warnings).toEqual([
    expect.stringContaining('cannot be written'),
    expect.stringContaining('cells that run again begin their streams anew'),
  ]);
  await resumed.crash();
});
