import ts from 'typescript';

/** Where the outcomes go that an example's comments promise. */
export interface Promises {
  /** `value; // → expected` */
  same(actual: unknown, expected: unknown): void;
  /** `statement; // throws 'code'` */
  throws(run: () => Promise<void>, code: string): Promise<void>;
  /** `statement; // prints 'one line', 'another'`: what was printed since the last such comment. */
  prints(...lines: unknown[]): void;
}

/**
 * The statements of an example without its imports, as a module; what its comments promise becomes calls of `promises`.
 * @throws if a promise does not stand behind a statement that can keep it
 */
export function promising(code: string): string {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  let promised = 0;
  const statements = source.statements.map((statement) => {
    if (ts.isImportDeclaration(statement)) return '';
    const text = statement.getText();
    const comment = commentBehind(code, statement.end);
    const [, kind, what] = /^(→|throws|prints) ([^]+)$/.exec(comment) ?? [];
    if (kind === undefined) {
      if (/^[[{'"\d-]/.test(comment)) throw new Error(`'${comment}' looks like a result: write → before it`);
      return text;
    }
    promised += 1;
    if (kind === 'throws') return `await promises.throws(async () => { ${text} }, ${what});`;
    if (kind === 'prints') return `${text}\npromises.prints(${what});`;
    if (ts.isExpressionStatement(statement)) {
      return `promises.same(${statement.expression.getText()}, ${what});`;
    }
    const name = ts.isVariableStatement(statement) && statement.declarationList.declarations[0]?.name;
    if (!name || !ts.isIdentifier(name)) throw new Error(`'→ ${what}' stands behind no value: ${text}`);
    return `${text}\npromises.same(${name.text}, ${what});`;
  });
  const written = code.match(/\/\/ (→|throws|prints) /g)?.length ?? 0;
  if (written !== promised)
    throw new Error(`${written} results are promised, ${promised} behind a statement`);
  return statements.join('\n');
}

/** What an example imports, and the rest of it. */
export function importsOf(code: string): { imports: string; body: string } {
  const source = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  const lines = (keep: (statement: ts.Statement) => boolean): string =>
    source.statements
      .filter(keep)
      .map((statement) => statement.getFullText())
      .join('');
  return {
    imports: lines(ts.isImportDeclaration),
    body: lines((statement) => !ts.isImportDeclaration(statement)),
  };
}

/** The line comment that follows a statement, with those on the lines right below it. */
function commentBehind(code: string, end: number): string {
  const rest = /^[ \t]*(?:\n[ \t]*)?((?:\/\/[^\n]*(?:\n[ \t]*|$))+)/.exec(code.slice(end));
  return (rest?.[1] ?? '')
    .split('\n')
    .map((line) => line.replace(/^\s*\/\/ ?/, ''))
    .join('\n')
    .trim();
}
