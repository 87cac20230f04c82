import type { FusionScope } from './fusion-scope.ts';
import type { KeySelector } from './key-selector.ts';
import { WindowOperator, type WindowOperatorOptions } from './window-operator.ts';

/** Windows over the records of two streams with equal keys; they are tagged with the stream they came by. */
export class CoWindowOperator extends WindowOperator {
  readonly #secondKey: KeySelector;

  /** @param options its key selector is that of the first stream */
  constructor(options: WindowOperatorOptions, secondKey: KeySelector) {
    super(options);
    this.#secondKey = secondKey;
  }

  override processElement(value: unknown, timestamp: number | undefined): void {
    this.processKeyed(this.keySelector.keyOf(value), { isOne: true, value }, timestamp);
  }

  override fuse(
    scope: FusionScope,
    value: string,
    timestamp: string,
    _next: (value: string) => string,
    input: number,
  ): string {
    const isOne = input === 0;
    const selector = isOne ? this.keySelector : this.#secondKey;
    const tagged = `{ isOne: ${isOne}, value: ${value} }`;
    return `${scope.bind(this)}.processKeyed(${selector.write(scope, value)}, ${tagged}, ${timestamp});`;
  }
}
