// What the engine knows of live views: where rows go and what travels beside a record. How they look is the kernel's.

export interface ViewOptions {
  /** `'windows'` for window results, else a live table or line; `'watermarks'` for progress. Chosen when left out. */
  readonly kind?: 'windows' | 'records' | 'watermarks';
  /** A Vega-Lite spec whose data is filled in, or the name of a built-in chart. */
  readonly chart?: string | Readonly<Record<string, unknown>>;
  /** The most rows kept. */
  readonly rows?: number;
  readonly mode?: 'append' | 'update' | 'single';
  /** Least time between two updates, in ms. */
  readonly refresh?: number;
  readonly title?: string;
}

/** Travels beside what a windowed operator emits, for views only. */
export interface RecordOrigin {
  readonly key?: unknown;
  readonly window?: { readonly start: number; readonly end: number };
  /** How often this key and window have fired before: 0 on time, more for late firings. */
  readonly pane?: number;
  /** True when the trigger purges, so that panes add up instead of replacing one another. */
  readonly purging?: boolean;
  /** Windows this one absorbed (a session merge): their rows are withdrawn. */
  readonly absorbed?: readonly { readonly start: number; readonly end: number }[];
}

/** Progress of one operator of a lane. */
export interface WatermarkProgress {
  readonly operator: string;
  readonly watermark: number;
  /** The highest record timestamp seen, where known. */
  readonly maxTimestamp?: number;
  readonly idle: boolean;
  readonly lateRecords: number;
}

/** The reading end of a view; the engine calls it on its own thread, between records. */
export interface ViewObserver {
  onRecord(value: unknown, timestamp: number | undefined, origin: RecordOrigin | undefined): void;
  onWatermark(watermark: number): void;
  /** Once a slice: progress of every operator the view hangs on, with the runtime's clock in epoch ms. */
  onProgress(progress: readonly WatermarkProgress[], now: number): void;
  /** State of the rows, part of a cut; structured-cloneable. */
  snapshot(): unknown;
  restore(state: unknown): void;
  onStatus(status: ViewStatus, error?: Error): void;
}

export type ViewStatus = 'running' | 'catching-up' | 'paused' | 'finished' | 'failed' | 'waiting' | 'stopped';

/** What `show()` returns to the user. */
export interface View<T = unknown> {
  readonly id: string;
  /** The rows as they stand. */
  latest(): T[];
  /** Resolves with the first `n` further records, or with fewer when the stream ends. */
  take(n: number): Promise<T[]>;
  stop(): void;
}
