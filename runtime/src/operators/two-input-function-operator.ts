import { FunctionHost } from './function-host.ts';
import type { TimeDomain } from './process-function.ts';
import { TwoInputOperator } from './two-input-operator.ts';

/** An operator with two inputs that runs one function object, whose state and timers its host keeps. */
export abstract class TwoInputFunctionOperator extends TwoInputOperator {
  protected override readonly host: FunctionHost = new FunctionHost(this, (time, domain) =>
    this.onTimer(time, domain),
  );
  override readonly showsOrder = true;

  /** A timer is due; the current key is the timer's. */
  protected abstract onTimer(time: number, domain: TimeDomain): void;
}
