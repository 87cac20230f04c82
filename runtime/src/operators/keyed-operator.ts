import type { FusionScope } from './fusion-scope.ts';
import type { KeySelector } from './key-selector.ts';
import { Operator } from './operator.ts';
import type { Partitioning } from './stream-partitioner.ts';
import type { TaggedUnion } from './tagged-union.ts';

/** An operator on keyed records; with a second key, on those of two inputs, tagged with the one they came by. */
export abstract class KeyedOperator extends Operator {
  protected readonly keySelector: KeySelector;
  readonly #secondKey: KeySelector | undefined;

  /** @param secondKey of the second input, if there are two */
  constructor(keySelector: KeySelector, secondKey?: KeySelector) {
    super();
    this.keySelector = keySelector;
    this.#secondKey = secondKey;
  }

  abstract processKeyed(key: unknown, value: unknown, timestamp: number | undefined): void;

  /** A record of the first input. */
  processElement(value: unknown, timestamp: number | undefined): void {
    this.processInput(0, this.keySelector.keyOf(value), value, timestamp);
  }

  override processInput(input: number, key: unknown, value: unknown, timestamp: number | undefined): void {
    if (this.#secondKey === undefined) return this.processKeyed(key, value, timestamp);
    const tagged = { isOne: input === 0, value } as TaggedUnion<unknown, unknown>;
    this.processKeyed(key, tagged, timestamp);
  }

  override partitioning(input: number): Partitioning {
    return this.#selectorOf(input);
  }

  override get isParallel(): boolean {
    return this.keySelector.keyed;
  }

  // The key is taken in the generated code, where its call site sees one kind of record only.
  override fuse(
    scope: FusionScope,
    value: string,
    timestamp: string,
    _next: (value: string) => string,
    input: number,
  ): string {
    const key = scope.keyOf(this.#selectorOf(input), value);
    const record = this.tagsInputs ? `{ isOne: ${input === 0}, value: ${value} }` : value;
    return `${scope.bind(this)}.processKeyed(${key}, ${record}, ${timestamp});`;
  }

  /** True with two inputs. */
  protected get tagsInputs(): boolean {
    return this.#secondKey !== undefined;
  }

  #selectorOf(input: number): KeySelector {
    return input === 0 ? this.keySelector : (this.#secondKey ?? this.keySelector);
  }
}
