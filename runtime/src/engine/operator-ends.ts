import type { Emission } from '../operators/emission.ts';
import { formatValue } from '../operators/format-value.ts';
import { Operator } from '../operators/operator.ts';
import type { ViewObserver } from './view.ts';

/** Hands records to a view, with what the operator right before it says of them. */
export class ViewOperator extends Operator {
  readonly #observer: ViewObserver;
  readonly #upstream: readonly Operator[];

  constructor(observer: ViewObserver, upstream: readonly Operator[]) {
    super();
    this.#observer = observer;
    this.#upstream = upstream;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    // Only the subtask that emits just now has something to say.
    let emission: Emission | undefined;
    for (const operator of this.#upstream) emission ??= operator.emission;
    this.#observer.onRecord(value, timestamp, emission);
  }

  protected override onWatermark(timestamp: number): void {
    this.#observer.onWatermark(timestamp);
  }
}

/** Writes records as lines of text. */
export class PrintOperator extends Operator {
  readonly #prefix: string;
  readonly #print: (text: string) => void;

  constructor(prefix: string | undefined, print: (text: string) => void) {
    super();
    this.#prefix = prefix === undefined ? '' : `${prefix}> `;
    this.#print = print;
  }

  processElement(value: unknown): void {
    this.#print(this.#prefix + formatValue(value));
  }
}
