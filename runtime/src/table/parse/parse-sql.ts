import type { IRecognitionException, IToken, TokenType } from 'chevrotain';
import { badSql, syntaxError } from '../sql-errors.ts';
import type { TidemarkError } from '../../errors.ts';
import type { QueryNode, SchemaNode, StatementNode } from './ast.ts';
import { rangeOf, type Rule } from './base-parser.ts';
import type { SourceRange } from './position.ts';
import { StatementParser } from './statement-parser.ts';
import { allTokens, sqlLexer } from './tokens.ts';

let parser: StatementParser | undefined;

/** The parser; making it takes some 50 ms, once. */
export function sqlParser(): StatementParser {
  return (parser ??= new StatementParser());
}

/**
 * The statements of a text, one behind the other, with `;` between them.
 * @throws {TidemarkError} `sql-syntax` with line and column
 */
export function parseStatements(text: string): StatementNode[] {
  return parse(text, sqlParser().statements);
}

/** The one query of a text. @throws {TidemarkError} `sql-syntax`, `not-a-query` */
export function parseQuery(text: string): QueryNode {
  const [statement, more] = parseStatements(text);
  if (statement?.kind === 'query-statement' && more === undefined) return statement.query;
  throw badSql(
    'not-a-query',
    'sqlQuery takes one query: SELECT, VALUES or WITH.',
    'Use executeSql for other statements.',
    (more ?? statement)?.at ?? startOf(),
  );
}

/** Columns as they stand in CREATE TABLE between the parentheses. */
export function parseSchema(text: string): SchemaNode {
  return parse(text, sqlParser().wholeSchema);
}

function startOf(): SourceRange {
  return { line: 1, column: 1, endLine: 1, endColumn: 2, start: 0, end: 1 };
}

function parse<T>(text: string, rule: Rule<T>): T {
  const { tokens, errors } = sqlLexer().tokenize(text);
  const wrong = errors[0];
  if (wrong !== undefined) {
    const line = wrong.line ?? 1;
    const column = wrong.column ?? 1;
    const at = {
      line,
      column,
      endLine: line,
      endColumn: column + 1,
      start: wrong.offset,
      end: wrong.offset + 1,
    };
    const character = text.charAt(wrong.offset);
    throw syntaxError(
      character,
      character === "'"
        ? 'The text has no end: a quotation mark is missing.'
        : character === '"'
          ? 'A text stands in single quotes, a name in `backticks`.'
          : 'Take it out.',
      at,
    );
  }
  const statements = sqlParser();
  statements.input = tokens;
  const result = rule.call(statements) as T;
  const failure = statements.errors[0];
  if (failure !== undefined) throw parseFailure(tokens, failure, rule as Rule<unknown>);
  return result;
}

function parseFailure(
  tokens: readonly IToken[],
  failure: IRecognitionException,
  rule: Rule<unknown>,
): TidemarkError {
  const { token } = failure;
  const ended = Number.isNaN(token.startOffset) || token.image === '';
  const last = tokens.at(-1);
  const at = ended ? (last === undefined ? startOf() : behind(rangeOf(last))) : rangeOf(token);
  const before = ended ? tokens : tokens.slice(0, tokens.indexOf(token));
  const expected = expectedAfter(before, rule);
  const words = ended ? [] : expected.filter(({ PATTERN }) => PATTERN instanceof RegExp).map(wordOf);
  return syntaxError(
    token.image,
    expectationOf(expected),
    at,
    words.filter((word) => /^[A-Z_]+$/.test(word)),
  );
}

/** What may follow the tokens: every kind of token is tried, and stays if the parser gets past it. */
export function expectedAfter(
  tokens: readonly IToken[],
  rule: Rule<unknown> = sqlParser().statements,
): TokenType[] {
  const statements = sqlParser();
  return allTokens.filter((type) => {
    if (type.GROUP !== undefined) return false;
    const probe: IToken = {
      image: wordOf(type),
      startOffset: 0,
      tokenType: type,
      tokenTypeIdx: type.tokenTypeIdx!,
    };
    statements.input = [...tokens, probe];
    try {
      rule.call(statements);
    } catch {
      // A literal may be refused for what it says; it is well placed all the same.
      return true;
    }
    return statements.errors[0]?.token !== probe;
  });
}

/** A text that a token of the type has. */
export function wordOf({ name, PATTERN }: TokenType): string {
  if (typeof PATTERN === 'string') return PATTERN;
  return name === 'StringLiteral'
    ? "'1'"
    : name === 'NumberLiteral'
      ? '1'
      : name === 'BytesLiteral'
        ? "X''"
        : name === 'NotEqual'
          ? '<>'
          : name;
}

const KINDS: Readonly<Record<string, string>> = {
  Name: 'a name',
  StringLiteral: "a text in '…'",
  NumberLiteral: 'a number',
  BytesLiteral: "bytes in X'…'",
};

function expectationOf(expected: readonly TokenType[]): string {
  const names = expected.map(({ name }) => name);
  if (names.includes('NumberLiteral') && names.includes('CASE')) return 'Expected an expression.';
  const shown = expected
    .filter(
      ({ CATEGORIES, name }) =>
        name !== 'HintComment' && !(names.includes('Name') && CATEGORIES?.some((of) => of.name === 'Name')),
    )
    .map((type) => KINDS[type.name] ?? wordOf(type));
  if (shown.length === 0) return 'Nothing can stand here.';
  return `Expected ${shown.slice(0, 24).join(', ')}${shown.length > 24 ? ', …' : ''}.`;
}

function behind({ endLine, endColumn, end }: SourceRange): SourceRange {
  return { line: endLine, column: endColumn, endLine, endColumn: endColumn + 1, start: end, end: end + 1 };
}
