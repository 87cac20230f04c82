import type { Source, SourceReader } from '../connectors/source.ts';
import { recordingMismatch } from './engine-errors.ts';
import type { RecordedBatch, TimelineEntry } from './timeline.ts';

const NO_RECORDS: RecordedBatch = { values: [] };

/** Reads again what a timeline entry says was read, for a lane that is behind the live end. */
export class RangeReader {
  readonly #source: Source<unknown>;
  readonly #onReady: () => void;
  #reader: SourceReader<unknown> | undefined;
  /** Seq of the entry that would continue where the reader stands. */
  #nextFrom: TimelineEntry['from'];
  #values: unknown[] = [];
  #timestamps: (number | undefined)[] | undefined;

  constructor(source: Source<unknown>, onReady: () => void) {
    this.#source = source;
    this.#onReady = onReady;
  }

  /**
   * The records of `entry`, or `'wait'` when its source has not fetched all of them yet: ask again with the same entry.
   * @throws {TidemarkError} `recording-mismatch` when the source no longer holds what was recorded
   */
  read(entry: TimelineEntry, now: number): RecordedBatch | 'wait' {
    if (entry.count === 0) return NO_RECORDS;
    if (this.#reader === undefined || !Object.is(this.#nextFrom, entry.from)) {
      this.close();
      this.#reader = this.#source.createReader({
        position: entry.from,
        paced: false,
        now,
        onReady: this.#onReady,
      });
      this.#nextFrom = entry.from;
    }
    while (this.#values.length < entry.count) {
      const batch = this.#reader.poll(entry.count - this.#values.length, now, entry.split);
      if (batch === 'wait') return 'wait';
      if (batch === 'end') throw recordingMismatch(this.#source.kind, entry.count, this.#values.length);
      if (batch.timestamps) (this.#timestamps ??= []).push(...batch.timestamps);
      this.#values = this.#values.length === 0 ? batch.values : this.#values.concat(batch.values);
    }
    const read = { values: this.#values, timestamps: this.#timestamps };
    this.#values = [];
    this.#timestamps = undefined;
    this.#nextFrom = entry.position;
    return read;
  }

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
    this.#values = [];
    this.#timestamps = undefined;
  }
}
