import type { Sink } from '../operators/sink.ts';

/**
 * Takes every record and keeps none, which makes a stream run for its own sake: to measure it, or for what its functions do.
 * @example
 * const squares = env.fromSequence(1, 1_000).map((n) => n * n);
 * squares.sinkTo(discardingSink());
 * await (await env.execute()).finished();
 */
export function discardingSink(): Sink<unknown> {
  return { kind: 'discarding', createWriter: () => ({ write: () => undefined }) };
}
