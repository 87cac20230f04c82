import type { StateCell } from './state-cell.ts';
import { TtlDescriptor } from './ttl-descriptor.ts';

/** One value a key. */
export interface ValueState<T> {
  /** The value, or the descriptor's default. */
  value(): T;
  /** Sets the value; `undefined` clears it. */
  update(value: T): void;
  clear(): void;
}

/** Names a value state; made by `new ValueStateDescriptor(name, defaultValue?)`. */
export interface ValueStateDescriptor<T> extends TtlDescriptor {
  readonly kind: 'value';
  readonly name: string;
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

export const ValueStateDescriptor = Descriptor as unknown as ValueStateDescriptorConstructor;

/** Value state in a cell. */
export class CellValueState<T> implements ValueState<T> {
  readonly #cell: StateCell;
  readonly #default: T;
  readonly #copiesDefault: boolean;

  constructor(cell: StateCell, descriptor: ValueStateDescriptor<T>) {
    this.#cell = cell;
    this.#default = descriptor.defaultValue;
    this.#copiesDefault = typeof this.#default === 'object' && this.#default !== null;
  }

  value(): T {
    const value = this.#cell.get();
    if (value !== undefined) return value as T;
    return this.#copiesDefault ? structuredClone(this.#default) : this.#default;
  }

  update(value: T): void {
    this.#cell.set(value);
  }

  clear(): void {
    this.#cell.set(undefined);
  }
}
