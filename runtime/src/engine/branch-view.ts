import { ChangingRows } from './changing-rows.ts';
import type { RecordOrigin, View, ViewObserver, ViewStatus, WatermarkProgress } from './view.ts';

/** Most records a view keeps for `latest()`. */
const LATEST = 1_000;

/** A view's part of a cut. */
interface SavedView {
  readonly records: number;
  readonly rows: unknown;
}

interface SeenRecord {
  readonly value: unknown;
  /** Set on a change of a table. */
  readonly origin: RecordOrigin | undefined;
}

/** What `show()` returned: the user's end of a view. It outlives the lanes that feed it. */
export class BranchView implements View {
  readonly id: string;
  readonly #stop: () => void;
  readonly #start: () => void;
  #latest: SeenRecord[] = [];
  /** Records seen so far; the last of them are in `#latest`. */
  #count = 0;
  readonly #takers = new Set<{
    left: number;
    taken: unknown[];
    done: (taken: unknown[]) => void;
    fail: (error: Error) => void;
  }>();
  #ended = false;
  #error: Error | undefined;

  constructor(id: string, start: () => void, stop: () => void) {
    this.id = id;
    this.#start = start;
    this.#stop = stop;
  }

  latest(): unknown[] {
    const rows = new ChangingRows();
    for (const { value, origin } of this.#latest) rows.add(value, origin);
    return rows.values();
  }

  take(n: number): Promise<unknown[]> {
    if (!Number.isInteger(n) || n < 1)
      return Promise.reject(new RangeError(`take(n) needs a whole number above 0, not ${String(n)}`));
    this.#start();
    if (this.#error) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve([]);
    return new Promise((done, fail) => this.#takers.add({ left: n, taken: [], done, fail }));
  }

  stop(): void {
    this.#stop();
  }

  /** Puts this view's ears between a lane and the rows. */
  tap(rows: ViewObserver): ViewObserver {
    const before = { latest: this.#latest, count: this.#count };
    this.#latest = [];
    this.#count = 0;
    this.#ended = false;
    this.#error = undefined;
    return {
      onRecord: (value: unknown, timestamp: number | undefined, origin: RecordOrigin | undefined) => {
        this.#onRecord(value, origin);
        rows.onRecord(value, timestamp, origin);
      },
      onWatermark: (watermark: number) => rows.onWatermark(watermark),
      onProgress: (progress: readonly WatermarkProgress[], now: number) => rows.onProgress(progress, now),
      snapshot: (): SavedView => ({ records: this.#count, rows: rows.snapshot() }),
      restore: (state: unknown) => {
        const { records, rows: saved } = state as SavedView;
        // Gone back in time, it has seen those already; in a new process it has seen none.
        const known = before.latest.length - (before.count - records);
        this.#latest = known > 0 && records <= before.count ? before.latest.slice(0, known) : [];
        this.#count = records;
        rows.restore(saved);
      },
      onStatus: (status: ViewStatus, error?: Error) => {
        rows.onStatus(status, error);
        this.#onStatus(status, error);
      },
    };
  }

  #onRecord(value: unknown, origin: RecordOrigin | undefined): void {
    this.#count += 1;
    this.#latest.push({ value, origin: origin?.change === undefined ? undefined : origin });
    if (this.#latest.length >= 2 * LATEST) this.#latest = this.#latest.slice(-LATEST);
    if (origin?.change === 'remove') return;
    for (const taker of this.#takers) {
      taker.taken.push(value);
      taker.left -= 1;
      if (taker.left > 0) continue;
      this.#takers.delete(taker);
      taker.done(taker.taken);
    }
  }

  #onStatus(status: ViewStatus, error: Error | undefined): void {
    if (status !== 'finished' && status !== 'failed' && status !== 'stopped') return;
    this.#ended = true;
    this.#error = status === 'failed' ? error : undefined;
    for (const taker of this.#takers) {
      if (this.#error) taker.fail(this.#error);
      else taker.done(taker.taken);
    }
    this.#takers.clear();
  }
}
