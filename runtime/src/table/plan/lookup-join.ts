import type { SourceRange } from '../parse/position.ts';
import { badSql } from '../sql-errors.ts';
import { BOOLEAN } from '../types/logical-type.ts';
import { callOf, remapInputs, type Expression } from './expression.ts';
import type { Column, EqualColumns, LookupJoin, Relation, Scan } from './relation.ts';
import { allOf, type JoinCondition } from './split-condition.ts';

/**
 * A join with a table whose rows are looked up: by the columns that the condition compares, the rest of it is checked afterwards.
 * @throws {TidemarkError} `lookup-by-clock`, `temporal-join-key`
 */
export function lookupJoin(
  input: Relation,
  { table }: Scan,
  type: 'inner' | 'left',
  { equal, rest }: JoinCondition,
  time: Column,
  at: SourceRange,
): LookupJoin {
  if (time.time !== 'proctime') {
    throw badSql(
      'lookup-by-clock',
      `'${table.name}' is as it is now: what it was at '${time.name}', an event time, nobody knows.`,
      'Give the clock: t AS PROCTIME() in the schema, and FOR SYSTEM_TIME AS OF that column.',
      at,
    );
  }
  const width = input.columns.length;
  const key: { column: number; value: Expression }[] = [];
  const others: Expression[] = rest === undefined ? [] : [rest];
  for (const pair of equal) {
    const { left, right, nullSafe } = pair;
    if (right.kind === 'input' && !nullSafe) key.push({ column: right.index, value: left });
    else others.push(condition(pair, width));
  }
  if (key.length === 0) {
    throw badSql(
      'temporal-join-key',
      `Rows of '${table.name}' are looked up by a column of it.`,
      'Compare one as it is, without a function or CAST around it: ON o.k = d.k.',
      at,
    );
  }
  return {
    kind: 'lookup-join',
    input,
    table,
    lookup: table.lookup!,
    type,
    key,
    condition: allOf(others),
    columns: [...input.columns, ...table.columns.map(({ name, type: of }): Column => ({ name, type: of }))],
    at,
  };
}

function condition({ left, right, nullSafe }: EqualColumns, width: number): Expression {
  const shifted = remapInputs(right, (index) => index + width);
  return callOf(nullSafe ? 'IS NOT DISTINCT FROM' : '=', [left, shifted], BOOLEAN);
}
