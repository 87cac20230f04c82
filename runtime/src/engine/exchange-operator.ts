import type { KeySelector } from '../operators/key-selector.ts';
import { Operator, type Partitioning } from '../operators/operator.ts';
import { keyGroupOf, subtaskOf } from '../state/key-group.ts';
import type { Collect } from './lane-vertex.ts';

/**
 * Hands the records of one subtask to several: by the group of their keys, to all, or in turn. It stands only where streams
 * of several subtasks meet; a lane without any has none.
 */
export class ExchangeOperator extends Operator {
  readonly #partitioning: Partitioning;
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  /** Number of key groups. */
  readonly maxParallelism: number;
  #targets: readonly Collect[] = [];
  #next = 0;

  constructor(partitioning: Partitioning, maxParallelism: number) {
    super();
    this.#partitioning = partitioning;
    this.maxParallelism = maxParallelism;
  }

  /** @param targets one for each subtask */
  connect(targets: readonly Collect[]): void {
    this.#targets = targets;
  }

  override get nextEventTime(): number {
    return Infinity;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const targets = this.#targets;
    const partitioning = this.#partitioning;
    if (partitioning === 'broadcast') {
      for (const target of targets) target(value, timestamp);
    } else if (partitioning === undefined) {
      targets[this.#next]!(value, timestamp);
      this.#next = (this.#next + 1) % targets.length;
    } else {
      targets[this.#subtaskFor(partitioning, value)]!(value, timestamp);
    }
  }

  override snapshot(): number {
    return this.#next;
  }

  override restore(state: unknown): void {
    this.#next = (state as number) % this.#targets.length;
  }

  #subtaskFor(keySelector: KeySelector, value: unknown): number {
    const group = keyGroupOf(keySelector.keyOf(value), this.maxParallelism);
    return subtaskOf(group, this.maxParallelism, this.#targets.length);
  }
}
