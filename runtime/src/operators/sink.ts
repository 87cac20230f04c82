/** What is known of a record that is written. Times are epoch ms. */
export interface SinkContext {
  /** Event time of the record; `undefined` if it has none. */
  readonly timestamp: number | undefined;
  /** The watermark of the sink; `MIN_TIMESTAMP` before any. */
  readonly currentWatermark: number;
}

/** One running copy of a sink. */
export interface SinkWriter<T> {
  /** Called for every record. */
  write(value: T, context: SinkContext): void;
  /** Called once after the last record. */
  close?(): void;
}

/**
 * Takes records out of the dataflow.
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
  /** Makes a writer, for one run of the job. */
  createWriter(): SinkWriter<T>;
}
