import { moduleAdvice } from '../errors.ts';
import type { CellDiagnostic } from '../language/cell-diagnostic.ts';
import type { ShownError } from './ipc.ts';

/** TypeScript's code for a module that it cannot find. */
const NO_MODULE = 'TS2307';

/** What the checker found, as one error that points at the cell's lines. */
export function diagnosticsError(
  diagnostics: readonly CellDiagnostic[],
  executionCount: number,
  cwd: string,
): ShownError {
  const [first] = diagnostics;
  const syntax = first === undefined || first.code === 'syntax' || /^TS1\d{3}$/.test(first.code);
  const messages = diagnostics.map((one) => messageOf(one, cwd));
  const where = first ? ` (line ${first.line}:${first.column})` : '';
  return {
    ename: syntax ? 'SyntaxError' : 'TypeError',
    evalue: `${messages[0] ?? 'The cell cannot be read.'}${where}`,
    traceback: diagnostics.flatMap((one, index) => [
      `Cell [${executionCount}] line ${one.line}:${one.column} - ${kindOf(one)}: ${messages[index] ?? ''}`,
      '',
      ...excerpt(one),
      '',
    ]),
  };
}

function kindOf({ code }: CellDiagnostic): string {
  return code === 'syntax' ? 'syntax error' : `error ${code}`;
}

function messageOf({ code, message }: CellDiagnostic, cwd: string): string {
  const specifier = code === NO_MODULE ? /'([^']+)'/.exec(message)?.[1] : undefined;
  return specifier === undefined
    ? message
    : `Cannot find module '${specifier}'. ${moduleAdvice(specifier, cwd)}`;
}

/** The line, with what is wrong underlined. */
function excerpt({ line, column, endLine, endColumn, sourceLine }: CellDiagnostic): string[] {
  const number = String(line);
  const width = endLine === line ? endColumn - column : sourceLine.length - column + 1;
  return [
    `${number} ${sourceLine}`,
    `${' '.repeat(number.length + column)}${'~'.repeat(Math.max(1, width))}`,
  ];
}
