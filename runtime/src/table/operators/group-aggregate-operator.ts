import type { FusionScope, WriteNext } from '../../operators/fusion-scope.ts';
import type { ValueState } from '../../state/value-state.ts';
import { MAX_TIMESTAMP } from '../../time/timestamp.ts';
import { isAddition, type Row } from '../changelog-row.ts';
import type { AggregateHandler } from '../lower/aggregate-handler.ts';
import type { Expression } from '../plan/expression.ts';
import type { LogicalType } from '../types/logical-type.ts';
import { fuseGroupAggregate } from '../lower/fused-group-aggregate.ts';
import { equalRows } from '../types/compare.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface GroupAggregateOptions {
  readonly keys: readonly Expression[];
  readonly key: RowKey | undefined;
  readonly keyValues: (values: readonly unknown[]) => unknown[];
  readonly handler: AggregateHandler;
  /** Of the results. */
  readonly types: readonly LogicalType[];
  /** True if rows are taken back. */
  readonly retracts: boolean;
  /** Number of columns that come in. */
  readonly width: number;
  /** True if what is behind it wants the old version of a row too. */
  readonly updateBefore: boolean;
  /** In ms. */
  readonly timeToLive: number | undefined;
  /** Rows, and ms, after which groups show what has changed. */
  readonly miniBatch: { readonly size: number; readonly latency: number } | undefined;
}

export interface Group {
  /** Rows that are in it. */
  rows: number;
  readonly keys: readonly unknown[];
  accumulators: unknown[];
  /** What was emitted of it last; `null` before. */
  shown: unknown[] | null;
}

/**
 * The aggregates of each group, changed with each row: +I for a new group, -U and +U for a changed one, -D for one that has lost its
 * last row. A result that stays the same is not sent again, unless state has a time to live, so that what is behind is kept alive too.
 * With mini-batches a group shows the change of many rows at once. Where each row shows what it changes at once, and for ever, all of that
 * is part of the chain's function.
 */
export class GroupAggregateOperator extends KeyedTableOperator {
  override readonly judgesTime = false;
  override readonly fusable: boolean;
  override readonly takesParts: boolean;
  readonly #options: GroupAggregateOptions;
  readonly #group: ValueState<Group | undefined>;
  /** Keys of groups with rows that are not shown yet, in the order in which they came. */
  #pending = new Map<unknown, number | undefined>();
  #pendingRows = 0;
  #flushAt = Infinity;
  /** True if groups are not shown after each row. Generated code reads it. */
  postpones = false;

  constructor(options: GroupAggregateOptions) {
    super(options.key);
    this.#options = options;
    this.#group = this.valueState('group', options.timeToLive);
    const { timeToLive, miniBatch } = options;
    this.fusable = this.takesParts = timeToLive === undefined && miniBatch === undefined;
  }

  override fuse(
    scope: FusionScope,
    value: string,
    timestamp: string,
    next: WriteNext,
    input: number,
  ): string {
    if (this.fusable) return fuseGroupAggregate(this, this.#options, scope, value, timestamp, next);
    return super.fuse(scope, scope.partsOf(value)?.whole() ?? value, timestamp, next, input);
  }

  override open(): void {
    super.open();
    this.postpones = this.runtime.batch || this.#options.miniBatch !== undefined;
  }

  /** The group of a key, which is current then. Generated code calls it. */
  find(key: unknown): Group | undefined {
    this.backend.setCurrentKey(key);
    return this.#group.value();
  }

  /** The first row of the current key's group has come. Generated code calls it. */
  begin(keys: readonly unknown[]): Group {
    const group = { rows: 0, keys, accumulators: this.#options.handler.create(), shown: null };
    this.#group.update(group);
    return group;
  }

  /** The last row of the current key's group has gone. Generated code calls it. */
  end(): void {
    this.#group.clear();
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const { handler, keyValues } = this.#options;
    let group = this.#group.value();
    const adds = isAddition(row);
    if (group === undefined) {
      // The row that is taken back has expired, or never came.
      if (!adds) return;
      group = { rows: 0, keys: keyValues(row.values), accumulators: handler.create(), shown: null };
    }
    if (adds) {
      group.rows++;
      handler.add(group.accumulators, row.values);
    } else {
      group.rows--;
      handler.retract(group.accumulators, row.values);
    }
    if (this.postpones) this.postpone(group, timestamp);
    else this.#show(group, timestamp);
  }

  override showAgain(): void {
    for (const key of this.backend.keysWith('group')) {
      this.backend.setCurrentKey(key);
      const shown = this.#group.value()?.shown;
      if (shown) this.emit('+I', [...shown], undefined);
    }
  }

  /** Keeps in mind that a group is to be shown. Generated code calls it. */
  postpone(group: Group, timestamp: number | undefined): void {
    const { miniBatch } = this.#options;
    this.#group.update(group);
    this.#pending.set(this.backend.currentKey, timestamp);
    this.#pendingRows++;
    if (miniBatch === undefined || this.runtime.batch) return;
    if (this.#flushAt === Infinity) this.#flushAt = this.runtime.currentProcessingTime() + miniBatch.latency;
    if (this.#pendingRows >= miniBatch.size) this.#flush();
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = new Map();
    this.#pendingRows = 0;
    this.#flushAt = Infinity;
    for (const [key, timestamp] of pending) {
      this.backend.setCurrentKey(key);
      const group = this.#group.value();
      if (group !== undefined) this.#show(group, timestamp);
    }
  }

  #show(group: Group, timestamp: number | undefined): void {
    const { handler, updateBefore, timeToLive } = this.#options;
    const { shown } = group;
    if (group.rows === 0) {
      if (shown !== null) this.emit('-D', shown, timestamp);
      this.#group.clear();
      return;
    }
    const now = [...group.keys, ...handler.results(group.accumulators)];
    const same = shown !== null && equalRows(shown, now);
    // What is sent may be kept, and generated code changes what is shown in place.
    group.shown = [...now];
    this.#group.update(group);
    if (shown === null) this.emit('+I', now, timestamp);
    else if (!same || timeToLive !== undefined) {
      if (updateBefore) this.emit('-U', shown, timestamp);
      this.emit('+U', now, timestamp);
    }
  }

  protected override onWatermark(timestamp: number): void {
    // In batch mode results come once, at the end, and a mini-batch ends with its input too.
    if (timestamp === MAX_TIMESTAMP) this.#flush();
    super.onWatermark(timestamp);
  }

  override get nextProcessingTime(): number {
    return Math.min(this.#flushAt, super.nextProcessingTime);
  }

  override onProcessingTime(time: number): void {
    if (this.#flushAt <= time) this.#flush();
    super.onProcessingTime(time);
  }

  override snapshot(): unknown {
    return {
      keyed: super.snapshot(),
      pending: this.#pending,
      rows: this.#pendingRows,
      flushAt: this.#flushAt,
    };
  }

  override restore(saved: unknown): void {
    const { keyed, pending, rows, flushAt } = saved as {
      keyed: unknown;
      pending: Map<unknown, number | undefined>;
      rows: number;
      flushAt: number;
    };
    super.restore(keyed);
    this.#pending = pending;
    this.#pendingRows = rows;
    this.#flushAt = flushAt;
  }
}
