import { Operator } from './operator.ts';
import type { Sink, SinkContext, SinkWriter } from './sink.ts';

/** Writes records to a sink. */
export class SinkOperator extends Operator implements SinkContext {
  readonly #sink: Sink<unknown>;
  #writer: SinkWriter<unknown> | undefined;
  timestamp: number | undefined;

  constructor(sink: Sink<unknown>) {
    super();
    this.#sink = sink;
  }

  override open(): void {
    this.#writer = this.#sink.createWriter();
  }

  override close(): void {
    this.#writer?.close?.();
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    this.timestamp = timestamp;
    this.#writer!.write(value, this);
  }
}
