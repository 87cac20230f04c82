/** What is known of a record that is written. Times are epoch ms. */
export interface SinkContext {
  /** Event time of the record; `undefined` if it has none. */
  readonly timestamp: number | undefined;
  /** The watermark of the sink; `MIN_TIMESTAMP` before any. */
  readonly currentWatermark: number;
}

/** What a writer knows of the job it writes for, and how it speaks up from outside. */
export interface SinkWriterContext {
  /** Its number among the sink's subtasks, from 0. */
  readonly subtask: number;
  /** Number of the sink's subtasks. */
  readonly parallelism: number;
  /** What `snapshot` gave in the cut that the job goes on from; `undefined` at the start. */
  readonly restored?: unknown;
  /** Resolves when everything that the restored cut had prepared has been committed; no record comes before. */
  readonly recovered: Promise<void>;
  /** To be called, from any callback, when `blocked` is no longer true. */
  announceReady(): void;
  /** To be called, from any callback, when nothing more can be written: the job fails with the error. */
  fail(error: Error): void;
  /**
   * To be called, from any callback, when something that passes keeps it from writing, such as a broker that is gone, and
   * without an error when that is over. A notebook shows it meanwhile.
   */
  trouble(error?: Error): void;
}

/** How a committer speaks up. */
export interface SinkCommitterContext {
  /** As of the writer: what keeps it from committing, and without an error that nothing does any more. */
  trouble(error?: Error): void;
}

/** What a writer has handed over to a cut. */
export interface PreparedCommit {
  /** Names everything written since the last cut, as plain data: the committer makes it visible. `undefined` if there is nothing to commit. */
  readonly committable: unknown;
  /** Resolves when all of it is flushed, so that only the commit is left to do; the cut waits for that. */
  readonly ready: Promise<void>;
}

/**
 * One running copy of a sink. After `prepareCommit` it goes on at once with the next transaction; what was written since the
 * last one is dropped when it closes.
 */
export interface SinkWriter<T> {
  /** Called for every record. It may come while `blocked` is true, from a timer or an answer; then it is to be kept. */
  write(value: T, context: SinkContext): void;
  /** True while it can take no more: no record is handed to the job meanwhile. `announceReady` ends that. */
  readonly blocked?: boolean;
  /** Its own state for a cut, as plain data; called after `prepareCommit`. */
  snapshot?(): unknown;
  /**
   * Called when a cut begins, between two records. A sink that only flushes leaves the committable `undefined`.
   * @param endOfInput true if nothing more will be written
   * @returns `undefined` if nothing has to be flushed or committed
   */
  prepareCommit?(endOfInput: boolean): PreparedCommit | undefined;
  /** Called once when the job has ended, failed or was stopped. What `prepareCommit` has handed over is flushed all the same. */
  close?(): void | Promise<void>;
}

/** Makes visible what writers have prepared, when the cut that knows of it is durable: the second phase of two. */
export interface SinkCommitter {
  /** After a restore it is called again for everything that the cut had prepared: doing so twice must be the same as once. */
  commit(committable: unknown): Promise<void>;
  /** Gives up what no cut knows of. */
  abort?(committable: unknown): Promise<void>;
  /** Called once after the last commit. */
  close?(): void;
}

/**
 * Takes records out of the dataflow. With `prepareCommit` and a committer it does so exactly once, whatever fails.
 * @example
 * const total = { sum: 0 };
 * const adding: Sink<number> = {
 *   kind: 'adding',
 *   createWriter: () => ({
 *     write: (n) => {
 *       total.sum += n;
 *     },
 *   }),
 * };
 * env.fromData(1, 2, 3).sinkTo(adding);
 * await (await env.execute()).finished();
 * total.sum; // → 6
 */
export interface Sink<T> {
  /** What it is, in kebab-case, for names, errors and the fingerprint. */
  readonly kind: string;
  /** Everything that makes two sinks of a kind differ, as plain data. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Functions of the user that it calls. */
  readonly functions?: readonly unknown[];
  /** Makes a writer, for one run of one subtask. */
  createWriter(context: SinkWriterContext): SinkWriter<T>;
  /** Makes what commits for a writer; left out by sinks that have nothing to commit. */
  createCommitter?(context: SinkCommitterContext): SinkCommitter;
}
