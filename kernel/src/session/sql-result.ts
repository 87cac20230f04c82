import type { TableResult } from 'tidemark';
import { planPicture, readPlan } from '../display/plan-picture.ts';
import { RowTable } from '../display/row-table.ts';
import type { Bundle } from './ipc.ts';

const DISPLAY = Symbol.for('Jupyter.display');

/** What a statement that is no query gave, as a cell shows it. */
export class SqlResult {
  readonly #result: TableResult;

  constructor(result: TableResult) {
    this.#result = result;
  }

  [DISPLAY](): Bundle {
    const { rows } = this.#result;
    const [first] = rows;
    // A plan is text of several lines, not a value of a table.
    if (rows.length === 1 && typeof first?.['plan'] === 'string') {
      const plan = readPlan(first['plan']);
      const picture = plan === undefined ? {} : { 'text/html': planPicture(plan) };
      return { 'text/plain': first['plan'], ...picture };
    }
    return new RowTable(rows, 'OK').bundle();
  }
}
