import { AlignedWindowOperator, type AlignedWindowOptions } from './aligned-window-operator.ts';
import type { FusionScope } from './fusion-scope.ts';
import type { KeySelector } from './key-selector.ts';
import type { Operator, Partitioning } from './operator.ts';
import { WindowOperator, type WindowOperatorOptions } from './window-operator.ts';

/** Windows over the records of two streams with equal keys; they are tagged with the stream they came by. */
export class CoWindowOperator extends WindowOperator {
  readonly #keys: readonly [KeySelector, KeySelector];

  /** @param options its key selector is that of the first stream */
  constructor(options: WindowOperatorOptions, secondKey: KeySelector) {
    super(options);
    this.#keys = [options.keySelector, secondKey];
  }

  override processElement(value: unknown, timestamp: number | undefined): void {
    this.processKeyed(this.keySelector.keyOf(value), { isOne: true, value }, timestamp);
  }

  override processInput(input: number, key: unknown, value: unknown, timestamp: number | undefined): void {
    this.processKeyed(key, { isOne: input === 0, value }, timestamp);
  }

  override partitioning(input: number): Partitioning {
    return this.#keys[input];
  }

  override fuse(
    scope: FusionScope,
    value: string,
    timestamp: string,
    _next: (value: string) => string,
    input: number,
  ): string {
    return fuseTagged(scope, this, this.#keys, value, timestamp, input);
  }
}

/** The same for tumbling and sliding windows that fire at their end: all keys of a window share a pane. */
export class CoAlignedWindowOperator extends AlignedWindowOperator {
  readonly #keys: readonly [KeySelector, KeySelector];

  /** @param options its key selector is that of the first stream */
  constructor(options: AlignedWindowOptions, secondKey: KeySelector) {
    super(options);
    this.#keys = [options.keySelector, secondKey];
  }

  override processElement(value: unknown, timestamp: number | undefined): void {
    this.processKeyed(this.keySelector.keyOf(value), { isOne: true, value }, timestamp);
  }

  override partitioning(input: number): Partitioning {
    return this.#keys[input];
  }

  override fuse(
    scope: FusionScope,
    value: string,
    timestamp: string,
    _next?: (value: string) => string,
    input = 0,
  ): string {
    return fuseTagged(scope, this, this.#keys, value, timestamp, input);
  }
}

function fuseTagged(
  scope: FusionScope,
  operator: Operator,
  keys: readonly [KeySelector, KeySelector],
  value: string,
  timestamp: string,
  input: number,
): string {
  const selector = input === 0 ? keys[0] : keys[1];
  const tagged = `{ isOne: ${input === 0}, value: ${value} }`;
  return `${scope.bind(operator)}.processKeyed(${selector.write(scope, value)}, ${tagged}, ${timestamp});`;
}
