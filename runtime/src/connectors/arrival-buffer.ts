import type { Source, SourceReader, SourceReaderContext } from './source.ts';
import { replayOutOfOrder } from './connector-errors.ts';
import type { ReplayTime } from './replay-time.ts';

/** Up to this many records are held and sorted by arrival; a longer source is read on as it is replayed. */
const HELD_LIMIT = 200_000;
const LOAD_BATCH = 4096;
/** Records loaded in one call, so that the engine's slice stays short. */
const LOAD_PER_CALL = 8192;
/** Least records between two places that positions refer to; a source may hand over its records one by one. */
const MARK_EVERY = 1024;
const COMPACT_AT = 16_384;

/** Where to open the inner source again, and how many records to pass over there. */
export interface InnerPosition {
  readonly position?: unknown;
  readonly drop: number;
}

/** Records of a bounded source in the order of their arrival, with their arrival times. */
export class ArrivalBuffer<T> {
  values: T[] = [];
  times: number[] = [];
  timestamps: number[] | undefined;
  /** The next record's place in the arrays. */
  at: number;
  /** True while the inner source has nothing ready and will tell when it has. */
  innerWaits = false;
  readonly #inner: SourceReader<T>;
  readonly #timeOf: ReplayTime<T>;
  readonly #now: number;
  #innerPosition: unknown;
  #ended = false;
  #streaming: boolean;
  #loaded = 0;
  #disorder: Error | undefined;
  /** Where some batches of the inner source begin in the arrays, and its position there. */
  #marks: { readonly at: number; readonly position: unknown }[] = [];

  /** `from` is set to go on in a source that is too long to be held; else reading starts at record `at`. */
  constructor(
    source: Source<T>,
    timeOf: ReplayTime<T>,
    context: SourceReaderContext,
    at: number,
    from: InnerPosition | undefined,
  ) {
    this.#timeOf = timeOf;
    this.#now = context.now;
    this.#streaming = from !== undefined;
    this.at = from?.drop ?? at;
    this.#innerPosition = from?.position;
    this.#inner = source.createReader({ ...context, position: from?.position, paced: false });
  }

  /** True when `count` records, or all that are left, can be taken; loads a bounded number of them a call. */
  prepare(count: number): boolean {
    this.innerWaits = false;
    const budget = this.#loaded + LOAD_PER_CALL;
    while (!this.#ended && this.#wants(count) && this.#loaded < budget) {
      this.#load();
      if (this.innerWaits) break;
    }
    return this.#ended || !this.#wants(count);
  }

  /** Where to go on behind what was taken, when the source is too long to be held. */
  innerPosition(): InnerPosition | undefined {
    if (!this.#streaming) return undefined;
    if (this.at === this.values.length) return { position: this.#innerPosition, drop: 0 };
    while ((this.#marks[1]?.at ?? Infinity) <= this.at) this.#marks.shift();
    const mark = this.#marks[0] ?? { at: 0, position: undefined };
    const found = { position: mark.position, drop: this.at - mark.at };
    if (mark.at >= COMPACT_AT) this.#compact(mark.at);
    return found;
  }

  close(): void {
    this.#inner.close();
    this.values = [];
    this.times = [];
    this.at = 0;
    this.#ended = true;
  }

  #wants(count: number): boolean {
    return !this.#streaming || this.values.length < this.at + count;
  }

  #load(): void {
    const batch = this.#inner.poll(LOAD_BATCH, this.#now);
    if (batch === 'wait') {
      this.innerWaits = true;
      return;
    }
    if (batch === 'end') {
      this.#ended = true;
      if (this.#disorder !== undefined) this.#sort();
      return;
    }
    const { values, times } = this;
    const mark = this.#marks.at(-1);
    if (mark === undefined || values.length - mark.at >= MARK_EVERY) {
      this.#marks.push({ at: values.length, position: this.#innerPosition });
    }
    this.#innerPosition = batch.position;
    if (batch.timestamps !== undefined) (this.timestamps ??= []).push(...batch.timestamps);
    for (const value of batch.values) {
      const time = this.#timeOf(value, this.#loaded);
      const before = times.at(-1);
      if (before !== undefined && time < before) {
        this.#disorder ??= replayOutOfOrder(this.#loaded, time, before, HELD_LIMIT);
      }
      values.push(value);
      times.push(time);
      this.#loaded++;
    }
    if (this.#loaded > HELD_LIMIT) this.#streaming = true;
    if (this.#streaming && this.#disorder !== undefined) throw this.#disorder;
  }

  #sort(): void {
    const { values, times, timestamps } = this;
    const order = times.map((_, i) => i).sort((a, b) => (times[a] as number) - (times[b] as number));
    this.values = order.map((i) => values[i] as T);
    this.times = order.map((i) => times[i] as number);
    this.timestamps = timestamps && order.map((i) => timestamps[i] as number);
  }

  #compact(taken: number): void {
    this.values = this.values.slice(taken);
    this.times = this.times.slice(taken);
    this.timestamps = this.timestamps?.slice(taken);
    this.#marks = this.#marks.map(({ at, position }) => ({ at: at - taken, position }));
    this.at -= taken;
  }
}
