import type { SqlText } from './sql-texts.ts';

/** A query as SQL has it, and where each of its characters stands in the file. */
export interface QueryText {
  readonly text: string;
  readonly offsets: readonly number[];
}

/** Puts a query together. @param written what stands for each value */
export function queryText(source: string, { pieces }: SqlText, written: readonly string[]): QueryText {
  let text = '';
  const offsets: number[] = [];
  pieces.forEach(({ start, end }, at) => {
    for (let from = start; from < end; from++) {
      offsets.push(from);
      const escaped = source[from] === '\\' ? source[++from] : undefined;
      text += escaped === undefined ? source[from] : (ESCAPES[escaped] ?? escaped);
    }
    const value = written[at];
    if (value === undefined) return;
    text += value;
    // A mistake with a value is one with its placeholder.
    for (let i = 0; i < value.length; i++) offsets.push(end);
  });
  offsets.push(pieces.at(-1)?.end ?? 0);
  return { text, offsets };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** The offset in the file of a place in the query, from 1. */
export function offsetAt({ text, offsets }: QueryText, line: number, column: number): number {
  let from = 0;
  for (let n = 1; n < line; n++) from = text.indexOf('\n', from) + 1;
  return offsets[Math.min(from + column - 1, offsets.length - 1)]!;
}
