import { KeySelector } from '../operators/key-selector.ts';
import { Operator } from '../operators/operator.ts';
import type { Partitioning } from '../operators/stream-partitioner.ts';
import { keyGroupOf, subtaskOf } from '../state/key-group.ts';
import { badPartition } from './engine-errors.ts';
import type { Collect } from './lane-vertex.ts';

/**
 * Hands the records of one subtask to several: by the group of their keys, as the user says, to all, or in turn. It stands
 * only where streams of several subtasks meet; a lane without any has none.
 */
export class ExchangeOperator extends Operator {
  readonly #partitioning: Partitioning;
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  /** Number of key groups. */
  readonly maxParallelism: number;
  #targets: readonly Collect[] = [];
  /** What the choice of the next subtask hangs on. */
  #turn = 0;

  constructor(partitioning: Partitioning, maxParallelism: number) {
    super();
    this.#partitioning = partitioning;
    this.maxParallelism = maxParallelism;
  }

  /** @param targets one for each subtask that it reaches */
  connect(targets: readonly Collect[]): void {
    this.#targets = targets;
  }

  override get nextEventTime(): number {
    return Infinity;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    if (this.#partitioning === 'broadcast') for (const target of this.#targets) target(value, timestamp);
    else this.#targets[this.#targetOf(value)]!(value, timestamp);
  }

  override snapshot(): number {
    return this.#turn;
  }

  override restore(state: unknown): void {
    this.#turn = state as number;
  }

  #targetOf(value: unknown): number {
    const partitioning = this.#partitioning;
    const { length } = this.#targets;
    if (partitioning instanceof KeySelector) {
      const group = keyGroupOf(partitioning.keyOf(value), this.maxParallelism);
      return subtaskOf(group, this.maxParallelism, length);
    }
    if (partitioning === 'global') return 0;
    if (partitioning === 'shuffle') {
      // Numbers that look random and are the same in every run (law 11): a linear congruential generator, by its upper bits.
      this.#turn = (Math.imul(this.#turn, 1_664_525) + 1_013_904_223) >>> 0;
      return (this.#turn >>> 16) % length;
    }
    if (typeof partitioning !== 'object') {
      const at = this.#turn % length;
      this.#turn = at + 1;
      return at;
    }
    const key = partitioning.keySelector.keyOf(value);
    const chosen = partitioning.by(key, length);
    if (!(Number.isInteger(chosen) && chosen >= 0 && chosen < length))
      throw badPartition(chosen, length, key);
    return chosen;
  }
}
