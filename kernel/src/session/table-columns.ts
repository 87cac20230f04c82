import type { StreamNode } from 'tidemark/session';
import type { ViewColumn, ViewDescription } from '../protocol/index.ts';

/** What the graph knows of the columns of a query that a view shows; nothing of any other stream. */
export function tableColumns(view: StreamNode): Pick<ViewDescription, 'columns' | 'timeZone' | 'changes'> {
  const from = view.inputs[0]?.from;
  if (from?.kind !== 'sql-output' && from?.kind !== 'sql-view') return {};
  const { names, types, timeZone, kinds } = from.parameters as unknown as TableParameters;
  if (kinds === 'all' || kinds === 'upsert') return {};
  const columns: ViewColumn[] = names.map((name, at) => ({ name, type: types[at] ?? '' }));
  return {
    columns: kinds === 'op' ? [{ name: 'op', type: 'STRING' }, ...columns] : columns,
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(from.kind === 'sql-view' ? { changes: true } : {}),
  };
}

interface TableParameters {
  readonly names: readonly string[];
  readonly types: readonly string[];
  readonly timeZone?: string;
  readonly kinds?: string;
}
