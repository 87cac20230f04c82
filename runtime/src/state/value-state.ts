import { copyValue } from './copy-value.ts';
import type { StateCell } from './state-cell.ts';
import type { StateColumn } from './state-column.ts';
import { TtlDescriptor } from './ttl-descriptor.ts';

/** One value a key. */
export interface ValueState<T> {
  /** The value, or the descriptor's default. */
  value(): T;
  /** Sets the value; `undefined` clears it. */
  update(value: T): void;
  /** Takes the value away. */
  clear(): void;
}

/**
 * Names a value state; made by `new ValueStateDescriptor(name, defaultValue?)`. The value is anything that the
 * structured clone algorithm takes, or holds instances of classes that `registerType` knows.
 * @example
 * class Previous extends KeyedProcessFunction<string, { amount: number }, number | undefined> {
 *   #last!: ValueState<number | undefined>;
 *   override open() {
 *     this.#last = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('last'));
 *   }
 *   *processElement(order: { amount: number }) {
 *     yield this.#last.value();
 *     this.#last.update(order.amount);
 *   }
 * }
 * const previous = orders.keyBy('user').process(() => new Previous());
 * await previous.executeAndCollect(); // → [undefined, undefined, 3, 5]
 */
export interface ValueStateDescriptor<T> extends TtlDescriptor<T> {
  /** Tells the kinds of state apart. */
  readonly kind: 'value';
  /** What the state is found by in a snapshot; unique within a function. */
  readonly name: string;
  /** What `value()` is before it is set; copied for each key. */
  readonly defaultValue: T;
}

interface ValueStateDescriptorConstructor {
  /** Without a default, `value()` is `undefined` until it is set. */
  new <T>(name: string): ValueStateDescriptor<T | undefined>;
  /** With a default, copied for each key. */
  new <T>(name: string, defaultValue: T): ValueStateDescriptor<T>;
}

class Descriptor extends TtlDescriptor implements ValueStateDescriptor<unknown> {
  readonly kind = 'value';
  readonly name: string;
  readonly defaultValue: unknown;

  constructor(name: string, defaultValue?: unknown) {
    super();
    this.name = name;
    this.defaultValue = defaultValue;
  }
}

/** Makes names of value states. */
export const ValueStateDescriptor = Descriptor as unknown as ValueStateDescriptorConstructor;

/** Value state in a cell. */
export class CellValueState<T> implements ValueState<T> {
  readonly #cell: StateCell;
  readonly #default: T;
  readonly #copiesDefault: boolean;

  constructor(cell: StateCell, descriptor: ValueStateDescriptor<T>) {
    this.#cell = cell;
    this.#default = descriptor.defaultValue;
    cell.look(this.#default);
    this.#copiesDefault = typeof this.#default === 'object' && this.#default !== null;
  }

  value(): T {
    const value = this.#cell.get();
    if (value !== undefined) return value as T;
    return this.#copiesDefault ? (copyValue(this.#default) as T) : this.#default;
  }

  update(value: T): void {
    this.#cell.set(value);
  }

  clear(): void {
    this.#cell.set(undefined);
  }
}

/**
 * Value state in a column, as most of it is. It reads the column by itself: through a cell, whose kinds are many once a
 * process has run a few jobs, every access would be a call that cannot be inlined.
 */
export class ColumnValueState<T> implements ValueState<T> {
  readonly #column: StateColumn;
  readonly #default: T;

  constructor(column: StateColumn, descriptor: ValueStateDescriptor<T>) {
    this.#column = column;
    this.#default = descriptor.defaultValue;
    column.look(this.#default);
  }

  value(): T {
    const value = this.#column.get();
    return value === undefined ? this.#initial() : (value as T);
  }

  update(value: T): void {
    this.#column.set(value);
  }

  clear(): void {
    this.#column.set(undefined);
  }

  #initial(): T {
    const initial = this.#default;
    return typeof initial === 'object' ? (copyValue(initial) as T) : initial;
  }
}
