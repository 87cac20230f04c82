import { TidemarkError } from '../../errors.ts';

/** The error with the line of the cell that it is about, and its place underlined. @param firstLine line of the cell that the text begins on */
export function underlined(error: unknown, text: string, firstLine: number): unknown {
  if (!(error instanceof TidemarkError)) return error;
  const { line, column, endLine, endColumn } = error.details as Record<string, number | undefined>;
  if (typeof line !== 'number' || typeof column !== 'number') return error;
  const source = text.split('\n')[line - 1] ?? '';
  const inCell = line + firstLine - 1;
  const number = String(inCell);
  const width = endLine === line && endColumn !== undefined ? endColumn - column : source.length - column + 1;
  const excerpt = `${number} ${source}\n${' '.repeat(number.length + column)}${'~'.repeat(Math.max(1, width))}`;
  const message = error.message.replace(
    `(line ${line}, column ${column})`,
    `(line ${inCell}, column ${column})`,
  );
  const shown = new TidemarkError(error.code, `${message}\n\n${excerpt}`, {
    details: { ...error.details, line: inCell },
    cause: error.cause,
  });
  // Its place is in the text; what called the planner says nothing of it.
  shown.stack = `${shown.name}: ${shown.message}`;
  return shown;
}
