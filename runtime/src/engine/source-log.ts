import type { Source, SourcePosition, SourceReader } from '../connectors/source.ts';
import type { Clock } from '../time/runtime-clock.ts';
import type { Timeline, TimelineEntry } from './timeline.ts';

/** Most records a source hands over at once; a watermark follows each batch. */
export const BATCH_SIZE = 1024;

type NewEntry = Pick<TimelineEntry, 'kind' | 'count' | 'position' | 'batch' | 'split' | 'endsSplit'>;

/** The writing end of a source: reads it live and appends to the timeline what it hands over. */
export class SourceLog {
  readonly key: string;
  readonly source: Source<unknown>;
  /** Of the node that reads it first. */
  readonly name: string;
  readonly #timeline: Timeline;
  readonly #clock: Clock;
  readonly #onReady: () => void;
  #reader: SourceReader<unknown> | undefined;
  #position: SourcePosition;
  /** Recorded records to be handed over again, after a rewind of a source that cannot be read again. */
  #pending: TimelineEntry[] = [];
  #waiting = false;
  /** Positions that are in no durable cut yet; kept if the source wants to hear of it. */
  #undurable: Pick<TimelineEntry, 'seq' | 'position'>[] = [];
  ended = false;
  /** Of its last entry; 0 before any. */
  lastSeq = 0;

  constructor(
    key: string,
    source: Source<unknown>,
    timeline: Timeline,
    clock: Clock,
    onReady: () => void,
    name = source.kind,
  ) {
    this.name = name;
    this.key = key;
    this.source = source;
    this.#timeline = timeline;
    this.#clock = clock;
    this.#onReady = onReady;
    const last = timeline.lastOf(key);
    this.#position = last?.position;
    this.ended = last?.kind === 'end';
    this.lastSeq = last?.seq ?? 0;
  }

  /** Where it stands: behind what was read last. */
  get position(): SourcePosition {
    return this.#position;
  }

  /** True if `read` may give something now. */
  get ready(): boolean {
    if (this.ended) return false;
    if (!this.#waiting || this.#pending.length > 0) return true;
    const at = this.#reader?.readyAt?.();
    return at !== undefined && at <= this.#clock.now();
  }

  /** The clock's time at which a paced source goes on; `undefined` if it is not known. */
  get readyAt(): number | undefined {
    return this.ended ? undefined : this.#reader?.readyAt?.();
  }

  /** Reads one batch of at most `max` records into the timeline. `undefined`: nothing is there now. */
  read(max = BATCH_SIZE): TimelineEntry | undefined {
    const again = this.#pending.shift();
    if (again) return this.#append(again.count > max ? this.#split(again, max) : again);
    this.#reader ??= this.source.createReader({
      position: this.#position,
      paced: true,
      now: this.#clock.now(),
      onReady: () => {
        this.#waiting = false;
        this.#onReady();
      },
    });
    // Set before polling: a reader may call onReady from within poll.
    this.#waiting = true;
    const batch = this.#reader.poll(Math.min(max, BATCH_SIZE), this.#clock.now());
    if (batch === 'wait') return undefined;
    this.#waiting = false;
    if (batch === 'end') {
      this.close();
      return this.#append({ kind: 'end', count: 0, position: this.#position });
    }
    return this.#append({
      kind: 'batch',
      count: batch.count ?? batch.values.length,
      position: batch.position,
      ...(batch.split === undefined ? {} : { split: batch.split, endsSplit: batch.endsSplit === true }),
      // What is recorded must be plain data; a range never is, since its source can be read again.
      batch: batch.range === undefined ? { values: batch.values, timestamps: batch.timestamps } : batch,
    });
  }

  /** A cut at `seq` is durable. */
  onDurable(seq: number): void {
    const reader = this.#reader;
    if (reader?.onDurable === undefined) return;
    let last: Pick<TimelineEntry, 'seq' | 'position'> | undefined;
    while (this.#undurable[0] && this.#undurable[0].seq <= seq) last = this.#undurable.shift();
    if (last) reader.onDurable(last.position);
  }

  /** What keeps it from reading for now. */
  get trouble(): Error | undefined {
    return this.#reader?.trouble?.();
  }

  /** The first records of a recorded batch; the others stay for the next read. */
  #split(entry: TimelineEntry, count: number): NewEntry {
    const { batch } = entry;
    const part = (from: number, to?: number) =>
      batch && { values: batch.values.slice(from, to), timestamps: batch.timestamps?.slice(from, to) };
    this.#pending.unshift({ ...entry, count: entry.count - count, batch: part(count) });
    return { ...entry, count, batch: part(0, count), endsSplit: false };
  }

  #append(entry: NewEntry): TimelineEntry {
    const { kind, count, position, batch, split, endsSplit } = entry;
    const from = this.#position;
    this.#position = position;
    this.ended = kind === 'end';
    const added = this.#timeline.append({
      stamp: this.#clock.now(),
      source: this.key,
      kind,
      count,
      from,
      position,
      ...(split === undefined ? {} : { split, endsSplit }),
      batch,
    });
    this.lastSeq = added.seq;
    if (this.#reader?.onDurable !== undefined) this.#undurable.push({ seq: added.seq, position });
    return added;
  }

  /**
   * Goes back to where the timeline now ends (law 7). What a source that cannot be read again had handed over since is
   * handed over once more before anything new.
   */
  rewind(dropped: readonly TimelineEntry[]): void {
    const last = this.#timeline.lastOf(this.key);
    if ((last?.seq ?? 0) === this.lastSeq) return;
    this.lastSeq = last?.seq ?? 0;
    this.#undurable = [];
    if (this.source.rereadable) this.close();
    else this.#pending.unshift(...dropped.filter((entry) => entry.source === this.key));
    this.#position = last?.position;
    this.ended = last?.kind === 'end';
    this.#waiting = false;
  }

  /** Stops reading; reading goes on at the same position when asked again. */
  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
    this.#waiting = false;
  }
}
