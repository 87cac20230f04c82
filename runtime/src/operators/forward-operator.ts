import type { FusionScope } from './fusion-scope.ts';
import { Operator } from './operator.ts';

/** Hands on what it gets: a union of streams, or one side output of an operator. */
export class ForwardOperator extends Operator {
  override readonly fusable = true;

  processElement(value: unknown, timestamp: number | undefined): void {
    this.output.collect(value, timestamp);
  }

  override fuse(
    _scope: FusionScope,
    value: string,
    _timestamp: string,
    next: (value: string) => string,
  ): string {
    return next(value);
  }
}
