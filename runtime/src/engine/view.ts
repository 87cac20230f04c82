import type { Labels } from './labels.ts';

// What the engine knows of live views: where rows go and what travels beside a record. How they look is the kernel's.

/**
 * How a live view looks.
 * @example
 * orders.show({ title: 'orders', rows: 100, mode: 'append' });
 */
export interface ViewOptions {
  /** `'windows'` for window results, else a live table or line; `'watermarks'` for progress. Chosen when left out. */
  readonly kind?: 'windows' | 'records' | 'watermarks';
  /** A Vega-Lite spec whose data is filled in, or the name of a built-in chart. */
  readonly chart?: string | Readonly<Record<string, unknown>>;
  /** The most rows kept. */
  readonly rows?: number;
  /** Whether rows are added, replaced by key, or only the last one stays. */
  readonly mode?: 'append' | 'update' | 'single';
  /** Least time between two updates, in ms. */
  readonly refresh?: number;
  /** Stands above it. */
  readonly title?: string;
  /** Its rows can be labelled by a click, in the table and in the chart: what `env.labels` gave. */
  readonly labels?: Labels;
}

/** Travels beside what a windowed operator or a table emits, for views only. */
export interface RecordOrigin {
  /** The key of the window; of a table that changes, what tells the row apart. */
  readonly key?: unknown;
  /** The window: `[start, end)` in epoch ms. */
  readonly window?: { readonly start: number; readonly end: number };
  /** How often this key and window have fired before: 0 on time, more for late firings. */
  readonly pane?: number;
  /** True when the trigger purges, so that panes add up instead of replacing one another. */
  readonly purging?: boolean;
  /** Windows this one absorbed (a session merge): their rows are withdrawn. */
  readonly absorbed?: readonly { readonly start: number; readonly end: number }[];
  /**
   * Of a table that changes: the record takes the place of its key's row, is a further row beside those of the same key, or is one
   * that goes.
   */
  readonly change?: 'replace' | 'add' | 'remove';
}

/** Progress of one operator of a lane. */
export interface WatermarkProgress {
  /** Name of the operator. */
  readonly operator: string;
  /** Its watermark; `MIN_TIMESTAMP` before any. */
  readonly watermark: number;
  /** The highest record timestamp seen, where known. */
  readonly maxTimestamp?: number;
  /** True if its input is silent and holds nobody back. */
  readonly idle: boolean;
  /** Records that came too late so far. */
  readonly lateRecords: number;
  /** How many of them went to a side output; the others are dropped. */
  readonly lateToSideOutput?: number;
  /** Set if its state grows with all that ever comes. */
  readonly unbounded?: StateGrowth;
}

/** State that grows with all that ever comes. */
export interface StateGrowth {
  /** What is kept, in words. */
  readonly keeps: string;
  /** How many entries there are by now. */
  readonly entries: number;
  /** About how much memory they take: measured on some of them. */
  readonly bytes: number;
}

/** The reading end of a view; the engine calls it on its own thread, between records. */
export interface ViewObserver {
  /** Called for every record. */
  onRecord(value: unknown, timestamp: number | undefined, origin: RecordOrigin | undefined): void;
  /** Called when the watermark advances. */
  onWatermark(watermark: number): void;
  /** Once a slice: progress of every operator the view hangs on, with the runtime's clock in epoch ms. */
  onProgress(progress: readonly WatermarkProgress[], now: number): void;
  /** State of the rows, part of a cut; structured-cloneable. */
  snapshot(): unknown;
  /** Takes rows back from a cut. */
  restore(state: unknown): void;
  /** Called when the view begins, ends, fails or waits. */
  onStatus(status: ViewStatus, error?: Error): void;
}

/** Keeps no rows: for who runs a lane and does not look at what its views show. */
export const NO_ROWS: ViewObserver = {
  onRecord: () => undefined,
  onWatermark: () => undefined,
  onProgress: () => undefined,
  snapshot: () => undefined,
  restore: () => undefined,
  onStatus: () => undefined,
};

/** Where a view stands: `catching-up` reads what was recorded, `waiting` waits for its cell. */
export type ViewStatus = 'running' | 'catching-up' | 'paused' | 'finished' | 'failed' | 'waiting' | 'stopped';

/** What `show()` returns to the user. */
export interface View<T = unknown> {
  /** Tells it from other views of the session. */
  readonly id: string;
  /** The rows as they stand. */
  latest(): T[];
  /** Resolves with the first `n` further records, or with fewer when the stream ends. */
  take(n: number): Promise<T[]>;
  /** Ends it; its rows stay. */
  stop(): void;
}
