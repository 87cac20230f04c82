import type { Diagnostic } from 'typescript7/unstable/sync';

/** Jupyter's answer to whether a text is a whole cell; `indent` goes in front of the next line. */
export interface Completeness {
  readonly status: 'complete' | 'incomplete' | 'invalid' | 'unknown';
  /** What an incomplete text's next line begins with; else ''. */
  readonly indent: string;
}

/** A string that ends with its line stays as it is, however much follows. */
const UNTERMINATED_STRING = 1002;
/** Unterminated template literals and comments. */
const UNTERMINATED = new Set([1160, 1010]);

/** A text is unfinished if what TypeScript misses first lies at its end. `offset`: where it begins in the file. */
export function completenessOf(code: string, offset: number, syntax: readonly Diagnostic[]): Completeness {
  const first = [...syntax].sort((a, b) => a.pos - b.pos).find(({ pos }) => pos >= offset);
  if (first === undefined) return { status: 'complete', indent: '' };
  const end = offset + code.trimEnd().length;
  const beforeEnd = first.pos < end && !UNTERMINATED.has(first.code);
  if (beforeEnd || first.code === UNTERMINATED_STRING) return { status: 'invalid', indent: '' };
  const lastLine = code.trimEnd().split('\n').at(-1) ?? '';
  const indent = /^\s*/.exec(lastLine)?.[0] ?? '';
  return { status: 'incomplete', indent: /[{([]$/.test(lastLine) ? `${indent}  ` : indent };
}
