import type { IToken } from 'chevrotain';
import { nameOf } from '../parse/base-parser.ts';
import { parseQuery } from '../parse/parse-sql.ts';
import { QueryBinder, renamed, type BinderEnvironment } from '../plan/query-binder.ts';
import type { Column, Relation } from '../plan/relation.ts';
import { isName, typeName, type StatementAt } from './statement-at.ts';

/** A column that a name may mean, and the table or alias that it is of. */
export interface NamedColumn {
  readonly qualifier: string | undefined;
  readonly column: Column;
}

/** What follows FROM and its tables. */
const CLAUSES: ReadonlySet<string> = new Set(
  'WHERE GROUP HAVING ORDER LIMIT OFFSET FETCH WINDOW UNION EXCEPT INTERSECT MINUS'.split(' '),
);
/** What stands before the name of a table. */
const BEFORE_TABLE: ReadonlySet<string> = new Set(['FROM', 'JOIN', 'TABLE', 'INTO', 'Comma']);

/** Where FROM of the SELECT around a place is: indexes into the statement's tokens. */
export interface FromClause {
  readonly from: number;
  readonly end: number;
}

/** FROM of the SELECT that the place behind `before` belongs to, wherever in it the place is. */
export function fromAround({ before, all }: StatementAt): FromClause | undefined {
  const select = enclosingSelect(before);
  if (select < 0) return undefined;
  let depth = 0;
  let from = -1;
  for (let at = select + 1; at < all.length; at++) {
    const name = typeName(all[at]);
    if (name === 'LeftParen') depth++;
    if (name === 'RightParen') depth--;
    if (depth < 0 || (depth === 0 && CLAUSES.has(name))) return from < 0 ? undefined : { from, end: at };
    if (depth === 0 && name === 'FROM' && from < 0) from = at;
  }
  return from < 0 ? undefined : { from, end: all.length };
}

function enclosingSelect(before: readonly IToken[]): number {
  let depth = 0;
  for (let at = before.length - 1; at >= 0; at--) {
    const name = typeName(before[at]);
    if (name === 'RightParen') depth++;
    else if (name === 'LeftParen') depth = Math.max(0, depth - 1);
    else if (name === 'SELECT' && depth === 0) return at;
  }
  return -1;
}

/** The columns that can be named at a place, by FROM of its SELECT. */
export function columnsInScope(environment: BinderEnvironment, at: StatementAt, text: string): NamedColumn[] {
  const target = insertTarget(environment, at);
  if (target !== undefined) return target;
  const clause = fromAround(at);
  if (clause === undefined) return [];
  const tokens = at.all.slice(clause.from + 1, clause.end);
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first === undefined || last === undefined) return [];
  const withClause = withBefore(at, text);
  try {
    const written = text.slice(first.startOffset, last.endOffset! + 1);
    const query = parseQuery(`${withClause} SELECT * FROM ${written}`);
    const named = withTables(environment, query.with);
    if (query.body.kind !== 'select' || query.body.from === undefined) return [];
    return [...new QueryBinder(environment, named).from().bind(query.body.from).scope];
  } catch {
    // It is still being written: the tables that it names are known all the same.
    return mentioned(environment, tokens, namedByWith(environment, withClause));
  }
}

/** `INSERT INTO t (` */
function insertTarget(environment: BinderEnvironment, { before }: StatementAt): NamedColumn[] | undefined {
  const open = before.findLastIndex((token) => typeName(token) === 'LeftParen');
  if (
    open < 3 ||
    typeName(before[open - 2]) !== 'INTO' ||
    before.slice(open).some((one) => typeName(one) === 'RightParen')
  )
    return undefined;
  const name = nameOf(before[open - 1]!);
  return of(environment, new Map(), name, undefined);
}

function mentioned(
  environment: BinderEnvironment,
  tokens: readonly IToken[],
  named: ReadonlyMap<string, Relation>,
): NamedColumn[] {
  return tokens.flatMap((token, at) => {
    if (!isName(token) || (at > 0 && !BEFORE_TABLE.has(typeName(tokens[at - 1])))) return [];
    const next = typeName(tokens[at + 1]) === 'AS' ? tokens[at + 2] : tokens[at + 1];
    return of(environment, named, nameOf(token), isName(next) ? nameOf(next!) : undefined);
  });
}

function of(
  { catalog }: BinderEnvironment,
  named: ReadonlyMap<string, Relation>,
  name: string,
  alias: string | undefined,
): NamedColumn[] {
  const entry = catalog.find(name);
  const relation = named.get(name) ?? (entry?.kind === 'relation' ? entry.relation : undefined);
  return (relation?.columns ?? []).map((column) => ({ qualifier: alias ?? name, column }));
}

/** The text of WITH in front of the statement's own query. */
function withBefore({ all }: StatementAt, text: string): string {
  const begin = all.findIndex((token) => typeName(token) === 'WITH');
  if (begin < 0 || typeName(all[begin + 1]) === 'LeftParen') return '';
  let depth = 0;
  for (const token of all.slice(begin)) {
    const name = typeName(token);
    if (name === 'LeftParen') depth++;
    if (name === 'RightParen') depth--;
    if (depth === 0 && name === 'SELECT') return text.slice(all[begin]!.startOffset, token.startOffset);
  }
  return '';
}

function namedByWith(environment: BinderEnvironment, clause: string): ReadonlyMap<string, Relation> {
  try {
    return clause === '' ? new Map() : withTables(environment, parseQuery(`${clause} SELECT 1`).with);
  } catch {
    return new Map();
  }
}

function withTables(
  environment: BinderEnvironment,
  items: ReturnType<typeof parseQuery>['with'],
): ReadonlyMap<string, Relation> {
  const named = new Map<string, Relation>();
  for (const { name, query, columns } of items) {
    const relation = new QueryBinder(environment, named).bind(query);
    const names = columns.map((column) => column.name);
    named.set(name.name, names.length === 0 ? relation : renamed(relation, names, name.at));
  }
  return named;
}
