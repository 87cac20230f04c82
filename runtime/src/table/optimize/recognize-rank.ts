import { conjunctsOf, inputsOf, literal, type Expression } from '../plan/expression.ts';
import { filter, inputs, PLACE, project } from '../plan/build-relations.ts';
import type { Deduplicate, Over, Rank, Relation, WindowRank } from '../plan/relation.ts';
import { allOf } from '../plan/split-condition.ts';
import { windowProperties } from '../plan/window-properties.ts';
import { BIGINT } from '../types/logical-type.ts';
import { changelogMode, isAppendOnly } from '../lower/changelog-mode.ts';

/** ROW_NUMBER() … WHERE rn <= n: a Top-N, a Top-N of windows, or the first or last row by time. */
export function recognizeRank(relation: Relation): Relation | undefined {
  if (relation.kind !== 'filter' || relation.input.kind !== 'over') return undefined;
  const over = relation.input;
  if (over.calls.length !== 1 || over.calls[0]!.name !== 'ROW_NUMBER') return undefined;
  const place = over.input.columns.length;
  const range = { from: 1, to: Infinity };
  const rest: Expression[] = [];
  for (const part of conjunctsOf(relation.condition)) if (!narrow(range, part, place)) rest.push(part);
  // With a bound that is a column of the row, all places are kept up to date, and the bound stays a filter behind them.
  if (range.to === Infinity && !rest.some((part) => isBoundByColumn(part, place))) return undefined;
  const ranked = rankOf(over, range.from, range.to, place);
  const condition = allOf(rest);
  return condition === undefined ? ranked : filter(ranked, condition, relation.at);
}

/** Takes a bound of the place from a condition; false if it is about something else. */
function narrow(range: { from: number; to: number }, part: Expression, place: number): boolean {
  if (part.kind !== 'call' || part.args.length !== 2) return false;
  const [a, b] = part.args as [Expression, Expression];
  const [operator, value] =
    a.kind === 'input' && a.index === place && b.kind === 'literal'
      ? [part.name, b.value]
      : b.kind === 'input' && b.index === place && a.kind === 'literal'
        ? [FLIPPED[part.name], a.value]
        : [undefined, undefined];
  if (typeof value !== 'number') return false;
  switch (operator) {
    case '=':
      range.from = Math.max(range.from, value);
      range.to = Math.min(range.to, value);
      return true;
    case '<=':
      range.to = Math.min(range.to, value);
      return true;
    case '<':
      range.to = Math.min(range.to, value - 1);
      return true;
    case '>=':
      range.from = Math.max(range.from, value);
      return true;
    case '>':
      range.from = Math.max(range.from, value + 1);
      return true;
    default:
      return false;
  }
}

/** `place <= column`, `place < column`, or the other way round. */
function isBoundByColumn(part: Expression, place: number): boolean {
  if (part.kind !== 'call' || part.args.length !== 2) return false;
  const [low, high] = part.name.startsWith('<') ? part.args : [...part.args].reverse();
  const isOrder = ['<', '<=', '>', '>='].includes(part.name);
  return isOrder && low!.kind === 'input' && low!.index === place && !inputsOf(high!).includes(place);
}

const FLIPPED: Readonly<Record<string, string>> = { '=': '=', '<=': '>=', '<': '>', '>=': '<=', '>': '<' };

function rankOf(over: Over, from: number, to: number, place: number): Relation {
  const window = windowProperties(over.input);
  const isOf = (columns: ReadonlySet<number>) => (key: Expression) =>
    key.kind === 'input' && columns.has(key.index);
  const names = over.columns.map(({ name }) => name);
  const fixed = (ranked: Relation) =>
    project(ranked, [...inputs(ranked), literal(from, BIGINT)], names, over.at);
  const { input: source, order } = over;
  const partition = over.partition;
  const isFixed = from === to;
  const columns = isFixed ? source.columns : [...source.columns, { ...PLACE, name: names[place]! }];
  if (window !== undefined && partition.some(isOf(window.start)) && partition.some(isOf(window.end))) {
    const keys = partition.filter(
      (key) => !isOf(window.start)(key) && !isOf(window.end)(key) && !isOf(window.time)(key),
    );
    const ranked: WindowRank = {
      kind: 'window-rank', input: source, partition: keys, order, from, to, withRank: !isFixed, columns, at: over.at,
      windowing: { kind: 'attached', start: [...window.start][0]!, end: [...window.end][0]!, time: window.domain, local: window.local },
    }; // prettier-ignore
    return isFixed ? fixed(ranked) : ranked;
  }
  const [first] = order;
  const time = first?.expression.kind === 'input' ? first.expression.index : -1;
  if (
    order.length === 1 &&
    from === 1 &&
    to === 1 &&
    source.columns[time]?.time !== undefined &&
    isAppendOnly(changelogMode(source))
  ) {
    const kept: Deduplicate = {
      kind: 'deduplicate', input: source, partition, timeColumn: time, keep: first!.descending ? 'last' : 'first', columns: source.columns, at: over.at,
    }; // prettier-ignore
    return fixed(kept);
  }
  const ranked: Rank = {
    kind: 'rank',
    input: source,
    partition,
    order,
    from,
    to,
    withRank: !isFixed,
    columns,
    at: over.at,
  };
  return isFixed ? fixed(ranked) : ranked;
}

/** A place that nobody asks for is not kept up to date. */
export function dropRankNumber(relation: Relation): Relation | undefined {
  if (relation.kind !== 'project') return undefined;
  const { input: ranked, expressions } = relation;
  if ((ranked.kind !== 'rank' && ranked.kind !== 'window-rank') || !ranked.withRank) return undefined;
  const place = ranked.columns.length - 1;
  if (expressions.some((expression) => inputsOf(expression).includes(place))) return undefined;
  return { ...relation, input: { ...ranked, withRank: false, columns: ranked.columns.slice(0, place) } };
}
