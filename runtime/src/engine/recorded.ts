import type { Timeline, TimelineEntry } from './timeline.ts';

/** How much of a recording is kept. */
export interface RecordingBudget {
  readonly rows: number;
  readonly bytes: number;
  /** Ms of the streams' clock. */
  readonly time: number;
}

/** Records that go together: of one entry, or of several of an earlier recording, the last of which is named. */
interface Kept {
  readonly seq: number;
  readonly stamp: number;
  readonly rows: number;
  readonly bytes: number;
  /** Has the records in memory. */
  readonly entry?: TimelineEntry;
}

/** Records in the store that lie together, up to the entry `last`. */
export interface EarlierRecords extends Omit<Kept, 'seq' | 'entry'> {
  readonly last: number;
}

/** Most of what is gone is left in the list before that is made shorter. */
const GONE = 1024;

/** What is kept of sources that cannot be read again, oldest first, within a budget (law 12); earlier recordings included. */
export class Recorded {
  budget: RecordingBudget;
  #kept: Kept[] = [];
  /** Place of the oldest that is still there. */
  #at = 0;
  #rows = 0;
  #bytes = 0;
  /** The last entry whose records are gone. */
  trimmedThrough = 0;

  constructor(budget: RecordingBudget, earlier: readonly EarlierRecords[]) {
    this.budget = budget;
    for (const { last, ...records } of earlier) this.#add({ seq: last, ...records });
  }

  /** The oldest entry whose records are kept; `undefined` if none are. */
  get oldest(): number | undefined {
    return this.#kept[this.#at]?.seq;
  }

  add(entry: TimelineEntry): void {
    this.#add({ seq: entry.seq, stamp: entry.stamp, rows: entry.count, bytes: entry.bytes ?? 0, entry });
  }

  /** Counts anew what a recording holds; earlier ones are before it. */
  recount(timeline: Timeline): void {
    const earlier = this.#kept
      .slice(this.#at)
      .filter(({ seq, entry }) => seq < timeline.tail && entry === undefined);
    this.#kept = [];
    this.#at = this.#rows = this.#bytes = 0;
    for (const kept of earlier) this.#add(kept);
    for (const entry of timeline.between(0)) if (entry.batch !== undefined) this.add(entry);
    this.trimmedThrough = Math.min(this.trimmedThrough, timeline.head);
  }

  /**
   * Lets the oldest go that are over the budget.
   * @param since by the clock, what came before is too old
   * @param mayGo the last entry that nobody has still to read
   * @returns whether any has gone
   */
  trim(now: number, mayGo: () => number): boolean {
    const before = this.trimmedThrough;
    let limit: number | undefined;
    for (let oldest = this.#kept[this.#at]; oldest !== undefined; oldest = this.#kept[this.#at]) {
      const { rows, bytes, time } = this.budget;
      if (this.#rows <= rows && this.#bytes <= bytes && oldest.stamp >= now - time) break;
      if (oldest.seq > (limit ??= mayGo())) break;
      this.#drop(oldest);
    }
    return this.trimmedThrough > before;
  }

  /** Entries up to this one are no longer there. */
  forgetThrough(seq: number): void {
    for (let oldest = this.#kept[this.#at]; oldest && oldest.seq <= seq; oldest = this.#kept[this.#at])
      this.#drop(oldest);
  }

  #add(kept: Kept): void {
    this.#kept.push(kept);
    this.#rows += kept.rows;
    this.#bytes += kept.bytes;
  }

  #drop({ seq, rows, bytes, entry }: Kept): void {
    this.#at += 1;
    this.#rows -= rows;
    this.#bytes -= bytes;
    this.trimmedThrough = seq;
    if (entry) entry.batch = undefined;
    if (this.#at < GONE || this.#at < this.#kept.length / 2) return;
    this.#kept = this.#kept.slice(this.#at);
    this.#at = 0;
  }
}
