import type { PackedState, StateLayout } from './packed-state.ts';

/** The last values of a series, as a ring in its state. */
export class PackedRecent {
  readonly size: number;
  readonly #values: number;
  /** Place of the place of the oldest value once the ring is full. */
  readonly #next: number;
  readonly #count: number;

  constructor(layout: StateLayout, size: number) {
    this.size = size;
    this.#values = layout.numbers(size);
    this.#next = layout.numbers(1);
    this.#count = layout.numbers(1);
  }

  /** Takes a value in and, if there is no more room, the oldest out. */
  push({ numbers }: PackedState, value: number): void {
    const next = numbers[this.#next]!;
    numbers[this.#values + next] = value;
    numbers[this.#next] = next + 1 === this.size ? 0 : next + 1;
    if (numbers[this.#count]! < this.size) numbers[this.#count]! += 1;
  }

  count({ numbers }: PackedState): number {
    return numbers[this.#count]!;
  }

  /** True once there are as many values as there is room for. */
  isFull({ numbers }: PackedState): boolean {
    return numbers[this.#count] === this.size;
  }

  /** The value at a place of the ring. */
  at({ numbers }: PackedState, place: number): number {
    return numbers[this.#values + place]!;
  }

  /** Mean of all values, of a full ring; summed anew each time, so that it does not drift. */
  mean({ numbers }: PackedState): number {
    let sum = 0;
    for (let i = this.#values; i < this.#values + this.size; i++) sum += numbers[i]!;
    return sum / this.size;
  }

  /** Deviation of the values of a full ring from their mean. */
  deviation({ numbers }: PackedState, mean: number): number {
    let sum = 0;
    for (let i = this.#values; i < this.#values + this.size; i++) sum += (numbers[i]! - mean) ** 2;
    return Math.sqrt(sum / this.size);
  }
}
