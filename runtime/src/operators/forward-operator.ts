import type { FusionScope, WriteNext } from './fusion-scope.ts';
import { Operator } from './operator.ts';

/** Hands on what it gets: a union of streams, or one side output of an operator. */
export class ForwardOperator extends Operator {
  override readonly fusable = true;
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  override readonly takesParts = true;

  override get nextEventTime(): number {
    return Infinity;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    this.output.collect(value, timestamp);
  }

  override fuse(_scope: FusionScope, value: string, _timestamp: string, next: WriteNext): string {
    return next(value);
  }
}
