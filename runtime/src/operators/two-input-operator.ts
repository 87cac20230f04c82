import type { FusionScope } from './fusion-scope.ts';
import type { KeySelector } from './key-selector.ts';
import { Operator } from './operator.ts';
import type { Partitioning } from './stream-partitioner.ts';

/** Keys of the two inputs of an operator; an input without one hands over records with no key. */
export interface InputKeys {
  readonly first?: KeySelector;
  readonly second?: KeySelector;
}

/**
 * An operator that tells its two inputs apart. Its watermark is the lower of theirs; state that it keeps by key is one
 * for both.
 */
export abstract class TwoInputOperator extends Operator {
  readonly #keys: InputKeys;

  constructor(keys: InputKeys = {}) {
    super();
    this.#keys = keys;
  }

  /** @param key the record's key, `undefined` if the input has none */
  abstract processElement1(value: unknown, timestamp: number | undefined, key: unknown): void;
  abstract processElement2(value: unknown, timestamp: number | undefined, key: unknown): void;

  /** A record of the first input. */
  processElement(value: unknown, timestamp: number | undefined): void {
    this.processElement1(value, timestamp, this.#keys.first?.keyOf(value));
  }

  override processInput(input: number, key: unknown, value: unknown, timestamp: number | undefined): void {
    if (input === 0) this.processElement1(value, timestamp, key);
    else this.processElement2(value, timestamp, key);
  }

  override partitioning(input: number): Partitioning {
    return input === 0 ? this.#keys.first : this.#keys.second;
  }

  override fuse(
    scope: FusionScope,
    value: string,
    timestamp: string,
    _next: (value: string) => string,
    input: number,
  ): string {
    const selector = input === 0 ? this.#keys.first : this.#keys.second;
    const key = selector === undefined ? 'undefined' : scope.keyOf(selector, value);
    return `${scope.bind(this)}.processElement${input + 1}(${value}, ${timestamp}, ${key});`;
  }
}
