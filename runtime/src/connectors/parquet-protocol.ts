import type { ColumnSelection } from '../formats/parquet-format.ts';
import type { PackedColumn } from './packed-column.ts';

/** What the thread is started with. */
export type ParquetSettings = ColumnSelection;

/** Asks for the columns of a row group; groups are counted from 0. */
export interface GroupRequest {
  readonly path: string;
  readonly group: number;
}

/** Answers come in the order of the requests. */
export type GroupAnswer =
  | { readonly type: 'group'; readonly rows: number; readonly columns: readonly PackedColumn[] }
  | { readonly type: 'file-end' }
  | {
      readonly type: 'failed';
      readonly code: string;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };
