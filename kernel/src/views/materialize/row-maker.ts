import type { RecordOrigin, WatermarkProgress } from 'tidemark';
import type { Json } from '../../protocol/index.ts';
import type { RowSet } from '../row-set.ts';

/** What a row maker can ask while it works. */
export interface ViewContext {
  readonly rows: RowSet;
  /** The view's watermark as last heard. */
  watermark(): number;
}

/** Turns what one kind of view hears into rows, and says how they look. */
export interface RowMaker {
  onRecord(value: unknown, timestamp: number | undefined, origin: RecordOrigin | undefined): void;
  onProgress(progress: readonly WatermarkProgress[], now: number): void;
  /** Called before the rows are taken: what depends on all rows together is settled here. */
  settle(): void;
  /** The chart that suits what has been seen so far; `undefined` for a table. Cheap: called at every take. */
  spec(): Json | undefined;
  /** What an empty view waits for. */
  waiting(): string;
  /** Results that late records have changed, where there can be such. */
  readonly amendments?: number;
  /** What the chart leaves out. */
  note(): string | undefined;
  snapshot(): unknown;
  /** `rows` are back already. */
  restore(state: unknown): void;
}
