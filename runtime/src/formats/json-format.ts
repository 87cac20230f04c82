import type { Format, OnRowError } from './format.ts';
import { formatOptionInvalid } from './format-errors.ts';
import { JsonDocumentDecoder } from './json-document-decoder.ts';
import { parseJsonLine } from './json-lines-format.ts';
import { jsonRows } from './json-rows.ts';
import { jsonMessages } from './json-messages.ts';
import { LineDecoder } from './line-decoder.ts';
import { checkedBy, type StandardSchema } from './standard-schema.ts';

/** Where records are in a document, and what they must look like. */
export interface JsonOptions<T = unknown> {
  /** Where in the document the array of records is: `'features'`, `'data.items'`. Left out, the document is the array. */
  readonly at?: string;
  /** `'fail'` (the default) or `'skip'`: a record that does not parse is counted and left out. */
  readonly onError?: OnRowError;
  /**
   * What a record must look like, by any library that speaks Standard Schema (Zod, Valibot, ArkType). A record that does
   * not fit does not parse; one that does is what the schema makes of it.
   */
  readonly schema?: StandardSchema<T>;
}

const JSON_LINES = /\.(jsonl|ndjson)$/i;

/**
 * A JSON document that is one array of records, or holds it; it is read piece by piece, whatever its size.
 * Files named `.jsonl` or `.ndjson` are read as one value a line, and so are files written.
 * Every message of a broker is one record.
 * @throws {TidemarkError} `format-option-invalid`
 * @example
 * const quakes = fileSource('earthquakes.json', {
 *   format: json<{ id: string; mag: number }>({ at: 'features' }),
 * });
 * await env
 *   .fromSource(quakes)
 *   .map(({ id }) => id)
 *   .executeAndCollect(); // → ['ak1', 'fj2']
 */
export function json<T>(options: JsonOptions<T> = {}): Format<T> {
  const onError = options.onError ?? 'fail';
  const { at, schema } = options;
  const check = schema === undefined ? undefined : checkedBy(schema);
  if (at !== undefined && (typeof at !== 'string' || at.split('.').includes(''))) {
    throw formatOptionInvalid('json', 'at', at, 'names properties separated by dots');
  }
  return {
    name: 'json',
    parameters: { at, onError },
    ...(schema === undefined ? {} : { functions: [schema] }),
    createDecoder: (context) =>
      JSON_LINES.test(context.input)
        ? new LineDecoder<T>(context, 'JSON', onError, (text) => {
            const value = parseJsonLine<T>(text);
            return value === undefined || check === undefined ? value : check(value);
          })
        : new JsonDocumentDecoder<T>(context, at?.split('.') ?? [], onError, check),
    rows: jsonRows,
    messages: jsonMessages(check),
  };
}
