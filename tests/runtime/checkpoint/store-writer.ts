// A process that writes cuts until it is killed, and says which of them the store has called durable.
import { SqliteCutStore } from '../../../runtime/src/checkpoint/sqlite-cut-store.ts';
import { blocksOf, entry } from './stored-entries.ts';

const [path = '', first = '1'] = process.argv.slice(2);
const store = await SqliteCutStore.open(path);
process.stdout.write('open\n');
for (let id = Number(first); ; id++) {
  const values = [new Uint8Array(500).fill(id)];
  const seqs = Array.from({ length: 20 }, (_, i) => id * 20 + i);
  store.appendTimeline(blocksOf(seqs.map((seq) => entry(seq, { stamp: id, values }))));
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
