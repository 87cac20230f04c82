import { nameOf } from '../parse/base-parser.ts';
import type { Column } from '../plan/relation.ts';
import { showType } from '../types/logical-type.ts';
import type { SqlNames } from './complete-sql.ts';
import { isName, statementAt, typeName } from './statement-at.ts';
import { columnsInScope } from './tables-in-scope.ts';

/** What is known of the name at an offset of a text of SQL: a column, a table or a function; `undefined` of any other. */
export function inspectSql(names: SqlNames, text: string, cursor: number): string | undefined {
  // The word may go on behind the cursor.
  const rest = /^[\w$]*`?/.exec(text.slice(cursor))?.[0] ?? '';
  const at = statementAt(text, cursor + rest.replace('`', '').length);
  if (at === undefined) return undefined;
  const index = at.before.length;
  const token = at.word !== '' && at.all[index]?.startOffset === at.start ? at.all[index] : undefined;
  // Behind the parenthesis of a call its function is meant.
  const called =
    token === undefined && typeName(at.before.at(-1)) === 'LeftParen' ? at.before.at(-2) : undefined;
  const name = called !== undefined ? called.image : token === undefined ? undefined : nameOf(token);
  if (name === undefined) return undefined;
  if (called !== undefined || typeName(at.all[index + 1]) === 'LeftParen') {
    const signatures = functionsNamed(names, name);
    if (signatures !== undefined) return signatures;
  }
  if (token === undefined || !isName(token)) return functionsNamed(names, name);
  const of = typeName(at.before.at(-1)) === 'Dot' ? nameOf(at.before.at(-2)!) : undefined;
  const columns = columnsInScope(names, at, text).filter(
    ({ qualifier, column }) => column.name === name && (of === undefined || qualifier === of),
  );
  if (columns.length > 0)
    return columns
      .map(
        ({ qualifier, column }) =>
          `(column) ${qualifier === undefined ? '' : `${qualifier}.`}${columnText(column)}`,
      )
      .join('\n');
  const table = names.tables.find((one) => one.name === name);
  if (table !== undefined) {
    const lines = (table.columns ?? []).map((column, place) => {
      const key = table.primaryKey.includes(place) ? ' PRIMARY KEY' : '';
      return `  ${columnText(column)}${key}`;
    });
    const described = table.columns === undefined ? ' without a schema' : ` (\n${lines.join(',\n')}\n)`;
    return `(${table.kind}) ${name}${described}`;
  }
  const aliased = columnsInScope(names, at, text).filter(({ qualifier }) => qualifier === name);
  if (aliased.length > 0)
    return `(table) ${name} (\n${aliased.map(({ column }) => `  ${columnText(column)}`).join(',\n')}\n)`;
  return functionsNamed(names, name);
}

function columnText({ name, type, time }: Column): string {
  return `${name} ${showType(type)}${time === undefined ? '' : `, ${time === 'rowtime' ? 'event' : 'processing'} time`}`;
}

function functionsNamed({ functions }: SqlNames, name: string): string | undefined {
  const found = functions.list().filter((one) => one.name === name.toUpperCase());
  return found.length === 0 ? undefined : found.map(({ signature }) => `(function) ${signature}`).join('\n');
}
