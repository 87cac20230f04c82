// What the session, the kernel and the JupyterLab extension say to each other about live views. Imports no other room.
import type { ViewColumn } from './column-text.ts';
import type { Json } from './json.ts';

/** MIME type of a live view in a notebook; the payload only names it, its rows come over the comm. */
export const VIEW_MIME_TYPE = 'application/vnd.tidemark.view.v1+json';
/** Comm target that the extension opens, once per kernel connection. */
export const VIEWS_COMM_TARGET = 'tidemark.views';

/**
 * One row of a view, plain JSON. `_id` is unique in the view: upserting it replaces the row. The fields of the record
 * itself keep their names, so what Tidemark adds begins with an underscore.
 */
export interface ViewRow {
  readonly _id: string;
  readonly [field: string]: Json;
}

export type ViewStatusName =
  'running' | 'catching-up' | 'paused' | 'finished' | 'failed' | 'waiting' | 'stopped' | 'before-restart';

export interface ViewDescription {
  readonly viewId: string;
  /** The notebook cell that owns it, and its place among that cell's views, so that a page can put it back. */
  readonly cellId?: string;
  readonly ordinal: number;
  readonly title: string;
  readonly kind: 'windows' | 'records' | 'watermarks';
  /**
   * A complete Vega-Lite 5 spec with `data: {name: 'rows'}`; absent for a table. It may also name the data set `status`,
   * one row made by `chartStatus`.
   */
  readonly spec?: Json;
  readonly maxRows: number;
  /** Set if its rows can be labelled; a row's label is its field `_label`. */
  readonly labels?: string;
  /** Of a table of SQL: its columns in order. Then `_time` is no column of its own. */
  readonly columns?: readonly ViewColumn[];
  /** The time zone that TIMESTAMP_LTZ is shown in, where it is not UTC. */
  readonly timeZone?: string;
  /** True for a table whose rows are replaced and taken away. */
  readonly changes?: boolean;
}

/** What a user says of a row. */
export type RowLabel = (typeof ROW_LABELS)[number];
export const ROW_LABELS = ['anomaly', 'false alarm'] as const;

/** Numbers shown beside a view. Times are epoch ms. */
export interface ViewProgress {
  readonly recordsIn: number;
  /** Records that came too late for their windows, and how many of them went to a side output; the others are dropped. */
  readonly lateRecords: number;
  readonly lateToSideOutput?: number;
  /** Results that late records have changed after they were shown. */
  readonly amendments?: number;
  readonly watermark?: number;
  readonly now: number;
  /** What an empty view waits for, for people. */
  readonly waiting?: string;
  /** What grows for ever, for people; one a line. */
  readonly warning?: string;
  /** What the view leaves out (keys, fields, rows), for people. */
  readonly note?: string;
}

export interface ViewFailure {
  readonly name: string;
  readonly message: string;
  /** Operator, record, cell and line, as far as known, one a line. */
  readonly details: readonly string[];
}

/** A change of a view's rows; applies to the version before it. */
export interface ViewDelta {
  readonly viewId: string;
  readonly version: number;
  /** True when `upsert` is all there is: earlier rows are dropped. */
  readonly reset: boolean;
  readonly upsert: readonly ViewRow[];
  readonly remove: readonly string[];
  readonly progress?: ViewProgress;
  /** The view's description, when the records seen have refined it. */
  readonly view?: ViewDescription;
}
