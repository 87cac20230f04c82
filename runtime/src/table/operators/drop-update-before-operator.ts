import { Operator } from '../../operators/operator.ts';
import type { Row } from '../changelog-row.ts';

/** Leaves out the old versions of rows that change, where what is behind it finds them by key. */
export class DropUpdateBeforeOperator extends Operator {
  processElement(value: unknown, timestamp: number | undefined): void {
    if ((value as Row).kind !== '-U') this.output.collect(value, timestamp);
  }
}
