/** Counts and rates of one operator, over all its subtasks. */
export interface OperatorMetrics {
  /** Name of the operator. */
  readonly operator: string;
  /** What it does, in kebab-case: `map`, `window`. */
  readonly kind: string;
  /** The `uid` given to it, if any. */
  readonly uid?: string;
  /** The cell that made it, in a notebook. */
  readonly cell?: string;
  /** Number of its subtasks. */
  readonly parallelism: number;
  /** Records that it has taken in. */
  readonly recordsIn: number;
  /** Records that it has handed on, to side outputs that are read too. */
  readonly recordsOut: number;
  /** Records that it has taken in a second, over the last seconds of real time. */
  readonly recordsInPerSecond: number;
  /** Records that it has handed on a second, over the last seconds of real time. */
  readonly recordsOutPerSecond: number;
  /**
   * Share of the last seconds of real time, 0 to 1, that the operators it runs with were at work. Operators of one job run
   * as one function, so they share it.
   */
  readonly busyShare: number;
  /** Its watermark in epoch ms; `undefined` before any. */
  readonly watermark: number | undefined;
  /** How far the watermark is behind the runtime's clock, in ms; `undefined` before any, and after the last. */
  readonly watermarkLag: number | undefined;
  /** True if its input is silent and holds nobody back. */
  readonly idle: boolean;
  /** Records that came too late. */
  readonly lateRecords: number;
  /** Those of them that were dropped. */
  readonly lateRecordsDropped: number;
  /** Those of them that went to a side output. */
  readonly lateRecordsSideOutput: number;
  /** Timers that are waiting. */
  readonly timers: number;
  /** Entries of its state: values, lists, maps and windows of keys. */
  readonly stateEntries: number;
  /** What it keeps without end, in words, where its state grows with all that ever comes. */
  readonly keepsForEver?: string;
  /** About how many bytes of memory the state of such a one takes, measured on some of its entries. */
  readonly stateBytes?: number;
  /**
   * Metrics of its function, by their names: counters of all subtasks added up, gauges as they are, meters as
   * `{ count, rate }`, histograms as `{ count, min, max, mean, stddev, p50, p75, p95, p98, p99, p999 }`.
   */
  readonly own: Readonly<Record<string, unknown>>;
}
