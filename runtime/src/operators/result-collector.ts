import { TidemarkError } from '../errors.ts';
import type { Collector } from './collector.ts';
import type { Output } from './operator.ts';

/** Sends the results of a function on with the timestamp of the record or timer it was called for. */
export class ResultCollector implements Collector<unknown> {
  readonly #output: Output;
  timestamp: number | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  collect(value: unknown): void {
    this.#output.collect(value, this.timestamp);
  }

  /** Takes what a function has returned: nothing, or results to iterate over. */
  drain(results: unknown): void {
    if (results === undefined || results === null) return;
    if (Array.isArray(results)) {
      for (let i = 0; i < results.length; i++) this.#output.collect(results[i], this.timestamp);
      return;
    }
    if (typeof results !== 'object' || !(Symbol.iterator in results)) throw badResults(results);
    for (const value of results as Iterable<unknown>) this.#output.collect(value, this.timestamp);
  }
}

function badResults(results: unknown): TidemarkError {
  const isPromise = typeof results === 'object' && results !== null && 'then' in results;
  return new TidemarkError(
    'bad-results',
    isPromise
      ? 'The function returned a promise, and records do not wait for one. It is probably declared async. Make it synchronous.'
      : `The function returned a ${typeof results}; it may return an array or another iterable object, yield, or use its ` +
          'collector. Wrap a single result in an array: [result].',
  );
}
