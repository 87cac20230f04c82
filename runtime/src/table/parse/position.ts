/** Where something stands in the text of a statement: lines and columns from 1, offsets from 0; the end is behind it. */
export interface SourceRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly start: number;
  readonly end: number;
}

/** Of what was not written as SQL. */
export const NOWHERE: SourceRange = { line: 0, column: 0, endLine: 0, endColumn: 0, start: 0, end: 0 };

export function rangeOver(from: SourceRange, to: SourceRange): SourceRange {
  if (from.line === 0) return to;
  if (to.line === 0) return from;
  return { ...from, endLine: to.endLine, endColumn: to.endColumn, end: to.end };
}
