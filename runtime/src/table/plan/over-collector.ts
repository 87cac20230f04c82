import { badSql, notInStreaming, unknownFunction } from '../sql-errors.ts';
import type { FunctionCatalog } from '../functions/function-catalog.ts';
import type { BoundNode, CallNode, ExpressionNode, FrameNode, Identifier, WindowNode } from '../parse/ast.ts';
import { INT } from '../types/logical-type.ts';
import { bindAggregate, showCall } from './aggregate-collector.ts';
import type { ExpressionBinder } from './expression-binder.ts';
import { append } from './build-relations.ts';
import { callOf, input, literal, showExpression, type Expression } from './expression.ts';
import { sortSpecification } from './query-binder.ts';
import type {
  AggregateCall,
  Column,
  Frame,
  FrameBound,
  Over,
  Relation,
  SortSpecification,
} from './relation.ts';

interface OverCall {
  readonly call: AggregateCall;
  readonly partition: readonly Expression[];
  readonly order: readonly SortSpecification[];
  readonly frame: Frame;
  readonly node: CallNode;
}

const NOT_IN_STREAMING = ['LEAD', 'NTILE', 'CUME_DIST', 'PERCENT_RANK', 'NTH_VALUE'];
/** Functions of a row's place: their frame is always all rows before. */
const BY_PLACE = ['ROW_NUMBER', 'RANK', 'DENSE_RANK', 'LAG'];

/** The functions with OVER of a SELECT. In expressions `$OVER(n)` stands for the n-th. */
export class OverCollector {
  readonly calls: OverCall[] = [];
  readonly #functions: FunctionCatalog;
  readonly #windows: ReadonlyMap<string, WindowNode>;
  readonly #binder: () => ExpressionBinder;

  constructor(
    functions: FunctionCatalog,
    windows: ReadonlyMap<string, WindowNode>,
    binder: () => ExpressionBinder,
  ) {
    this.#functions = functions;
    this.#windows = windows;
    this.#binder = binder;
  }

  add(node: CallNode): Expression {
    const name = node.name.toUpperCase();
    if (NOT_IN_STREAMING.includes(name)) {
      throw notInStreaming(
        name,
        'it looks at rows that are still to come.',
        'LAG looks back; MATCH_RECOGNIZE sees what follows.',
        node.at,
      );
    }
    if (this.#functions.aggregate(name) === undefined)
      throw unknownFunction(node.name, this.#functions.names, node.at);
    const window = this.#windowOf(node.over!);
    const binder = this.#binder();
    const order = window.orderBy.map((item) => sortSpecification(item, binder.bind(item.expression)));
    const ranks = name === 'RANK' || name === 'DENSE_RANK';
    const call = bindAggregate(this.#functions, node, binder, true);
    const frame = BY_PLACE.includes(name)
      ? allBefore('ROWS')
      : window.frame === undefined
        ? allBefore(order.length === 0 ? 'ROWS' : 'RANGE')
        : frameOf(window.frame);
    const place = this.calls.push({
      call: ranks ? { ...call, args: order.map(({ expression }) => expression) } : call,
      partition: window.partitionBy.map((item) => binder.bind(item)),
      order,
      frame,
      node,
    });
    return callOf('$OVER', [literal(place - 1, INT)], call.type);
  }

  /** Puts a node for each window behind the relation; `places` says which column each call is. */
  apply(
    relation: Relation,
    resolve: (expression: Expression, node: ExpressionNode) => Expression,
  ): { readonly relation: Relation; readonly places: readonly number[] } {
    const groups = new Map<string, { readonly first: OverCall; readonly members: number[] }>();
    const resolved = this.calls.map(({ call, partition, order, frame, node }): OverCall => ({
      call: {
        ...call,
        args: call.args.map((arg) => resolve(arg, node)),
        filter: call.filter === undefined ? undefined : resolve(call.filter, node),
      },
      partition: partition.map((part) => resolve(part, node)),
      order: order.map((item) => ({ ...item, expression: resolve(item.expression, node) })),
      frame,
      node,
    }));
    resolved.forEach((over, at) => {
      const text = JSON.stringify([
        over.partition.map((part) => showExpression(part)),
        over.order.map(({ expression, descending, nullsFirst }) => [
          showExpression(expression),
          descending,
          nullsFirst,
        ]),
        over.frame,
      ]);
      const group = groups.get(text);
      if (group === undefined) groups.set(text, { first: over, members: [at] });
      else group.members.push(at);
    });
    const places: number[] = [];
    let made = relation;
    for (const { first, members } of groups.values()) {
      const calls = members.map((at) => resolved[at]!.call);
      const { partition, frame, node } = first;
      // PROCTIME() that rows are ordered by becomes a column.
      const clock = first.order.find(({ expression }) => isProctime(expression))?.expression;
      const place = made.columns.length;
      if (clock !== undefined) made = append(made, [clock], ['proctime$'], node.at);
      const order = first.order.map((item) =>
        isProctime(item.expression) ? { ...item, expression: input(place, item.expression.type) } : item,
      );
      members.forEach((at, index) => (places[at] = made.columns.length + index));
      const names = made.columns.map(({ name }) => name);
      const columns: Column[] = [
        ...made.columns,
        ...calls.map((call): Column => ({ name: `${showCall(call, names)} OVER`, type: call.type })),
      ];
      const over: Over = { kind: 'over', input: made, partition, order, frame, calls, columns, at: node.at };
      made = over;
    }
    return { relation: made, places };
  }

  #windowOf(over: WindowNode | Identifier): WindowNode {
    if ('partitionBy' in over) return over;
    const window = this.#windows.get(over.name);
    if (window !== undefined) return window;
    throw badSql(
      'unknown-window',
      `There is no window '${over.name}'.`,
      `Define it: WINDOW ${over.name} AS (PARTITION BY … ORDER BY …).`,
      over.at,
    );
  }
}

function isProctime(expression: Expression): boolean {
  return expression.kind === 'call' && expression.name === 'PROCTIME';
}

const CURRENT: FrameBound = { kind: 'current', following: false, offset: 0 };

export function allBefore(unit: 'ROWS' | 'RANGE'): Frame {
  return { unit, from: { kind: 'unbounded', following: false, offset: 0 }, to: CURRENT };
}

function frameOf(node: FrameNode): Frame {
  const frame: Frame = { unit: node.unit, from: boundOf(node.from, node), to: boundOf(node.to, node) };
  if (frame.to.kind !== 'current' || frame.from.following) {
    throw notInStreaming(
      'An OVER window that ends elsewhere than at the current row',
      'rows that follow are still to come.',
      'Let it end AND CURRENT ROW.',
      node.at,
    );
  }
  return frame;
}

function boundOf(bound: BoundNode, frame: FrameNode): FrameBound {
  const { kind, following, offset } = bound;
  if (kind !== 'offset') return { kind, following, offset: 0 };
  const wanted = frame.unit === 'ROWS' ? 'a whole number' : "a duration such as INTERVAL '1' SECOND";
  const fits =
    offset?.kind === 'literal' &&
    (frame.unit === 'ROWS'
      ? Number.isInteger(offset.value) && offset.type.name === 'INT'
      : offset.type.name === 'INTERVAL DAY TO SECOND');
  if (!fits)
    throw badSql(
      'bad-window',
      `${frame.unit} … PRECEDING takes ${wanted}.`,
      'Write it out.',
      offset?.at ?? frame.at,
    );
  return { kind, following, offset: (offset as { value: number }).value };
}
