import type { TableEntries } from '../state/entries.ts';
import type { StateSchemas } from '../state/state-schema.ts';
import type { TableCut } from '../state/slot-table.ts';
import type { WatermarkCombinerState } from '../time/watermark-combiner.ts';
import type { KeySorterSnapshot } from './key-sorter.ts';

export interface NodeSnapshot {
  /** Of its operator, for people. */
  readonly name: string;
  readonly watermark: number;
  readonly idle: boolean;
  /** Records that came too late. */
  readonly lateRecords: number;
  /** Those of them that went to a side output. */
  readonly lateSideOutputs?: number;
  /** Records that it has taken in. */
  readonly recordsIn: number;
  /** Records handed on where a reader has several inputs, in the order of its readers. */
  readonly edges?: readonly number[];
  readonly inputs?: WatermarkCombinerState;
  /** Number of key groups that its state was spread by; absent of what has no keys. */
  readonly maxParallelism?: number;
  /** In batch mode: records that wait to be sorted. */
  readonly unsorted?: KeySorterSnapshot;
  /** What its operator keeps beside its tables. */
  readonly state: unknown;
  /** What its operator keeps by key, by tables; of two entries for one place the later counts. */
  readonly tables?: TableEntries;
  /** What the states in its tables are, by tables. */
  readonly schemas?: Readonly<Record<string, StateSchemas>>;
}

/** All state of a lane, by the keys of its nodes. */
export interface LaneSnapshot {
  readonly now: number;
  readonly nodes: Readonly<Record<string, NodeSnapshot>>;
}

/** A cut of a lane that has begun: `beside` is to be written at once, what is in tables when there is time. */
export interface LaneCutBegun {
  readonly beside: LaneSnapshot;
  readonly tables: readonly {
    /** Key of the node. */
    readonly node: string;
    /** Its name, for errors. */
    readonly operator: string;
    readonly table: string;
    readonly cut: TableCut;
  }[];
}
