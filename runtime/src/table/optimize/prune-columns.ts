import { inputsOf as columnsIn, remapInputs, type Expression } from '../plan/expression.ts';
import type { AggregateCall, Relation } from '../plan/relation.ts';
import { withInputs, inputsOf } from '../plan/relation.ts';
import { project } from '../plan/build-relations.ts';

/** Columns that nobody reads are not read, kept in state or handed on. */
export function pruneColumns(relation: Relation): Relation {
  return prune(
    relation,
    relation.columns.map((_, at) => at),
  ).relation;
}

interface Pruned {
  readonly relation: Relation;
  /** Where a column of before is now. */
  readonly place: (column: number) => number;
}

/** @param needed columns that must stay; others may */
function prune(relation: Relation, needed: readonly number[]): Pruned {
  switch (relation.kind) {
    case 'scan': {
      const kept = sorted(needed.length === 0 ? [0] : needed);
      if (kept.length === relation.columns.length) return same(relation);
      const made = {
        ...relation,
        read: kept.map((at) => relation.read[at]!),
        columns: kept.map((at) => relation.columns[at]!),
      };
      return { relation: made, place: placesOf(kept) };
    }
    case 'project': {
      const kept = sorted(needed);
      const expressions = kept.map((at) => relation.expressions[at]!);
      const { relation: input, place } = prune(relation.input, readBy(expressions));
      const names = kept.map((at) => relation.columns[at]!.name);
      const made = project(
        input,
        expressions.map((expression) => remapInputs(expression, place)),
        names,
        relation.at,
      );
      return {
        relation: { ...made, columns: kept.map((at) => relation.columns[at]!) },
        place: placesOf(kept),
      };
    }
    case 'filter': {
      const { relation: input, place } = prune(relation.input, [...needed, ...columnsIn(relation.condition)]);
      return {
        relation: {
          ...relation,
          input,
          condition: remapInputs(relation.condition, place),
          columns: input.columns,
        },
        place,
      };
    }
    case 'rank':
    case 'window-rank': {
      // A place that nobody looks at changes nothing.
      const place = relation.columns.length - 1;
      const unseen = relation.withRank && !needed.includes(place);
      const made = unseen
        ? { ...relation, withRank: false, columns: relation.columns.slice(0, place) }
        : relation;
      return same(withInputs(made, inputsOf(made).map(pruneColumns)));
    }
    case 'normalize': {
      const { condition, key } = relation;
      const read = condition === undefined ? [] : columnsIn(condition);
      const { relation: input, place } = prune(relation.input, [...needed, ...key, ...read]);
      const made = { ...relation, input, key: key.map(place), columns: input.columns };
      return {
        relation: condition === undefined ? made : { ...made, condition: remapInputs(condition, place) },
        place,
      };
    }
    case 'aggregate':
    case 'window-aggregate': {
      const time = relation.kind === 'window-aggregate' ? windowColumns(relation.windowing) : [];
      const calls = relation.calls.flatMap(callExpressions);
      const { relation: input, place } = prune(relation.input, [
        ...readBy([...relation.keys, ...calls]),
        ...time,
      ]);
      const keys = relation.keys.map((key) => remapInputs(key, place));
      const made = { ...relation, input, keys, calls: relation.calls.map((call) => remapCall(call, place)) };
      return same(
        made.kind === 'window-aggregate'
          ? { ...made, windowing: remapWindowing(made.windowing, place) }
          : made,
      );
    }
    case 'join':
    case 'interval-join':
      return pruneJoin(relation, needed);
    default:
      return same(withInputs(relation, inputsOf(relation).map(pruneColumns)));
  }
}

function pruneJoin(
  relation: Relation & { readonly kind: 'join' | 'interval-join' },
  needed: readonly number[],
): Pruned {
  const width = relation.left.columns.length;
  const half = relation.type === 'semi' || relation.type === 'anti';
  const inCondition = relation.condition === undefined ? [] : columnsIn(relation.condition);
  const all = [...needed, ...inCondition];
  const times =
    relation.kind === 'interval-join'
      ? { left: [relation.leftTime], right: [relation.rightTime] }
      : { left: [], right: [] };
  const left = prune(relation.left, [
    ...all.filter((at) => at < width),
    ...readBy(relation.equal.map((pair) => pair.left)),
    ...times.left,
  ]);
  const right = prune(relation.right, [
    ...all.filter((at) => at >= width).map((at) => at - width),
    ...readBy(relation.equal.map((pair) => pair.right)),
    ...times.right,
  ]);
  const newWidth = left.relation.columns.length;
  const place = (at: number) => (at < width ? left.place(at) : newWidth + right.place(at - width));
  const keeps = relation.kind === 'interval-join';
  const plain = (side: Relation) =>
    keeps ? side.columns : side.columns.map(({ name, type }) => ({ name, type }));
  const made = {
    ...relation,
    left: left.relation,
    right: right.relation,
    equal: relation.equal.map((pair) => ({
      ...pair,
      left: remapInputs(pair.left, left.place),
      right: remapInputs(pair.right, right.place),
    })),
    condition: relation.condition && remapInputs(relation.condition, place),
    columns: half ? plain(left.relation) : [...plain(left.relation), ...plain(right.relation)],
    ...(relation.kind === 'interval-join'
      ? { leftTime: left.place(relation.leftTime), rightTime: right.place(relation.rightTime) }
      : {}),
  };
  return { relation: made as Relation, place };
}

function same(relation: Relation): Pruned {
  return { relation, place: (column) => column };
}

function windowColumns(windowing: (Relation & { readonly kind: 'window-aggregate' })['windowing']): number[] {
  if (windowing.kind === 'attached') return [windowing.start, windowing.end];
  return [windowing.window.timeColumn, ...windowing.window.partition];
}

function remapWindowing(
  windowing: (Relation & { readonly kind: 'window-aggregate' })['windowing'],
  place: (column: number) => number,
) {
  if (windowing.kind === 'attached')
    return { ...windowing, start: place(windowing.start), end: place(windowing.end) };
  const { window } = windowing;
  return {
    ...windowing,
    window: { ...window, timeColumn: place(window.timeColumn), partition: window.partition.map(place) },
  };
}

function callExpressions({ args, filter }: AggregateCall): Expression[] {
  return filter === undefined ? [...args] : [...args, filter];
}

function remapCall(call: AggregateCall, place: (column: number) => number): AggregateCall {
  return {
    ...call,
    args: call.args.map((arg) => remapInputs(arg, place)),
    filter: call.filter && remapInputs(call.filter, place),
  };
}

function readBy(expressions: readonly Expression[]): number[] {
  return expressions.flatMap(columnsIn);
}

function sorted(columns: readonly number[]): number[] {
  return [...new Set(columns)].sort((a, b) => a - b);
}

function placesOf(kept: readonly number[]): (column: number) => number {
  const places = new Map(kept.map((column, at) => [column, at]));
  return (column) => places.get(column) ?? -1;
}
