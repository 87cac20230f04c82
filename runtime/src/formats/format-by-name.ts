import { csv } from './csv-format.ts';
import type { Format } from './format.ts';
import { json } from './json-format.ts';
import { raw } from './raw-format.ts';

/** The format that a file's name speaks of; lines of text when it speaks of none. */
export function formatByName(path: string): Format<unknown> {
  if (/\.(json|jsonl|ndjson)$/i.test(path)) return json();
  if (/\.(csv|tsv)$/i.test(path)) return csv();
  return raw();
}
