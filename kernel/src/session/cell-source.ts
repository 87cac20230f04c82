/** A cell taken apart: magics on its first lines, TypeScript below. */
export interface CellParts {
  /** Line magics to run first, in order. */
  readonly magics: readonly { readonly name: string; readonly args: string }[];
  /** TypeScript on the lines where it stood; undefined if there is none. */
  readonly code: string | undefined;
  /** `%time` or `%%time`: say how long the code took. */
  readonly timed: boolean;
  /** Of a `%%sql` cell: what is below it, and the line of the cell that it begins on. It has no TypeScript. */
  readonly sql?: { readonly text: string; readonly firstLine: number };
}

const MAGIC = /^\s*(%%?[A-Za-z][\w-]*)[ \t]*(.*?)\s*$/;

/**
 * Splits a cell. A magic is a line that begins with `%` and a name, above all TypeScript; `%time expression` and
 * `%%time` above a cell time it.
 */
export function cellParts(source: string): CellParts {
  const lines = source.split('\n');
  const magics: { name: string; args: string }[] = [];
  let timed = false;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const [, name = '', args = ''] = MAGIC.exec(line) ?? [];
    if (name === '') break;
    if (name === '%%sql') {
      const text = [args, ...lines.slice(index + 1)].join('\n');
      return { magics, code: undefined, timed, sql: { text, firstLine: index + 1 } };
    }
    if (name === '%time' || name === '%%time') {
      timed = true;
      // Blanks keep the expression at its column.
      lines[index] =
        line.slice(0, line.length - line.trimStart().length) + ' '.repeat(name.length + 1) + args;
      if (args !== '') break;
      continue;
    }
    magics.push({ name, args });
    lines[index] = '';
  }
  const code = lines.join('\n');
  return { magics, code: magics.length > 0 && code.trim() === '' ? undefined : code, timed };
}
