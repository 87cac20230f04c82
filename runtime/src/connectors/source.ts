// What a source is to the engine: a log that can be read from a position.

/** Where a reader stands in its source: anything the structured clone algorithm takes, `undefined` for the start. */
export type SourcePosition = unknown;

/** Records handed over together, in order; a watermark may follow a batch, never split one. */
export interface SourceBatch<T> {
  /** The records; none if all there is to say is the position, a new split or the end of one. */
  readonly values: T[];
  /** Event timestamps in epoch ms, parallel to `values`; absent when the source knows none. */
  readonly timestamps?: number[];
  /** Where reading goes on after this batch. */
  readonly position: SourcePosition;
  /** Number of records, if it is known without looking at `values`. */
  readonly count?: number;
  /** The split they are of, if the source has several; each has its own watermark and falls idle by itself. */
  readonly split?: string;
  /** True if the split ends with them: it then holds back no other. */
  readonly endsSplit?: boolean;
  /** The records as a range, as long as nobody has asked for `values`. */
  readonly range?: GeneratedRange<T>;
}

/** Declared as a method, so that a source of some records is a source of any. */
interface TimestampOf<T> {
  of(value: T, index: number): number;
}

/**
 * Records `from` ≤ index < `to` that a function makes of their index. A chain that is alone in reading them makes each
 * record where it processes it, so that no array of them lives in between.
 */
export interface GeneratedRange<T> {
  /** Makes the record of an index. */
  readonly generate: (index: number) => T;
  /** Takes the event time (epoch ms) of a record; `undefined` if records have none. */
  readonly timestamp: TimestampOf<T>['of'] | undefined;
  /** The first index. */
  readonly from: number;
  /** The index after the last. */
  readonly to: number;
}

/** `'wait'`: nothing is ready now. `'end'`: the bounded input has ended. */
export type PollResult<T> = SourceBatch<T> | 'wait' | 'end';

/** One reading of a source. Never blocks; `poll` is called between slices, on the engine's thread. */
export interface SourceReader<T> {
  /**
   * Takes at most `max` records that are ready at `now` (ms of the runtime's clock).
   * @param split set when a recorded range is read again that was of this split: then others are not to be handed over
   * @throws when the outside world fails (a file that is gone, a row that does not parse): the branch fails, not the session.
   */
  poll(max: number, now: number, split?: string): PollResult<T>;
  /** The clock's time at which a paced source has its next record; `undefined` when `onReady` will tell. */
  readyAt?(): number | undefined;
  /** Records left out so far because they did not parse. */
  skippedRecords?(): number;
  /** Everything before this position is part of a durable cut, and will not be asked for again after a crash. */
  onDurable?(position: SourcePosition): void;
  /** What keeps it from reading, as long as it tries again by itself; `undefined` while all is well. */
  trouble?(): Error | undefined;
  /** Lets go of files and connections; called once. */
  close(): void;
}

/** What a reader is opened with. */
export interface SourceReaderContext {
  /** Where to start; `undefined` for the beginning. */
  readonly position?: SourcePosition;
  /** False when a recorded range is read again: then a paced source hands over as fast as it can. */
  readonly paced: boolean;
  /** To be called, from any callback, when `poll` may have something after it has said `'wait'`. */
  readonly onReady: () => void;
  /** The runtime's clock at the time of opening, in epoch ms. */
  readonly now: number;
}

/**
 * A source of records. Re-reading from a position must give the same records in the same order, however they are
 * cut into batches; a source that cannot promise that says `rereadable: false` and its records are recorded instead.
 */
export interface Source<T> {
  /** What it is, in kebab-case, for names, errors and the fingerprint: `'file'`, `'socket'`. */
  readonly kind: string;
  /** Everything that makes two sources of a kind differ, as plain data. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Functions of the user that it calls. */
  readonly functions?: readonly unknown[];
  /** Whether it ends by itself. */
  readonly boundedness: 'bounded' | 'unbounded';
  /** Names of its splits that are known from the start: the watermark waits for all of them. */
  readonly splits?: readonly string[];
  /** True if reading from a position gives the same records again. */
  readonly rereadable: boolean;
  /** True if there may be `DeadLetter`s among its records: they leave the stream at its source, by a side output. */
  readonly deadLetters?: boolean;
  /**
   * Opens it for one reading.
   * @throws {TidemarkError} when it can be known at once that reading cannot start (`file-not-found`).
   */
  createReader(context: SourceReaderContext): SourceReader<T>;
  /** Called when the cell that made it is evaluated, so that what is plainly wrong fails there. */
  validate?(): void;
}
