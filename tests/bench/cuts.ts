// What cuts cost: how long the stream stands still, how fast they are written, what is written of what has changed, what a cut
// every second costs, how long a restore takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generatorSource, WatermarkStrategy } from 'tidemark';
import { openSession, openStore, SessionEnvironment, type Session } from '../../runtime/src/session.ts';
import { Keep, type Price } from './price-sums.ts';
import { QUIET_HOST } from './quiet-host.ts';

const SECONDS = 10;
/** Enough that one in a hundred is more than one. */
const CUTS = 300;

export interface CutsMeasured {
  readonly keys: number;
  /** How long the stream stood still as each cut began, ms. */
  readonly pauses: readonly number[];
  /** Entries a second of the first cut, while the stream ran and while it was paused. */
  readonly writeRate: number;
  readonly idleWriteRate: number;
  readonly fullBytes: number;
  /** Bytes of a cut after one key in a hundred has changed. */
  readonly partBytes: number;
  /** Records a second: without cuts, and with one every second, one key in a hundred touched in each; then with all keys touched. */
  readonly rate: number;
  readonly rateWithCuts: number;
  readonly rateAll: number;
  readonly rateAllWithCuts: number;
  /** From the file to a lane that goes on, ms: its state, and all with the recording of so many entries that leads up to it. */
  readonly stateMs: number;
  readonly restoreMs: number;
  readonly recorded: number;
  readonly peakMiB: number;
}

/** Which keys come: each once, one in a hundred for a while, or any. */
type Phase = 'fill' | 'part' | 'all';

/** A session whose job keeps the state of so many keys. */
class Bench {
  phase: Phase = 'fill';
  session!: Session;
  /** How long reading the recording took. */
  recordingMs = 0;
  readonly #keys: number;
  readonly #path: string;
  #close: (() => Promise<void>) | undefined;
  #part = 0;

  constructor(keys: number, path: string) {
    this.#keys = keys;
    this.#path = path;
  }

  async open(resume: boolean): Promise<void> {
    const store = await openStore(this.#path, (warning) => console.error(warning));
    const start = performance.now();
    await store.timeline(1);
    this.recordingMs = performance.now() - start;
    this.session = await openSession(QUIET_HOST, store, resume);
    this.session.configure({ checkpointing: { interval: 1e12 } } as never);
    this.#close = async () => {
      this.session.close();
      await store.close();
    };
    const env = new SessionEnvironment(this.session);
    this.session.beginCell('a');
    env
      .fromSource(
        generatorSource((i) => this.#priceAt(i), { count: 1e12 }),
        WatermarkStrategy.noWatermarks(),
        'prices',
      )
      .keyBy('key')
      .process(() => new Keep())
      .sinkTo({ kind: 'nowhere', createWriter: () => ({ write: () => undefined }) });
    this.session.endCell('a', { text: '[1]' }, false);
  }

  async close(): Promise<void> {
    await this.#close?.();
  }

  get records(): number {
    return Math.max(...this.session.jobs().map(({ records }) => records));
  }

  /** The next hundredth of the keys is touched from here on. */
  nextPart(): void {
    this.#part += 1;
  }

  /** Records a second: in seconds that begin with nothing, and by turns in seconds that begin with a cut, and last until it is on disk. */
  async rates(
    seconds: number,
    cut: () => Promise<void>,
  ): Promise<{ readonly plain: number; readonly withCuts: number }> {
    const sums = [0, 0];
    for (let second = 0; second < 2 * seconds; second++) {
      this.nextPart();
      const before = this.records;
      const start = performance.now();
      await Promise.all([sleep(1000), second % 2 === 1 ? cut() : undefined]);
      sums[second % 2]! += ((this.records - before) / (performance.now() - start)) * 1000;
    }
    return { plain: sums[0]! / seconds, withCuts: sums[1]! / seconds };
  }

  #priceAt(i: number): Price {
    const keys = this.#keys;
    const price = (i % 1000) + 1;
    if (this.phase === 'fill') return { key: i % keys, price };
    const random = (Math.imul(i, 0x9e3779b1) ^ (i >>> 7)) >>> 0;
    if (this.phase === 'all') return { key: random % keys, price };
    const size = keys / 100;
    return { key: (this.#part % 100) * size + (random % size), price };
  }
}

export async function measureCuts(keys: number): Promise<CutsMeasured> {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-bench-'));
  const bench = new Bench(keys, join(folder, 'session.sqlite'));
  const pauses: number[] = [];
  const cut = (): Promise<void> => {
    const start = performance.now();
    const begun = bench.session.beginCut({ label: 'bench' });
    pauses.push(performance.now() - start);
    return begun!.durable;
  };
  try {
    await bench.open(false);
    while (bench.records < 2 * keys) await sleep(20);
    bench.phase = 'part';
    const full = performance.now();
    await cut();
    const writeRate = (keys / (performance.now() - full)) * 1000;
    const fullBytes = bench.session.snapshots().at(-1)!.bytes;
    // The keys of exactly one part are touched between these.
    bench.nextPart();
    await sleep(100);
    await cut();
    const before = bench.session.snapshots().at(-1)!.bytes;
    bench.nextPart();
    await sleep(1500);
    await cut();
    const partBytes = bench.session.snapshots().at(-1)!.bytes - before;
    for (let i = 0; i < CUTS; i++) {
      bench.nextPart();
      await sleep(20);
      await cut();
    }
    await bench.rates(1, cut);
    const part = await bench.rates(SECONDS, cut);
    bench.phase = 'all';
    const all = await bench.rates(SECONDS / 2, cut);
    bench.session.pause();
    await cut();
    await bench.close();
    const start = performance.now();
    await bench.open(true);
    const opened = bench.recordingMs;
    const records = bench.records;
    while (bench.records <= records) await sleep(1);
    // The recording was read once more, to tell the two apart.
    const restoreMs = performance.now() - start - opened;
    const stateMs = Math.max(0, restoreMs - opened);
    const recorded = bench.session.engine.timeline.head;
    bench.session.pause();
    const idle = performance.now();
    await cut();
    const idleWriteRate = (keys / (performance.now() - idle)) * 1000;
    const peakMiB = process.resourceUsage().maxRSS / 1024;
    return {
      keys,
      pauses,
      writeRate,
      idleWriteRate,
      fullBytes,
      partBytes,
      rate: part.plain,
      rateWithCuts: part.withCuts,
      rateAll: all.plain,
      rateAllWithCuts: all.withCuts,
      stateMs,
      restoreMs,
      recorded,
      peakMiB,
    };
  } finally {
    await bench.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}
