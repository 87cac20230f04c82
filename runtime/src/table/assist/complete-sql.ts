import type { IToken, TokenType } from 'chevrotain';
import type { FunctionCatalog } from '../functions/function-catalog.ts';
import { nameOf } from '../parse/base-parser.ts';
import { expectedAfter } from '../parse/parse-sql.ts';
import { isReserved } from '../parse/tokens.ts';
import type { BinderEnvironment } from '../plan/query-binder.ts';
import { showType } from '../types/logical-type.ts';
import type { DescribedTable } from './described-catalog.ts';
import { statementAt, typeName, type StatementAt } from './statement-at.ts';
import { columnsInScope, fromAround, type NamedColumn } from './tables-in-scope.ts';

/** Something that can stand at a place. */
export interface SqlCompletion {
  readonly text: string;
  readonly type: 'table' | 'column' | 'function' | 'keyword';
  /** A column's type, a function's signature, a table's columns. */
  readonly signature?: string;
}

export interface SqlCompletions {
  readonly start: number;
  readonly end: number;
  readonly items: readonly SqlCompletion[];
}

/** What queries may name. */
export interface SqlNames extends BinderEnvironment {
  readonly tables: readonly DescribedTable[];
}

const TABLE_FOLLOWS: ReadonlySet<string> = new Set(['FROM', 'JOIN', 'INTO', 'DESCRIBE', 'DESC', 'VIEW']);
const WINDOW_FUNCTIONS = ['TUMBLE', 'HOP', 'CUMULATE', 'SESSION'];

/** What may stand at an offset of a text of SQL, the likeliest kinds first. */
export function completeSql(names: SqlNames, text: string, cursor: number): SqlCompletions {
  const at = statementAt(text, cursor);
  if (at === undefined) return { start: cursor, end: cursor, items: [] };
  const { word, start } = at;
  const lower = word.replace('`', '').toLowerCase();
  // Who writes keywords small goes on so.
  const small = word !== '' && word === word.toLowerCase() && !word.startsWith('`');
  const found = new Map<string, SqlCompletion>();
  for (const item of candidates(names, at, text)) {
    const cased =
      small && (item.type === 'keyword' || item.type === 'function') ? item.text.toLowerCase() : item.text;
    if (
      !cased.replace('`', '').toLowerCase().startsWith(lower) ||
      (word.startsWith('`') && item.type === 'keyword')
    )
      continue;
    const key = `${item.type === 'keyword' ? 'keyword' : ''} ${cased}`;
    if (!found.has(key)) found.set(key, { ...item, text: cased });
  }
  return { start, end: cursor, items: [...found.values()] };
}

function* candidates(names: SqlNames, at: StatementAt, text: string): Generator<SqlCompletion> {
  const { before } = at;
  const last = before.at(-1);
  if (typeName(last) === 'Dot') return yield* members(columnsInScope(names, at, text), before.at(-2));
  const expected = expectedAfter(before);
  const byName = new Set(expected.map(({ name }) => name));
  const isExpression = byName.has('NumberLiteral') && byName.has('CASE');
  if (isTablePlace(at, byName)) {
    for (const table of names.tables) yield tableItem(table);
    if (byName.has('LATERAL') || typeName(last) === 'FROM')
      for (const name of WINDOW_FUNCTIONS)
        yield { text: name, type: 'function', signature: `${name}(TABLE …, DESCRIPTOR(…), …)` };
  } else if (isExpression || takesColumns(before)) {
    const columns = columnsInScope(names, at, text);
    yield* columnItems(columns);
    for (const qualifier of new Set(columns.map((one) => one.qualifier)))
      if (qualifier !== undefined) yield { text: written(qualifier), type: 'table' };
  }
  if (isExpression) yield* functionItems(names.functions);
  yield* keywords(expected, byName.has('Name'));
}

/** Where a table stands: behind FROM, a comma between tables, TABLE in a window function. */
function isTablePlace({ before, ...rest }: StatementAt, expected: ReadonlySet<string>): boolean {
  const last = typeName(before.at(-1));
  if (!expected.has('Name')) return false;
  if (last === 'DESC') return before.length === 1;
  if (last === 'TABLE') return typeName(before.at(-2)) !== 'CREATE';
  if (last === 'VIEW') return typeName(before.at(-2)) === 'DROP';
  if (TABLE_FOLLOWS.has(last)) return !(last === 'FROM' && expected.has('CASE'));
  if (last !== 'Comma') return false;
  const clause = fromAround({ before, ...rest });
  return (
    clause !== undefined &&
    before.length > clause.from &&
    before.length <= clause.end &&
    !expected.has('CASE')
  );
}

/** Where only a column's name stands. */
function takesColumns(before: readonly IToken[]): boolean {
  const open = before.findLastIndex((token) => typeName(token) === 'LeftParen');
  const opener = typeName(before[open - 1]);
  return opener === 'DESCRIPTOR' || opener === 'USING' || (open > 2 && typeName(before[open - 2]) === 'INTO');
}

function* members(columns: readonly NamedColumn[], of: IToken | undefined): Generator<SqlCompletion> {
  if (of === undefined) return;
  const name = nameOf(of);
  yield* columnItems(columns.filter(({ qualifier }) => qualifier === name));
  for (const { column } of columns) {
    if (column.name !== name || column.type.name !== 'ROW') continue;
    for (const field of column.type.fields)
      yield { text: written(field.name), type: 'column', signature: showType(field.type) };
  }
}

function* columnItems(columns: readonly NamedColumn[]): Generator<SqlCompletion> {
  for (const { column } of columns)
    yield { text: written(column.name), type: 'column', signature: showType(column.type) };
}

function tableItem({ name, columns }: DescribedTable): SqlCompletion {
  const listed = columns?.map((column) => column.name).join(', ');
  return {
    text: written(name),
    type: 'table',
    ...(listed === undefined ? {} : { signature: `(${listed})` }),
  };
}

function* functionItems(functions: FunctionCatalog): Generator<SqlCompletion> {
  for (const { name, signature } of functions.list()) yield { text: name, type: 'function', signature };
}

/** @param names true if any name may stand there: then words that can be names are no keywords */
function* keywords(expected: readonly TokenType[], names: boolean): Generator<SqlCompletion> {
  for (const { name, PATTERN, CATEGORIES } of expected) {
    if (!(PATTERN instanceof RegExp) || !/^[A-Z_]+$/.test(name)) continue;
    if (names && CATEGORIES?.some((category) => category.name === 'Name')) continue;
    yield { text: name, type: 'keyword' };
  }
}

/** A name as it is written: in backticks where it is a reserved word or no plain one. */
function written(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) && !isReserved(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}
