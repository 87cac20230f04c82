/** What is known of a record that is written. Times are epoch ms. */
export interface SinkContext {
  readonly timestamp: number | undefined;
  readonly currentWatermark: number;
}

/** One running copy of a sink. */
export interface SinkWriter<T> {
  write(value: T, context: SinkContext): void;
  close?(): void;
}

/** Takes records out of the dataflow. */
export interface Sink<T> {
  /** What it is, in kebab-case, for names, errors and the fingerprint. */
  readonly kind: string;
  /** Everything that makes two sinks of a kind differ, as plain data. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Functions of the user that it calls. */
  readonly functions?: readonly unknown[];
  createWriter(): SinkWriter<T>;
}
