import type { IToken } from 'chevrotain';
import { sqlLexer } from '../parse/tokens.ts';

/** The statement around a place of a text, taken apart there. */
export interface StatementAt {
  /** The word that is being written, as far as it goes; '' between words. */
  readonly word: string;
  /** Where that word begins in the text. */
  readonly start: number;
  /** Tokens before the word. */
  readonly before: readonly IToken[];
  /** Tokens of the whole statement. */
  readonly all: readonly IToken[];
}

const WORD = /(?:[A-Za-z_$][\w$]*|`[^`]*)$/;

/** `undefined` within a text in quotes or a comment, where nothing is to be completed. */
export function statementAt(text: string, cursor: number): StatementAt | undefined {
  const prefix = text.slice(0, cursor);
  const word = WORD.exec(prefix)?.[0] ?? '';
  const start = cursor - word.length;
  const { tokens, errors } = sqlLexer().tokenize(prefix.slice(0, start));
  if (errors.length > 0 || isInComment(prefix)) return undefined;
  const whole = sqlLexer().tokenize(text).tokens;
  const from = tokens.findLastIndex(isEnd);
  const begin = from < 0 ? 0 : tokens[from]!.endOffset! + 1;
  const end = whole.find((token) => isEnd(token) && token.startOffset >= cursor)?.startOffset ?? Infinity;
  return {
    word,
    start,
    before: tokens.slice(from + 1),
    all: whole.filter(({ startOffset }) => startOffset >= begin && startOffset < end),
  };
}

export function isEnd({ tokenType }: IToken): boolean {
  return tokenType.name === 'Semicolon';
}

function isInComment(prefix: string): boolean {
  const line = prefix.slice(prefix.lastIndexOf('\n') + 1).replaceAll(/'[^']*'/g, '');
  return line.includes('--') || prefix.lastIndexOf('/*') > prefix.lastIndexOf('*/');
}

export function typeName(token: IToken | undefined): string {
  return token?.tokenType.name ?? '';
}

/** True of a token that is a name here, plain, quoted, or a word that may be one. */
export function isName(token: IToken | undefined): boolean {
  return token?.tokenType.CATEGORIES?.some(({ name }) => name === 'Name') === true;
}
