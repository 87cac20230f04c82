// The windows of older Flink: GROUP BY TUMBLE(ts, INTERVAL '5' SECOND), with TUMBLE_START and so on. They become window functions.
import { badSql, missingWatermark } from '../sql-errors.ts';
import type { CallNode, ExpressionNode, GroupItem } from '../parse/ast.ts';
import { windowTable } from './build-relations.ts';
import { specification } from './bind-window.ts';
import { input, type Expression } from './expression.ts';
import type { QueryBinder } from './query-binder.ts';
import type { Relation, WindowKind } from './relation.ts';
import type { Scope } from './scope.ts';

export interface GroupWindow {
  /** With the window's columns behind its own. */
  readonly relation: Relation;
  /** The key columns that a group item stands for; `undefined` if it is another. */
  readonly keysOf: (node: ExpressionNode) => Expression[] | undefined;
  readonly firstColumn: number;
}

const KINDS: readonly string[] = ['TUMBLE', 'HOP', 'SESSION'];

export function groupWindow(
  groupBy: readonly GroupItem[],
  relation: Relation,
  scope: Scope,
  queries: QueryBinder,
): GroupWindow | undefined {
  const calls = groupBy.flatMap((item) =>
    item.kind === 'expression' &&
    item.expression.kind === 'call' &&
    KINDS.includes(item.expression.name.toUpperCase())
      ? [item.expression]
      : [],
  );
  const [call] = calls;
  if (call === undefined) return undefined;
  if (calls.length > 1)
    throw badSql('bad-window', 'There is more than one window in GROUP BY.', 'Leave one.', calls[1]!.at);
  const [timeNode, first, second] = call.args as readonly [ExpressionNode, ExpressionNode, ExpressionNode?];
  const kind = call.name.toUpperCase() as WindowKind;
  const time = queries.expressions(scope).bind(timeNode);
  if (time.kind !== 'input') throw missingWatermark(`The window ${kind}`, nameOf(timeNode), timeNode.at);
  // HOP(time, slide, size); the others take their size, and TUMBLE an offset behind it.
  const durations =
    kind === 'HOP'
      ? { size: second, step: first }
      : { size: first, ...(kind === 'TUMBLE' && second !== undefined ? { offset: second } : {}) };
  const partition = kind === 'SESSION' ? partitionOf(groupBy, call, scope, queries) : [];
  const identifier = { name: nameOf(timeNode), at: timeNode.at };
  const window = specification(kind, relation, time.index, identifier, durations, partition, call.at);
  const made = windowTable(relation, window, call.at);
  const firstColumn = relation.columns.length;
  const column = (at: number) => input(firstColumn + at, made.columns[firstColumn + at]!.type);
  return {
    relation: made,
    firstColumn,
    keysOf: (node) => (node === call ? [column(0), column(1), column(2)] : undefined),
  };
}

/** TUMBLE_START(…) and the like. */
export function windowFunctionColumn(
  name: string,
  { relation, firstColumn }: GroupWindow,
): Expression | undefined {
  const match = /^(TUMBLE|HOP|SESSION)_(START|END|ROWTIME|PROCTIME)$/.exec(name);
  if (match === null) return undefined;
  const at = firstColumn + (match[2] === 'START' ? 0 : match[2] === 'END' ? 1 : 2);
  return input(at, relation.columns[at]!.type);
}

/** The sessions of older Flink are those of each group. */
function partitionOf(
  groupBy: readonly GroupItem[],
  window: CallNode,
  scope: Scope,
  queries: QueryBinder,
): number[] {
  return groupBy.flatMap((item) => {
    if (item.kind !== 'expression' || item.expression === window) return [];
    const key = queries.expressions(scope).bind(item.expression);
    if (key.kind !== 'input')
      throw badSql(
        'bad-window',
        'With SESSION in GROUP BY, the other keys are columns.',
        'Make it a column before.',
        item.expression.at,
      );
    return [key.index];
  });
}

function nameOf(node: ExpressionNode): string {
  return node.kind === 'column' ? node.path.at(-1)!.name : 'the expression';
}
