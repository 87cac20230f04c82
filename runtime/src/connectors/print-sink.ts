import type { Sink } from '../operators/sink.ts';

/** A sink that prints; `sinkTo` prints where the session or job does. */
export class PrintSink implements Sink<unknown> {
  readonly kind = 'print';
  /** What stands before each line. */
  readonly prefix: string | undefined;

  /** Made by `printSink`. @internal */
  constructor(prefix: string | undefined) {
    this.prefix = prefix;
  }

  get parameters(): Readonly<Record<string, unknown>> {
    return { prefix: this.prefix };
  }

  createWriter(): never {
    throw new TypeError('A stream prints by itself: stream.sinkTo(printSink()) or stream.print().');
  }
}

/**
 * What `print()` does, as a sink: every record is a line of text, after `prefix> ` if one is given, under the cell in a notebook,
 * else in the console.
 * @example
 * env.fromData('a', 'b').sinkTo(printSink('letters'));
 * await (await env.execute()).finished(); // prints 'letters> a', 'letters> b'
 */
export function printSink(prefix?: string): Sink<unknown> {
  return new PrintSink(prefix);
}
