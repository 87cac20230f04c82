import { expect, test } from 'vitest';
import type { CellDiagnostic } from '../../../kernel/src/language/cell-diagnostic.ts';
import { diagnosticsError } from '../../../kernel/src/session/diagnostics-error.ts';

const base: CellDiagnostic = {
  code: 'TS2322',
  message: "Type 'string' is not assignable to type 'number'.",
  line: 12,
  column: 7,
  endLine: 12,
  endColumn: 10,
  sourceLine: "const bad: number = 'x'",
  category: 'error',
};

test('the line is shown with what is wrong underlined', () => {
  expect(diagnosticsError([base], 3, '/home/me')).toEqual({
    ename: 'TypeError',
    evalue: "Type 'string' is not assignable to type 'number'. (line 12:7)",
    traceback: [
      "Cell [3] line 12:7 - error TS2322: Type 'string' is not assignable to type 'number'.",
      '',
      "12 const bad: number = 'x'",
      '         ~~~',
      '',
    ],
  });
});

test('a missing module says what to install, and where', () => {
  const missing = {
    ...base,
    code: 'TS2307',
    message: "Cannot find module '@scope/pkg/deep' or its corresponding type declarations.",
  };
  expect(diagnosticsError([missing], 1, '/home/me').evalue).toBe(
    "Cannot find module '@scope/pkg/deep'. Install it in the notebook's folder (/home/me) with: npm install @scope/pkg (line 12:7)",
  );
});

test('a cell that cannot be parsed is a syntax error', () => {
  expect(diagnosticsError([{ ...base, code: 'TS1005', message: "',' expected." }], 1, '/').ename).toBe(
    'SyntaxError',
  );
});
