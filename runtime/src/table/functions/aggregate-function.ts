import type { LogicalType } from '../types/logical-type.ts';

/**
 * An aggregate as SQL computes it: with values taken back again where its input changes. Accumulators are plain data, so that they
 * can be part of a snapshot.
 */
export interface Aggregator {
  create(): unknown;
  /** Returns the accumulator, changed or another. Its arguments are NULL where `ignoresNull` is not set. */
  add(accumulator: unknown, ...args: readonly unknown[]): unknown;
  /** Takes back what was added before. */
  retract(accumulator: unknown, ...args: readonly unknown[]): unknown;
  /** One accumulator of what both have seen; neither is used again. */
  merge(a: unknown, b: unknown): unknown;
  result(accumulator: unknown): unknown;
  /** True if it is not told of rows in which an argument is NULL. */
  readonly ignoresNull: boolean;
  /** How the same is done by code that is written where it is needed; it counts on accumulators of `create`. */
  readonly code?: AggregatorCode | undefined;
}

/** Code of an aggregate of one argument at most. `place` reads and writes an accumulator, `value` is not NULL. */
export interface AggregatorCode {
  readonly create: string;
  /** @param bind a name for a function that the code calls */
  readonly add: (place: string, value: string, bind: (object: unknown) => string) => string;
  /** Adds what another has seen, which stays as it is. */
  readonly merge: (place: string, other: string, bind: (object: unknown) => string) => string;
  readonly copy: (accumulator: string) => string;
  /** The result, where it is no more than to be read. */
  readonly result?: (accumulator: string) => string;
}

export interface AggregateOptions {
  /** True if its input takes rows back, so that it must be able to. */
  readonly retracts: boolean;
}

/** A function of many rows. */
export interface AggregateFunctionDefinition {
  readonly name: string;
  readonly signature: string;
  readonly bind: (types: readonly LogicalType[]) => BoundAggregate | undefined;
}

export interface BoundAggregate {
  readonly args: readonly LogicalType[];
  readonly type: LogicalType;
  readonly create: (options: AggregateOptions) => Aggregator;
  /** True if DISTINCT makes no difference. */
  readonly indifferentToDuplicates?: boolean;
  readonly userFunction?: unknown;
  /** Numbers rows or looks at others by their place: only with OVER. */
  readonly onlyOver?: boolean;
}
