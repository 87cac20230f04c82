import type { Diagnostic } from 'typescript7/unstable/sync';
import { SPACE_REFERENCE } from './live-scope.ts';
import { lineStarts, placeAt } from './position-map.ts';
import { typescript7 } from './typescript7.ts';

/** Something wrong in a cell, found before it ran. Lines and columns are from 1, columns in UTF-16 code units. */
export interface CellDiagnostic {
  /** `TS2322`, or `syntax` for what only the JavaScript parser refuses. */
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly sourceLine: string;
  readonly category: 'error' | 'warning';
}

/** TypeScript's diagnostic, at its place in the cell; `offset` is where the cell begins in the checked file. */
export function cellDiagnostic(
  diagnostic: Diagnostic,
  code: string,
  offset: number,
  cellOf: CellOf,
): CellDiagnostic {
  const { DiagnosticCategory } = typescript7().api;
  const category = diagnostic.category === DiagnosticCategory.Error ? 'error' : 'warning';
  return diagnosticAt(
    `TS${diagnostic.code}`,
    fullText(diagnostic, cellOf),
    code,
    diagnostic.pos - offset,
    diagnostic.end - offset,
    category,
  );
}

export function diagnosticAt(
  kind: string,
  message: string,
  code: string,
  start: number,
  end: number,
  category: 'error' | 'warning' = 'error',
): CellDiagnostic {
  const starts = lineStarts(code);
  const from = placeAt(starts, Math.max(0, Math.min(start, code.length)));
  const to = placeAt(starts, Math.max(0, Math.min(Math.max(start, end), code.length)));
  const sourceLine = code.split('\n')[from.line - 1] ?? '';
  return {
    code: kind,
    message,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    sourceLine,
    category,
  };
}

/** The execution count of the cell whose declarations a namespace holds. */
export type CellOf = (space: number) => number | undefined;

/** The message with its chain of reasons, one a line, indented. Two types of one name are told apart by their cells. */
function fullText(diagnostic: Diagnostic, cellOf: CellOf, depth = 0): string {
  const chain = diagnostic.messageChain ?? [];
  const text = `${'  '.repeat(depth)}${diagnostic.text.replace(SPACE_REFERENCE, (_, space, name) => `${name} [cell ${cellOf(Number(space)) ?? '?'}]`)}`;
  return [text, ...chain.map((next) => fullText(next, cellOf, depth + 1))].join('\n');
}
