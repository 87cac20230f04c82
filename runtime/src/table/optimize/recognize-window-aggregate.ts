import { inputsOf, input, type Expression } from '../plan/expression.ts';
import { project, windowPropertyColumn } from '../plan/build-relations.ts';
import type {
  Aggregate,
  Column,
  Relation,
  WindowAggregate,
  WindowProperty,
  Windowing,
  WindowTable,
} from '../plan/relation.ts';
import { windowProperties, type WindowProperties } from '../plan/window-properties.ts';

/** GROUP BY window_start, window_end, …: groups that are final when their window has passed. */
export function recognizeWindowAggregate(relation: Relation): Relation | undefined {
  if (relation.kind !== 'aggregate') return undefined;
  const properties = windowProperties(relation.input);
  if (properties === undefined) return undefined;
  const kinds = relation.keys.map((key) => propertyOf(key, properties));
  if (!kinds.includes('start') || !kinds.includes('end')) return undefined;
  const keys = relation.keys.filter((_, at) => kinds[at] === undefined);
  const shown = kinds.filter((kind) => kind !== undefined);
  const { source, windowing } = windowingOf(relation, keys, properties);
  const timeType = windowTimeType(relation, properties);
  const names = relation.columns.map(({ name }) => name);
  const columns: Column[] = [
    ...relation.columns.filter((_, at) => at < kinds.length && kinds[at] === undefined),
    ...relation.columns.slice(kinds.length),
    ...shown.map((kind) => windowPropertyColumn(kind, timeType, properties.domain)),
  ];
  const made: WindowAggregate = {
    kind: 'window-aggregate', input: source, windowing, keys, calls: relation.calls, properties: shown, columns, at: relation.at,
  }; // prettier-ignore
  let nextKey = 0;
  let nextProperty = keys.length + relation.calls.length;
  const order = [
    ...kinds.map((kind) => (kind === undefined ? nextKey++ : nextProperty++)),
    ...relation.calls.map((_, at) => keys.length + at),
  ];
  return project(
    made,
    order.map((column) => input(column, columns[column]!.type)),
    names,
    relation.at,
  );
}

function propertyOf(key: Expression, { start, end, time }: WindowProperties): WindowProperty | undefined {
  if (key.kind !== 'input') return undefined;
  return start.has(key.index)
    ? 'start'
    : end.has(key.index)
      ? 'end'
      : time.has(key.index)
        ? 'time'
        : undefined;
}

function windowTimeType(relation: Aggregate, properties: WindowProperties): Column['type'] {
  const [time] = properties.time;
  return time === undefined ? { name: 'TIMESTAMP', precision: 3 } : relation.input.columns[time]!.type;
}

/** Right behind a window function the windows are assigned in the aggregate itself, and rows are not copied for each. */
function windowingOf(
  relation: Aggregate,
  keys: readonly Expression[],
  { start, end, domain, local }: WindowProperties,
): { readonly source: Relation; readonly windowing: Windowing } {
  const { input: from } = relation;
  if (from.kind === 'window-table' && canAssign(from, relation, keys)) {
    return { source: from.input, windowing: { kind: 'assigned', window: from.window } };
  }
  return {
    source: from,
    windowing: { kind: 'attached', start: [...start][0]!, end: [...end][0]!, time: domain, local },
  };
}

function canAssign(
  { input: from, window }: WindowTable,
  relation: Aggregate,
  keys: readonly Expression[],
): boolean {
  const width = from.columns.length;
  const used = [
    ...keys,
    ...relation.calls.flatMap(({ args, filter }) => [...args, ...(filter === undefined ? [] : [filter])]),
  ];
  if (used.some((expression) => inputsOf(expression).some((column) => column >= width))) return false;
  if (window.kind !== 'SESSION') return true;
  // Sessions are those of the partition, which is then to be the group.
  const grouped = new Set(keys.map((key) => (key.kind === 'input' ? key.index : -1)));
  return grouped.size === window.partition.length && window.partition.every((column) => grouped.has(column));
}
