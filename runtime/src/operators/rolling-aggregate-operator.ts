import type { AggregateFunction } from '../state/aggregating-state.ts';
import { KeyedStateBackend, type KeyedStateSnapshot } from '../state/keyed-state-backend.ts';
import { ValueStateDescriptor } from '../state/value-state.ts';
import type { KeySelector } from './key-selector.ts';
import { KeyedOperator } from './keyed-operator.ts';

/** For each record, the aggregate of all records of its key so far. */
export class RollingAggregateOperator extends KeyedOperator {
  readonly #aggregate: AggregateFunction<unknown, unknown, unknown>;
  readonly #backend = new KeyedStateBackend();
  readonly #accumulator = this.#backend.store.getState(new ValueStateDescriptor<unknown>('accumulator'));

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
    this.output.collect(this.#aggregate.getResult(after), timestamp);
  }

  override get stateEntryCount(): number {
    return this.#backend.entryCount;
  }

  override snapshot(): unknown {
    return this.#backend.snapshot();
  }

  override restore(state: unknown): void {
    this.#backend.restore(state as KeyedStateSnapshot);
  }
}
