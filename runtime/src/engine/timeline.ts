import type { GeneratedRange, SourcePosition } from '../connectors/source.ts';
import { ParamLog } from './param-log.ts';

/** Records of an entry, kept as long as somebody may need them. */
export interface RecordedBatch {
  readonly values: readonly unknown[];
  readonly timestamps?: readonly (number | undefined)[] | undefined;
  /** The records as a range, as long as nobody has looked at `values`; for a lane that is alone in reading them. */
  readonly range?: GeneratedRange<unknown> | undefined;
}

/** One thing that happened to a source, in the order in which it happened to the session (law 5). */
export interface TimelineEntry {
  /** Place in the order, from 1 and without gaps. */
  readonly seq: number;
  /** The runtime's clock then, epoch ms. */
  readonly stamp: number;
  /** Fingerprint of the source; of a change of a param, its name. */
  readonly source: string;
  /** `begin`: its recording begins here, at `position`, as the source goes on where a savepoint has left it. */
  readonly kind: 'begin' | 'batch' | 'idle' | 'active' | 'end' | 'param';
  /** Number of records; 0 unless a batch. */
  readonly count: number;
  /** Where the source stood before and after; records between can be read again if it is re-readable. The value of a param. */
  readonly from?: SourcePosition;
  readonly position?: SourcePosition;
  /** The split that a batch is of, if its source has several. */
  readonly split?: string;
  /** True if the split ends with the batch. */
  readonly endsSplit?: boolean;
  batch?: RecordedBatch;
  /** What the records take in the store, if they are kept there. */
  bytes?: number;
}

/**
 * The session's one log of what its sources handed over, in arrival order across all of them. Every lane reads it at a
 * cursor of its own, which is what catch-up, rewind and recovery are made of.
 */
export class Timeline {
  #entries: TimelineEntry[] = [];
  #firstSeq: number;
  #params = new ParamLog();
  #records = 0;
  /** The last entry of each source. */
  #last = new Map<string, TimelineEntry>();
  /** Of sources, entries that are no longer here, the last of each. */
  #gone = new Map<string, TimelineEntry>();

  constructor(firstSeq = 1, entries: readonly TimelineEntry[] = [], places: readonly TimelineEntry[] = []) {
    this.#firstSeq = firstSeq;
    this.replace(entries, firstSeq, places);
  }

  /** Records handed over up to the head. */
  get records(): number {
    return this.#records;
  }

  /** Values of params at each place. */
  get params(): ParamLog {
    return this.#params;
  }

  /** Seq of the last entry; one before the first while there is none. */
  get head(): number {
    return this.#firstSeq + this.#entries.length - 1;
  }

  /** Seq of the oldest entry still here. */
  get tail(): number {
    return this.#firstSeq;
  }

  /** The last entry of each source and param, without records: where they stand. */
  get places(): TimelineEntry[] {
    return [...this.#last.values()].map(({ batch: _batch, from: _from, bytes: _bytes, ...place }) => place);
  }

  append(entry: Omit<TimelineEntry, 'seq'>): TimelineEntry {
    const added = { ...entry, seq: this.head + 1 };
    this.#entries.push(added);
    this.#last.set(added.source, added);
    this.#params.add(added);
    this.#records += added.count;
    return added;
  }

  at(seq: number): TimelineEntry | undefined {
    return this.#entries[seq - this.#firstSeq];
  }

  /** Entries with `after < seq ≤ upTo`, in order. */
  *between(after: number, upTo = this.head): Generator<TimelineEntry> {
    for (let seq = Math.max(after + 1, this.#firstSeq); seq <= upTo; seq++) {
      const entry = this.at(seq);
      if (entry) yield entry;
    }
  }

  /** The last entry of a source at or before `seq`, also if it is no longer here. */
  lastOf(source: string, seq = this.head): TimelineEntry | undefined {
    const last = this.#last.get(source);
    if (last === undefined || last.seq <= seq) return last;
    for (let at = Math.min(seq, this.head); at >= this.#firstSeq; at--) {
      const entry = this.at(at);
      if (entry?.source === source) return entry;
    }
    const gone = this.#gone.get(source);
    return gone !== undefined && gone.seq <= seq ? gone : undefined;
  }

  /**
   * Forgets what came after `seq` and returns it (law 7).
   * @param places where sources stood at or before `seq`, should the recording not reach back as far
   */
  truncateAfter(seq: number, places: readonly TimelineEntry[] = []): TimelineEntry[] {
    this.#params.truncateAfter(seq);
    const dropped = this.#entries.splice(Math.max(0, seq - this.#firstSeq + 1));
    for (const { count } of dropped) this.#records -= count;
    if (seq < this.#firstSeq - 1) this.replace([], seq + 1, places);
    else {
      this.#rememberPlaces(places);
      const changed = [...this.#last.values()].filter((last) => last.seq > seq);
      for (const { source } of changed) this.#last.delete(source);
      for (const { source } of changed) {
        const last = this.#findLast(source);
        if (last !== undefined) this.#last.set(source, last);
      }
    }
    return dropped;
  }

  /**
   * Takes up another recording, whose entries are without gaps, in place of this one.
   * @param places where sources stood at some place of it, for what the entries do not say
   */
  replace(entries: readonly TimelineEntry[], firstSeq: number, places: readonly TimelineEntry[] = []): void {
    this.#entries = [...entries];
    this.#firstSeq = entries[0]?.seq ?? firstSeq;
    this.#params = new ParamLog();
    this.#records = 0;
    this.#last = new Map();
    this.#gone = new Map();
    this.#rememberPlaces(places);
    const before = [...this.#gone.values()].filter(({ seq }) => seq < this.#firstSeq);
    for (const entry of before.sort((a, b) => a.seq - b.seq)) {
      this.#params.add(entry);
      this.#last.set(entry.source, entry);
    }
    for (const entry of entries) {
      this.#params.add(entry);
      this.#last.set(entry.source, entry);
      this.#records += entry.count;
    }
  }

  /** Drops everything up to and including `seq`. */
  dropThrough(seq: number): void {
    const count = Math.min(this.#entries.length, seq - this.#firstSeq + 1);
    if (count <= 0) return;
    const dropped = count === this.#entries.length ? this.#entries : this.#entries.splice(0, count);
    if (dropped === this.#entries) this.#entries = [];
    this.#firstSeq += count;
    this.#rememberPlaces(dropped);
  }

  #rememberPlaces(places: readonly TimelineEntry[]): void {
    for (const place of places) {
      const known = this.#gone.get(place.source);
      if (known === undefined || known.seq < place.seq) this.#gone.set(place.source, place);
    }
  }

  #findLast(source: string): TimelineEntry | undefined {
    for (let at = this.#entries.length - 1; at >= 0; at--) {
      const entry = this.#entries[at]!;
      if (entry.source === source) return entry;
    }
    return this.#gone.get(source);
  }
}
