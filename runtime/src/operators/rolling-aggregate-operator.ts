import type { AggregateFunction } from '../state/aggregating-state.ts';
import type { KeyedTable } from '../state/entries.ts';
import { KeyedStateBackend } from '../state/keyed-state-backend.ts';
import { MAX_TIMESTAMP } from '../time/timestamp.ts';
import { ValueStateDescriptor } from '../state/value-state.ts';
import type { KeySelector } from './key-selector.ts';
import { KeyedOperator } from './keyed-operator.ts';

/** For each record, the aggregate of all records of its key so far; in batch mode, only the last one of each key. */
export class RollingAggregateOperator extends KeyedOperator {
  readonly #aggregate: AggregateFunction<unknown, unknown, unknown>;
  readonly #backend = new KeyedStateBackend();
  readonly #accumulator = this.#backend.store.getState(new ValueStateDescriptor<unknown>('accumulator'));

  /** In batch mode: the timestamp of a key's last record. */
  readonly #lastTimestamp = this.#backend.store.getState(new ValueStateDescriptor<number>('last-timestamp'));

  constructor(keySelector: KeySelector, aggregate: AggregateFunction<unknown, unknown, unknown>) {
    super(keySelector);
    this.#aggregate = aggregate;
  }

  processKeyed(key: unknown, value: unknown, timestamp: number | undefined): void {
    this.#backend.setCurrentKey(key);
    const before = this.#accumulator.value();
    const after = this.#aggregate.add(
      value,
      before === undefined ? this.#aggregate.createAccumulator() : before,
    );
    this.#accumulator.update(after);
    if (this.runtime.batch) this.#lastTimestamp.update(timestamp);
    else this.#emit(key, after, timestamp);
  }

  protected override onWatermark(timestamp: number): void {
    if (timestamp !== MAX_TIMESTAMP || !this.runtime.batch) return;
    for (const key of this.#backend.keysWith('accumulator')) {
      this.#backend.setCurrentKey(key);
      this.#emit(key, this.#accumulator.value(), this.#lastTimestamp.value());
    }
  }

  #emit(key: unknown, accumulator: unknown, timestamp: number | undefined): void {
    if (this.runtime.tracksEmission) this.emission = { key };
    this.output.collect(this.#aggregate.getResult(accumulator), timestamp);
    this.emission = undefined;
  }

  override get stateEntryCount(): number {
    return this.#backend.entryCount;
  }

  override get tables(): readonly KeyedTable[] {
    return [this.#backend];
  }
}
