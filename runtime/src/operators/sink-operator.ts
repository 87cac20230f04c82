import type { FusionScope } from './fusion-scope.ts';
import { Operator } from './operator.ts';
import type { Sink, SinkContext, SinkWriter } from './sink.ts';

/** Writes records to a sink. */
export class SinkOperator extends Operator implements SinkContext {
  readonly #sink: Sink<unknown>;
  /** Generated code writes to it. */
  writer: SinkWriter<unknown> | undefined;
  timestamp: number | undefined;

  constructor(sink: Sink<unknown>) {
    super();
    this.#sink = sink;
  }

  override open(): void {
    this.writer = this.#sink.createWriter();
  }

  override close(): void {
    this.writer?.close?.();
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    this.timestamp = timestamp;
    this.writer!.write(value, this);
  }

  override fuse(scope: FusionScope, value: string, timestamp: string): string {
    const operator = scope.bind(this);
    return `${operator}.timestamp = ${timestamp};\n${operator}.writer.write(${value}, ${operator});`;
  }
}
