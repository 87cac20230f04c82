import type { KeyedTable } from '../state/entries.ts';
import { FunctionHost } from './function-host.ts';
import type { TimeDomain } from './process-function.ts';
import { TwoInputOperator } from './two-input-operator.ts';

/** An operator with two inputs that runs one function object, whose state and timers its host keeps. */
export abstract class TwoInputFunctionOperator extends TwoInputOperator {
  protected readonly host = new FunctionHost(this, (time, domain) => this.onTimer(time, domain));

  override readonly showsOrder: boolean = true;

  /** A timer is due; the current key is the timer's. */
  protected abstract onTimer(time: number, domain: TimeDomain): void;

  protected override onWatermark(timestamp: number): boolean {
    return this.host.onWatermark(timestamp, this.runtime);
  }

  override get nextProcessingTime(): number {
    return this.host.nextProcessingTime;
  }

  override get lastProcessingTime(): number {
    return this.host.lastProcessingTime;
  }

  override onProcessingTime(time: number): void {
    this.host.onProcessingTime(time);
  }

  override get timerCount(): number {
    return this.host.timerCount;
  }

  override get stateEntryCount(): number {
    return this.host.stateEntryCount;
  }

  override get tables(): readonly KeyedTable[] {
    return this.host.tables;
  }
}
