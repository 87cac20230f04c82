// A process that writes cuts until it is killed, and says which of them the store has called durable.
import { SqliteCutStore } from '../../../runtime/src/checkpoint/sqlite-cut-store.ts';

const [path = '', first = '1'] = process.argv.slice(2);
const store = await SqliteCutStore.open(path);
process.stdout.write('open\n');
for (let id = Number(first); ; id++) {
  store.appendTimeline(
    Array.from({ length: 20 }, (_, i) => ({
      seq: id * 20 + i,
      stamp: id,
      source: 'numbers',
      kind: 'batch' as const,
      count: 1,
      data: new Uint8Array(500).fill(id),
    })),
  );
  const blobs = Array.from({ length: 8 }, (_, i) => ({
    key: `part ${i}`,
    bytes: new Uint8Array(30_000).fill(id + i),
  }));
  await store.writeCut({
    id,
    seq: id * 20 + 19,
    label: `[${id}]`,
    time: id,
    graph: new Uint8Array(100).fill(id),
    blobs,
  });
  process.stdout.write(`${id}\n`);
}
