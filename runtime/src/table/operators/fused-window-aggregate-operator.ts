import type { FusionScope, WriteNext } from '../../operators/fusion-scope.ts';
import { KeySelector } from '../../operators/key-selector.ts';
import { Operator } from '../../operators/operator.ts';
import type { Partitioning } from '../../operators/stream-partitioner.ts';
import type { Row } from '../changelog-row.ts';
import type { AggregateHandler } from '../lower/aggregate-handler.ts';
import { StandaloneScope } from '../lower/standalone-scope.ts';
import type { Expression } from '../plan/expression.ts';
import type { WindowProperty } from '../plan/relation.ts';
import type { RowKey } from './keyed-table-operator.ts';

export interface FusedWindowAggregateOptions {
  readonly keys: readonly Expression[];
  readonly key: RowKey | undefined;
  /** With room for the keys before the accumulators. */
  readonly handler: AggregateHandler;
  /** The column with the time of a row. */
  readonly timeColumn: number;
  readonly properties: readonly WindowProperty[];
  /** Number of columns that come in. */
  readonly width: number;
}

/** A group's values of the keys, and its accumulators. */
export type Group = unknown[];

/** Aggregates rows that are only added, in windows of event time; what it does with a row is part of its chain's function. */
export abstract class FusedWindowAggregateOperator extends Operator {
  override readonly fusable = true;
  override readonly takesParts = true;
  override readonly agesRecords = false;
  readonly #selector: KeySelector;
  readonly #make: (group: readonly unknown[], start: number, end: number, time: number) => unknown[];
  #single: ((value: unknown, timestamp: number | undefined) => void) | undefined;
  /** A group with copies of the accumulators. */
  protected readonly copyOf: (group: readonly unknown[]) => Group;
  /** Adds what another group has seen. */
  protected readonly mergeInto: (into: Group, other: readonly unknown[]) => void;

  constructor({ key, handler, keys, properties }: FusedWindowAggregateOptions) {
    super();
    this.#selector = new KeySelector(key === undefined ? undefined : (row) => key((row as Row).values));
    const values = keys.map((_, at) => `g[${at}]`);
    const list = (...parts: readonly string[]) =>
      `return [${parts.filter((part) => part !== '').join(', ')}];`;
    const results = new StandaloneScope();
    this.#make = results.compile(
      ['g', 'start', 'end', 'time'],
      list(...values, handler.writeResults(results, 'g'), ...properties),
    );
    const copy = new StandaloneScope();
    this.copyOf = copy.compile(['g'], list(...values, handler.writeCopy(copy, 'g')));
    const merge = new StandaloneScope();
    this.mergeInto = merge.compile(['g', 'o'], handler.writeMerge(merge, 'g', 'o'));
  }

  override partitioning(): Partitioning {
    return this.#selector;
  }

  override get isParallel(): boolean {
    return this.#selector.keyed;
  }

  /** Lanes compile a chain; this is for rows that come by themselves. */
  processElement(value: unknown, timestamp: number | undefined): void {
    if (this.#single === undefined) {
      const scope = new StandaloneScope();
      this.#single = scope.compile(['value', 'timestamp'], this.fuse(scope, 'value', 'timestamp'));
    }
    this.#single!(value, timestamp);
  }

  abstract override fuse(scope: FusionScope, value: string, timestamp: string, next?: WriteNext): string;

  /** Counts a row that is late, or has no time. Generated code calls it. */
  skip(timestamp: number | undefined): void {
    this.tooLate(undefined, timestamp, undefined);
  }

  protected show(group: readonly unknown[], start: number, end: number, time: number): void {
    this.output.collect({ kind: '+I', values: this.#make(group, start, end, time) }, time);
  }
}
