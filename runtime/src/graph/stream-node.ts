import type { Source } from '../connectors/source.ts';
import type { Operator } from '../operators/operator.ts';
import type { StreamPartitioner } from '../operators/stream-partitioner.ts';
import type { WatermarkStrategy } from '../time/watermark-strategy.ts';
import type { ViewOptions } from '../engine/view.ts';

/** Where a node's records come from; with `sideOutput`, only those sent to that tag. */
export interface StreamEdge {
  readonly from: StreamNode;
  readonly sideOutput?: string;
}

/** One operator of the dataflow as the user wrote it: a description, never running state. */
export interface StreamNode {
  /** Order of creation in its graph, from 1. Not an identity: that is `uid` or the fingerprint (law 3). */
  readonly id: number;
  /** The operator's kind in kebab-case: `'map'`, `'window'`, `'source'`, `'sink'`. */
  readonly kind: string;
  name: string;
  uid?: string;
  onEdit?: 'rebuild' | 'keep';
  parallelism: number;
  /** Number of its key groups, if it was set. */
  maxParallelism?: number;
  readonly inputs: readonly StreamEdge[];
  /** What makes two operators of a kind differ, as plain data; part of the fingerprint. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The user's functions and function instances; part of the fingerprint. */
  readonly functions: readonly unknown[];
  /** Where the user wrote it, outside a notebook: `path:line:column`. */
  readonly location?: string;
  /** What it keeps without end, in words; no part of what it is. */
  keepsForEver?: string;
  /**
   * `'none'`: it keeps nothing, so an edit may change it freely; `'log'`: nor does it, and what it lets out is a log, in which nothing
   * is said twice; `'shown-again'`: its results can be made again from its state.
   * Left out of any other.
   */
  readonly state?: 'none' | 'log' | 'shown-again';
  /**
   * What its state hangs on, where that is not all of its parameters. `rows`: so many of each key it has at hand, the first ones; one
   * that needs no more of them can go on with it.
   */
  readonly holds?: { readonly parameters: Readonly<Record<string, unknown>>; readonly rows?: number };
  /** Of the cell that made it; set by the session. */
  cell?: string;

  /** How the subtasks of its readers share its records, if a stream said so; such a node only hands on. */
  readonly partitioner?: StreamPartitioner;
  /** Set on a source. */
  readonly source?: Source<unknown>;
  readonly watermarkStrategy?: WatermarkStrategy<unknown>;
  /** Set on everything else but a view: makes a fresh operator instance. */
  readonly createOperator?: () => Operator;
  /** Set on a view: rows for a reader, not a sink. */
  readonly view?: ViewOptions;
  /** True when running it has an effect of its own (sinks, print, views). */
  readonly isSink: boolean;
}
