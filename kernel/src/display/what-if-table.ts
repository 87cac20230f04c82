import type { WhatIf } from 'tidemark';
import { clockTime } from '../protocol/index.ts';
import { RowTable } from './row-table.ts';

/** What another value of a param would have changed, as a table: one line a row that differs. */
export function whatIfTable({ rows, same, params, labels }: WhatIf): RowTable {
  const values = Object.entries(params).map(([name, value]) => `${name} = ${value}`);
  const unchanged = `${same.toLocaleString('en')} rows are the same`;
  return new RowTable(
    rows.map(({ change, key, start, end, time, before, after, label }) => ({
      change,
      ...(labels === undefined ? {} : { label: label ?? '' }),
      ...(start === undefined || end === undefined
        ? { time: time === undefined ? '' : clockTime(time) }
        : { window: `${clockTime(start)} to ${clockTime(end, start)}`, key }),
      before,
      after,
    })),
    `Nothing would have changed with ${values.join(', ')}: ${unchanged}.`,
  );
}
