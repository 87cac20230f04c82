import type { StreamNode } from '../../graph/stream-node.ts';
import type { Emission } from '../../operators/emission.ts';
import { isAddition, type Row } from '../changelog-row.ts';
import { TableViewOperator } from '../operators/table-view-operator.ts';
import type { Relation } from '../plan/relation.ts';
import { renameDuplicates } from '../plan/rename-duplicates.ts';
import { shownColumns } from '../plan/shown-columns.ts';
import { upsertKey } from '../plan/upsert-key.ts';
import { windowSeries, type WindowSeries } from '../plan/window-series.ts';
import { rowIdentity } from '../types/value-identity.ts';
import { changelogMode, isAppendOnly } from './changelog-mode.ts';
import { lastOf } from './lower-aggregates.ts';
import { lower } from './lower.ts';
import { canLeaveOutOld } from './only-after.ts';
import { addNode, type Lowering } from './lowering.ts';

/** What a view hears of a table's rows beside the rows themselves, and what the graph says of it. */
interface Described {
  readonly updateBefore: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly emissionOf: (row: Row) => Emission;
}

/**
 * Makes the operators of a plan that is shown where its rows are more than a list: results of windows, or rows that change.
 * `undefined` of a table that only grows.
 */
export function lowerView(lowering: Lowering, plan: Relation): StreamNode | undefined {
  const names = renameDuplicates(plan.columns.map(({ name }) => name));
  const described = isAppendOnly(changelogMode(plan))
    ? ofWindows(names, windowSeries(plan), lowering.settings.localTimeZone)
    : ofChanges(upsertKey(plan));
  if (described === undefined) return undefined;
  const { updateBefore, parameters, emissionOf } = described;
  const timeColumn = plan.columns.findIndex(({ time }) => time === 'rowtime');
  return addNode(lowering, {
    kind: 'view',
    name: 'table',
    inputs: [lower(lowering, plan, updateBefore || !canLeaveOutOld(plan))],
    parameters: { names, timeColumn, ...shownColumns(plan, lowering.settings), ...parameters },
    state: 'none',
    createOperator: () => new TableViewOperator(names, timeColumn, emissionOf),
  });
}

function ofWindows(
  names: readonly string[],
  series: WindowSeries | undefined,
  timeZone: string,
): Described | undefined {
  if (series === undefined) return undefined;
  const { keys, start, end, measures, local, window } = series;
  const last = lastOf(local ? timeZone : 'UTC');
  const timesOf = (values: readonly unknown[]) => {
    const from = start === undefined ? undefined : (values[start] as number);
    const to = end === undefined ? from! + window!.size : (values[end] as number);
    return { start: last(from ?? to - window!.size) + 1, end: last(to) + 1 };
  };
  const layout = window && {
    kind: window.kind,
    size: window.size,
    step: window.step,
    offset: window.offset,
    time: window.time,
  };
  return {
    updateBefore: true,
    parameters: {
      windows: { ...layout, fields: measures.map((column) => names[column]) },
      keys,
      start,
      end,
      local,
      timeZone,
    },
    emissionOf: ({ values }) => ({
      key: seriesKey(keys.map((column) => values[column])),
      window: timesOf(values),
      pane: 0,
      purging: false,
    }),
  };
}

/** A group whose key is NULL is a series too. */
function seriesKey(values: readonly unknown[]): unknown {
  return values.length > 1 ? values : values[0] === null ? 'NULL' : values[0];
}

function ofChanges(key: readonly number[] | undefined): Described {
  // Rows that have no key are told apart by all they hold, and equal ones by how many there are: each that goes must be heard of.
  const addition = key === undefined ? 'add' : 'replace';
  return {
    updateBefore: key === undefined,
    parameters: { key },
    emissionOf: (row) => ({
      key: rowIdentity(key === undefined ? row.values : key.map((column) => row.values[column])),
      change: isAddition(row) ? addition : 'remove',
    }),
  };
}
