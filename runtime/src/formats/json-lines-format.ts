import type { Format, OnRowError } from './format.ts';
import { jsonRows } from './json-rows.ts';
import { jsonMessages } from './json-messages.ts';
import { LineDecoder } from './line-decoder.ts';

/** What becomes of lines that are not JSON. */
export interface JsonLinesOptions {
  /** `'fail'` (the default) or `'skip'`: a line that is not JSON is counted and left out. */
  readonly onError?: OnRowError;
}

/**
 * One JSON value a line (JSON Lines, NDJSON). Empty lines hold no record.
 * @example
 * const quakes = fileSource('quakes.jsonl', { format: jsonLines<{ place: string }>() });
 * await env
 *   .fromSource(quakes)
 *   .map(({ place }) => place)
 *   .executeAndCollect(); // → ['Alaska', 'Fiji']
 */
export function jsonLines<T>(options: JsonLinesOptions = {}): Format<T> {
  const onError = options.onError ?? 'fail';
  return {
    name: 'json-lines',
    parameters: { onError },
    createDecoder: (context) => new LineDecoder<T>(context, 'JSON', onError, parseJsonLine<T>),
    rows: jsonRows,
    messages: jsonMessages<T>(),
  };
}

export function parseJsonLine<T>(text: string): T | undefined {
  return text.trim() === '' ? undefined : (JSON.parse(text) as T);
}
