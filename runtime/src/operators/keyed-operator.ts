import type { FusionScope } from './fusion-scope.ts';
import type { KeySelector } from './key-selector.ts';
import { Operator, type Partitioning } from './operator.ts';

/** An operator on keyed records. */
export abstract class KeyedOperator extends Operator {
  protected readonly keySelector: KeySelector;

  constructor(keySelector: KeySelector) {
    super();
    this.keySelector = keySelector;
  }

  abstract processKeyed(key: unknown, value: unknown, timestamp: number | undefined): void;

  processElement(value: unknown, timestamp: number | undefined): void {
    this.processKeyed(this.keySelector.keyOf(value), value, timestamp);
  }

  override processInput(_input: number, key: unknown, value: unknown, timestamp: number | undefined): void {
    this.processKeyed(key, value, timestamp);
  }

  override partitioning(_input: number): Partitioning {
    return this.keySelector;
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
    _input: number,
  ): string {
    return `${scope.bind(this)}.processKeyed(${this.keySelector.write(scope, value)}, ${value}, ${timestamp});`;
  }
}
