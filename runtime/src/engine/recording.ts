import { RecordingWriter } from '../connectors/recording-file.ts';
import type { Source } from '../connectors/source.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { budgetInvalid, recordingNotStorable } from './engine-errors.ts';
import type { Engine } from './engine.ts';
import { RangeReader } from './range-reader.ts';
import { afterRealTime } from './slice-loop.ts';
import type { SourceLog } from './source-log.ts';
import type { RecordedBatch, TimelineEntry } from './timeline.ts';

/** How much of what sources hand over is kept for branches that are rebuilt. Sources that can be read again need no room. */
export interface RecordingLimits {
  /** The most records. */
  readonly rows?: number;
  /** The most bytes, as they are stored. */
  readonly bytes?: number;
  /** The longest time back, by the streams' clock. */
  readonly time?: DurationLike;
}

/** What is recorded of one source. */
export interface RecordedSource {
  /** Name of the stream that reads it. */
  readonly name: string;
  /** What it is, as `'socket'`. */
  readonly kind: string;
  /** True if it can be read again, so that positions are kept in the place of records. */
  readonly rereadable: boolean;
  /** Records that it has handed over. */
  readonly records: number;
  /** Those of them that a rebuilt branch can still read. */
  readonly kept: number;
  /** Bytes that the records kept take in the store; 0 of a source that can be read again. */
  readonly bytes: number;
  /** When the first of those kept came, by the streams' clock. */
  readonly from: Date | undefined;
  /** When the last came. */
  readonly to: Date | undefined;
  /** True if it has ended. */
  readonly ended: boolean;
}

/** Where an exported recording is, and what is in it. */
export interface ExportedRecording {
  /** The file, whole. */
  readonly path: string;
  /** Number of its records. */
  readonly records: number;
  /** Its size. */
  readonly bytes: number;
}

/** What the session has recorded of its sources, as it is now. */
export class Recording {
  readonly #engine: Engine;

  /** Made by `env.recording`. @internal */
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Every source of the session, in the order in which they were first read. */
  get sources(): readonly RecordedSource[] {
    const { sources, timeline } = this.#engine;
    const known = new Map([...sources].map(([key, source]) => [key, new Summary(source)]));
    for (const entry of timeline.between(0)) known.get(entry.source)?.add(entry);
    return [...known.values()].map((summary) => summary.done());
  }

  /** How much is kept: the oldest records go first. */
  get limits(): { readonly rows: number; readonly bytes: number; readonly time: number } {
    return this.#engine.budget;
  }

  /**
   * Sets how much is kept; what is left out stays as it is.
   * @throws {TidemarkError} `bad-argument` unless they are above 0
   */
  limit(limits: RecordingLimits): this {
    const { rows, bytes } = this.#engine.budget;
    const time = limits.time === undefined ? this.#engine.budget.time : toMillis(limits.time);
    const budget = { rows: limits.rows ?? rows, bytes: limits.bytes ?? bytes, time };
    for (const [name, value] of Object.entries(budget)) if (!(value > 0)) throw budgetInvalid(name, value);
    this.#engine.budget = budget;
    return this;
  }

  /**
   * Writes all records that are at hand into a file that `replay(file)` hands over again, here or elsewhere. What can
   * be read again is read again.
   * @throws {TidemarkError} `recording-not-storable` for a record that is neither plain data nor of registered classes; `recording-mismatch` if a
   *   source no longer holds what was read from it
   */
  async export(file: string): Promise<ExportedRecording> {
    const { sources, timeline } = this.#engine;
    const logs = [...sources.values()];
    const readers = new Map(
      logs.filter(({ source }) => source.rereadable).map((log) => [log, new WaitingReader(log.source)]),
    );
    const names = namesOf(logs);
    const head = { sources: logs.map(({ source }, at) => ({ name: names[at]!, kind: source.kind })) };
    const writer = new RecordingWriter(file, head);
    let records = 0;
    try {
      for (const entry of [...timeline.between(0)]) {
        const source = sources.get(entry.source);
        if (!source || entry.kind !== 'batch') continue;
        const batch = entry.batch ?? (await readers.get(source)?.read(entry));
        if (!batch) continue;
        const { values, timestamps } = batch;
        records += values.length;
        try {
          writer.add({ source: logs.indexOf(source), stamp: entry.stamp, values, timestamps });
        } catch (error) {
          throw recordingNotStorable(source.name, error);
        }
        // Streams go on in between.
        await turn();
      }
      writer.finish();
    } catch (error) {
      writer.abandon();
      throw error;
    } finally {
      for (const reader of readers.values()) reader.close();
    }
    return { path: writer.path, records, bytes: writer.bytes };
  }
}

class Summary {
  readonly #source: SourceLog;
  #records = 0;
  #kept = 0;
  #bytes = 0;
  #from: number | undefined;
  #to: number | undefined;

  constructor(source: SourceLog) {
    this.#source = source;
  }

  add({ kind, count, stamp, batch, bytes = 0 }: TimelineEntry): void {
    if (kind !== 'batch') return;
    const { rereadable } = this.#source.source;
    this.#records += count;
    this.#to = stamp;
    if (!rereadable && batch === undefined) return;
    this.#kept += count;
    this.#bytes += bytes;
    this.#from ??= stamp;
  }

  done(): RecordedSource {
    const { source, name, ended } = this.#source;
    return {
      name,
      kind: source.kind,
      rereadable: source.rereadable,
      records: this.#records,
      kept: this.#kept,
      bytes: this.#bytes,
      from: this.#from === undefined ? undefined : new Date(this.#from),
      to: this.#to === undefined ? undefined : new Date(this.#to),
      ended,
    };
  }
}

/** Sources of one name are told apart by a number. */
function namesOf(logs: readonly SourceLog[]): string[] {
  const seen = new Map<string, number>();
  return logs.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} ${count}`;
  });
}

/** Reads recorded ranges of one source, and waits while it has to be fetched. */
export class WaitingReader {
  readonly #reader: RangeReader;
  #goOn: () => void = () => undefined;

  constructor(source: Source<unknown>) {
    this.#reader = new RangeReader(source, () => this.#goOn());
  }

  async read(entry: TimelineEntry): Promise<RecordedBatch> {
    for (;;) {
      const ready = new Promise<void>((resolve) => (this.#goOn = resolve));
      const batch = this.#reader.read(entry, entry.stamp);
      if (batch !== 'wait') return batch;
      await ready;
    }
  }

  close(): void {
    this.#reader.close();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => afterRealTime(0, resolve));
}
