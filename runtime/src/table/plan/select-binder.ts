import { badSql, notSupported } from '../sql-errors.ts';
import type { CallNode, ExpressionNode, QueryNode, SelectItem, SelectNode, SortItem } from '../parse/ast.ts';
import { BIGINT, BOOLEAN } from '../types/logical-type.ts';
import { AggregateCollector } from './aggregate-collector.ts';
import { aggregate, expand, filter, GROUPING_SET, join, project } from './build-relations.ts';
import { coerceBoth } from './coerce.ts';
import { ExpressionBinder, type BinderHooks } from './expression-binder.ts';
import {
  callOf,
  input,
  inputsOf,
  literal,
  remapInputs,
  rewrite,
  showExpression,
  type Expression,
} from './expression.ts';
import { FromBinder } from './from-binder.ts';
import { groupWindow, windowFunctionColumn, type GroupWindow } from './group-window.ts';
import { OverCollector } from './over-collector.ts';
import { distinct, ordinal, sortSpecification, type QueryBinder } from './query-binder.ts';
import {
  besideOuter,
  hasOuter,
  outerEquality,
  withZeros,
  type CorrelatedRelation,
  type SingleRow,
} from './correlation.ts';
import type { Aggregate, Column, Relation, SortSpecification } from './relation.ts';
import { Scope, type ScopeColumn } from './scope.ts';
import { allOf, splitJoinCondition } from './split-condition.ts';
import { StateTtlHint } from './state-ttl-hint.ts';

/** A bound SELECT: columns from `visible` on are there to sort by, or for the query around to compare with. */
export interface BoundSelect extends CorrelatedRelation {
  readonly order: readonly SortSpecification[];
}

interface Item {
  readonly expression: Expression;
  readonly name: string;
  readonly node: ExpressionNode;
}

/** Turns SELECT into a plan: FROM, WHERE, GROUP BY, HAVING, OVER, the columns, DISTINCT, from the inside out. */
export class SelectBinder {
  readonly #queries: QueryBinder;
  readonly #select: SelectNode;
  readonly #outer: Scope | undefined;
  readonly #timeToLive: StateTtlHint;
  readonly #aggregates: AggregateCollector;
  readonly #overs: OverCollector;
  #relation!: Relation;
  #scope!: Scope;
  #window: GroupWindow | undefined;
  readonly #correlation: Expression[] = [];

  constructor(queries: QueryBinder, select: SelectNode, outer: Scope | undefined) {
    this.#queries = queries;
    this.#select = select;
    this.#outer = outer;
    this.#timeToLive = new StateTtlHint(select.hints);
    const { functions } = queries.environment;
    this.#aggregates = new AggregateCollector(functions, (hooks) => this.#binder(hooks));
    this.#overs = new OverCollector(functions, select.windows, () => this.#binder(this.#itemHooks(false)));
  }

  bind(order: readonly SortItem[]): BoundSelect {
    const { where, groupBy, having, distinct: isDistinct, at } = this.#select;
    this.#from();
    if (where !== undefined) this.#where(where);
    this.#window = groupWindow(groupBy ?? [], this.#relation, this.#scope, this.#queries);
    if (this.#window !== undefined) {
      this.#relation = this.#window.relation;
    }
    const items = this.#items();
    const sorting = order.map((item) => this.#orderItem(item, items));
    const condition =
      having === undefined ? undefined : this.#binder(this.#itemHooks(true)).bindBoolean(having, 'HAVING');
    const grouped = groupBy !== undefined || this.#aggregates.calls.length > 0 || having !== undefined;
    const resolve = grouped ? this.#group() : (expression: Expression) => expression;
    if (grouped && groupBy === undefined && this.#correlation.length > 0)
      return this.#singleRow(items, condition, resolve);
    const strays = [...items.map(({ expression }) => expression), ...(condition ? [condition] : [])];
    if (strays.some(hasOuter)) {
      throw notSupported(
        'A column of the query around elsewhere than in WHERE of its sub-query',
        'Compare with it in WHERE; compute with it outside of the sub-query.',
        at,
      );
    }
    if (condition !== undefined)
      this.#relation = filter(this.#relation, resolve(condition, having!), having!.at);
    const named = items.map((item) => ({ ...item, expression: resolve(item.expression, item.node) }));
    const sorted = sorting.map((item) => ({ ...item, expression: resolve(item.expression, item.node) }));
    const withOvers = this.#applyOvers(resolve);
    this.#timeToLive.checkAll();
    return this.#project(
      named.map((item) => ({ ...item, expression: withOvers(item.expression) })),
      sorted.map((item) => ({ ...item, expression: withOvers(item.expression) })),
      isDistinct,
    );
  }

  #binder(hooks: BinderHooks): ExpressionBinder {
    return new ExpressionBinder(this.#queries.environment.functions, this.#scope, hooks);
  }

  #itemHooks(overs: boolean): BinderHooks {
    return {
      aggregate: (call) => this.#aggregates.add(call, this.#itemHooks(false)),
      scalarQuery: (query) => this.#scalarQuery(query),
      special: (call) => this.#special(call),
      ...(overs ? { over: (call: CallNode) => this.#overs.add(call) } : {}),
    };
  }

  #special(call: CallNode): Expression | undefined {
    const name = call.name.toUpperCase();
    if (name === 'GROUPING' || name === 'GROUPING_ID') {
      if (this.#select.groupBy === undefined)
        throw badSql(
          'not-grouped',
          `${name} tells by which columns a row is grouped, and here is no GROUP BY.`,
          'Write GROUP BY GROUPING SETS (…), CUBE (…) or ROLLUP (…).',
          call.at,
        );
      const keys = call.args.map((arg) => this.#binder({}).bind(arg));
      return callOf('$GROUPING', keys, BIGINT);
    }
    return this.#window === undefined ? undefined : windowFunctionColumn(name, this.#window);
  }

  #from(): void {
    const { from, at } = this.#select;
    if (from === undefined) {
      this.#relation = { kind: 'values', rows: [[]], columns: [], at };
      this.#scope = new Scope([], this.#outer);
      return;
    }
    const bound = new FromBinder(this.#queries, this.#outer, this.#timeToLive).bind(from);
    this.#relation = bound.relation;
    this.#scope = new Scope(bound.scope, this.#outer);
  }

  #where(where: ExpressionNode): void {
    const plain: Expression[] = [];
    for (const part of conjuncts(where)) {
      const negated = part.kind === 'call' && part.name === 'NOT' && part.args[0]!.kind === 'exists';
      const inner = negated ? part.args[0]! : part;
      if (inner.kind === 'exists') plain.push(...some(this.#exists(inner.query, negated)));
      else if (inner.kind === 'in-query') plain.push(...some(this.#inQuery(inner)));
      else {
        const hooks: BinderHooks = { scalarQuery: (query) => this.#scalarQuery(query) };
        const bound = this.#binder(hooks).bindBoolean(part, 'WHERE');
        if (hasOuter(bound)) this.#correlation.push(bound);
        else plain.push(bound);
      }
    }
    const condition = allOf(plain);
    if (condition !== undefined) this.#relation = filter(this.#relation, condition, where.at);
  }

  /** @returns what must hold beside what the join sees to */
  #exists(query: QueryNode, not: boolean): Expression | undefined {
    // One row is enough.
    const { limit, offset } = query;
    const isOne = offset === undefined && limit?.kind === 'literal' && limit.value !== 0;
    const asked = isOne ? { ...query, limit: undefined, orderBy: [] } : query;
    const sub = this.#queries.bindCorrelated(asked, this.#scope);
    if (sub.single === undefined) return this.#semiJoin(sub, [], not, query);
    const { having } = this.#joinSingle(sub, sub.single, query);
    return not ? callOf('IS NOT TRUE', [having], BOOLEAN) : having;
  }

  #inQuery(node: ExpressionNode & { readonly kind: 'in-query' }): Expression | undefined {
    const sub = this.#queries.bindCorrelated(node.query, this.#scope);
    const binder = this.#binder({ scalarQuery: (query) => this.#scalarQuery(query) });
    const { operand } = node;
    const parts = operand.kind === 'call' && operand.name === 'ROW' ? operand.args : [operand];
    if (parts.length !== sub.visible)
      throw badSql(
        'column-count',
        `IN compares ${parts.length} with a sub-query of ${sub.visible} columns.`,
        'Let the sub-query select as many as stand before IN.',
        node.query.at,
      );
    const values = parts.map((part) => binder.bind(part));
    if (sub.single !== undefined) {
      const { items, having } = this.#joinSingle(sub, sub.single, node.query);
      const all = items.map((item, at) => callOf('=', coerceBoth('IN', values[at]!, item, node.at), BOOLEAN));
      const is = allOf(all)!;
      if (!node.not) return callOf('AND', [having, is], BOOLEAN);
      return callOf('OR', [callOf('IS NOT TRUE', [having], BOOLEAN), callOf('NOT', [is], BOOLEAN)], BOOLEAN);
    }
    const width = this.#relation.columns.length;
    const equal = values.map((value, at) => {
      const both = coerceBoth('IN', value, input(width + at, sub.relation.columns[at]!.type), node.at);
      return callOf('=', both, BOOLEAN);
    });
    // NOT IN: a row stays only if no comparison is TRUE or unknown.
    const conditions = node.not ? [callOf('IS NOT FALSE', [allOf(equal)!], BOOLEAN)] : equal;
    return this.#semiJoin(sub, conditions, node.not, node.query);
  }

  #semiJoin(
    sub: CorrelatedRelation,
    conditions: readonly Expression[],
    not: boolean,
    query: QueryNode,
  ): undefined {
    const width = this.#relation.columns.length;
    const correlation = sub.correlation.map((part) => besideOuter(part, width));
    const { equal, rest } = splitJoinCondition(allOf([...conditions, ...correlation]), width);
    this.#relation = join(this.#relation, sub.relation, not ? 'anti' : 'semi', equal, rest, query.at);
  }

  /** Joins a relation of one row at most for each row here; its columns stand behind the others, NULL if it has none. */
  #joinOne(relation: Relation, correlation: readonly Expression[], query: QueryNode): number {
    const width = this.#relation.columns.length;
    const condition = allOf(correlation.map((part) => besideOuter(part, width)));
    const { equal, rest } = splitJoinCondition(condition, width);
    this.#relation = join(this.#relation, relation, 'left', equal, rest, query.at);
    return width;
  }

  /** What a sub-query of aggregates selects, and whether it has its one row. */
  #joinSingle(sub: CorrelatedRelation, single: SingleRow, query: QueryNode) {
    const width = this.#joinOne(sub.relation, sub.correlation, query);
    const having = single.having === undefined ? literal(true, BOOLEAN) : besideOuter(single.having, width);
    return { items: single.items.map((item) => besideOuter(item, width)), having };
  }

  /** The one value of a sub-query becomes a column behind the others; NULL if it has no row. */
  #scalarQuery(query: QueryNode): Expression {
    const sub = this.#queries.bindCorrelated(query, this.#scope);
    const { relation, correlation, visible, single: row } = sub;
    if (visible !== 1)
      throw badSql(
        'column-count',
        'A sub-query that stands for a value has one column.',
        'Select one.',
        query.at,
      );
    if (row !== undefined) {
      const { items, having } = this.#joinSingle(sub, row, query);
      const [value] = items as [Expression];
      if (row.having === undefined) return value;
      return callOf('CASE', [having, value, literal(null, value.type)], value.type);
    }
    const [column] = relation.columns as readonly [Column];
    // A Top-1 for each value that is compared with has one row already.
    if (relation.kind === 'rank' && relation.to === relation.from) {
      return input(this.#joinOne(relation, correlation, query), column.type);
    }
    const bound = this.#queries.environment.functions.aggregate('SINGLE_VALUE')!.bind([column.type])!;
    const call = {
      name: 'SINGLE_VALUE',
      args: [input(0, column.type)],
      distinct: false,
      filter: undefined,
      bound,
      type: bound.type,
    };
    const equalities = correlation.map((part) => outerEquality(part, 'A value', query.at));
    const keys = equalities.map(({ inner }) => inner);
    const names = relation.columns.map(({ name }) => name);
    const single = aggregate(
      relation,
      keys,
      [call],
      keys.map((key) => showExpression(key, names)),
      query.at,
    );
    const on = equalities.map((one, at) => one.with(input(at, keys[at]!.type)));
    return input(this.#joinOne(single, on, query) + keys.length, column.type);
  }

  #items(): Item[] {
    const binder = this.#binder(this.#itemHooks(true));
    return this.#select.items.flatMap((item, at): Item[] => {
      if (item.expression.kind === 'star') {
        return this.#scope.star(item.expression.qualifier).map((column) => starItem(column, item.expression));
      }
      return [{ expression: binder.bind(item.expression), name: nameOf(item, at), node: item.expression }];
    });
  }

  #orderItem(item: SortItem, items: readonly Item[]): SortSpecification & { readonly node: ExpressionNode } {
    const node = item.expression;
    const byPlace = ordinal(
      node,
      items.map(({ name, expression }): Column => ({ name, type: expression.type })),
    );
    const byName =
      node.kind === 'column' && node.path.length === 1
        ? items.find(({ name }) => name === node.path[0]!.name)?.expression
        : undefined;
    const expression =
      byPlace?.kind === 'input'
        ? items[byPlace.index]!.expression
        : (byName ?? this.#binder(this.#itemHooks(true)).bind(node));
    return { ...sortSpecification(item, expression), node };
  }

  /** A correlated sub-query of aggregates without GROUP BY: what it selects is computed behind the join. */
  #singleRow(
    items: readonly Item[],
    having: Expression | undefined,
    resolve: (expression: Expression, node: ExpressionNode) => Expression,
  ): BoundSelect {
    const { at, having: havingNode } = this.#select;
    if (this.#overs.calls.length > 0)
      throw notSupported('OVER in a correlated sub-query of aggregates', 'Join with it instead.', at);
    const relation = this.#relation as Aggregate;
    const read = (expression: Expression, node: ExpressionNode) =>
      withZeros(resolve(expression, node), relation);
    const single = {
      items: items.map(({ expression, node }) => read(expression, node)),
      having: having && read(having, havingNode!),
    };
    return { relation, correlation: this.#correlation, visible: items.length, order: [], single };
  }

  /** Groups, and says how an expression is read from the groups. */
  #group(): (expression: Expression, node: ExpressionNode) => Expression {
    const { groupBy = [], from, at } = this.#select;
    const timeToLive = from && this.#timeToLive.of(from);
    const binder = this.#binder({
      scalarQuery: (query) => this.#scalarQuery(query),
      special: (call) => this.#special(call),
    });
    const keys: Expression[] = [];
    const places = new Map<string, number>();
    const keyOf = (expression: Expression): number => {
      const text = showExpression(expression);
      const known = places.get(text);
      if (known !== undefined) return known;
      places.set(text, keys.length);
      return keys.push(expression) - 1;
    };
    let sets: number[][] = [[]];
    let hasSets = false;
    for (const item of groupBy) {
      if (item.kind === 'expression') {
        const windowKeys = this.#window?.keysOf(item.expression);
        const made = (windowKeys ?? [binder.bind(item.expression)]).map(keyOf);
        sets = sets.map((set) => [...set, ...made]);
      } else {
        hasSets = true;
        const alternatives = item.sets.map((set) => set.map((node) => keyOf(binder.bind(node))));
        sets = sets.flatMap((set) =>
          alternatives.map((alternative) => [...new Set([...set, ...alternative])]),
        );
      }
    }
    // Rows are grouped by what the query around compares with, too.
    this.#correlation.forEach((part, index) => {
      const equality = outerEquality(part, 'An aggregate', at);
      const place = keyOf(equality.inner);
      sets = sets.map((set) => [...new Set([...set, place])]);
      this.#correlation[index] = equality.with(input(place, equality.inner.type));
    });
    const { calls } = this.#aggregates;
    if (calls.some(({ args, filter: only }) => [...args, ...(only ? [only] : [])].some(hasOuter))) {
      throw notSupported(
        'An aggregate of a column of the query around',
        'Aggregate columns of the sub-query, and compute with the outer one outside of it.',
        at,
      );
    }
    const own = this.#relation.columns.map(({ name }) => name);
    const names = keys.map((key) => showExpression(key, own));
    const width = this.#relation.columns.length;
    if (hasSets) {
      const expanded = expand(this.#relation, keys, sets, at);
      const setKeys = [
        ...keys.map(({ type }, index) => input(width + index, type)),
        input(width + keys.length, BIGINT),
      ];
      this.#relation = { ...aggregate(expanded, setKeys, calls, [...names, GROUPING_SET], at), timeToLive };
    } else {
      this.#relation = { ...aggregate(this.#relation, keys, calls, names, at), timeToLive };
    }
    const firstCall = keys.length + (hasSets ? 1 : 0);
    return (expression, node) =>
      this.#fromGroups(expression, node, places, firstCall, hasSets ? sets : undefined);
  }

  #fromGroups(
    expression: Expression,
    node: ExpressionNode,
    places: ReadonlyMap<string, number>,
    firstCall: number,
    sets: readonly (readonly number[])[] | undefined,
  ): Expression {
    return rewrite(expression, (part) => {
      const place = places.get(showExpression(part));
      if (place !== undefined) return input(place, part.type);
      if (part.kind === 'call' && part.name === '$AGG') return input(firstCall + placeOf(part), part.type);
      if (part.kind === 'call' && part.name === '$GROUPING')
        return grouping(part.args, places, firstCall, sets);
      if (part.kind === 'input') {
        const name =
          this.#scope.columns.find(({ index }) => index === part.index)?.column.name ??
          `column ${part.index + 1}`;
        throw badSql(
          'not-grouped',
          `The column '${name}' has several values in a group: it is not in GROUP BY.`,
          `Group by it too, or sum it up: MAX(${name}), LAST_VALUE(${name}).`,
          node.at,
        );
      }
      return undefined;
    });
  }

  /** Puts the OVER windows behind the relation, and says how an expression reads them. */
  #applyOvers(
    resolve: (expression: Expression, node: ExpressionNode) => Expression,
  ): (expression: Expression) => Expression {
    if (this.#overs.calls.length === 0) return (expression) => expression;
    const { relation, places } = this.#overs.apply(this.#relation, resolve);
    this.#relation = relation;
    return (expression) =>
      rewrite(expression, (part) => {
        if (part.kind !== 'call' || part.name !== '$OVER') return undefined;
        return input(places[placeOf(part)]!, part.type);
      });
  }

  #project(items: readonly Item[], order: readonly SortSpecification[], isDistinct: boolean): BoundSelect {
    const { at } = this.#select;
    const shown = new Map(items.map(({ expression }, index) => [showExpression(expression), index]));
    const hidden: Expression[] = [];
    const placeIn = (expression: Expression): Expression => {
      const text = showExpression(expression);
      const known = shown.get(text);
      if (known !== undefined) return input(known, expression.type);
      shown.set(text, items.length + hidden.length);
      return input(items.length + hidden.push(expression) - 1, expression.type);
    };
    const sorting = order.map((item): SortSpecification => ({
      expression: placeIn(item.expression), descending: item.descending, nullsFirst: item.nullsFirst,
    })); // prettier-ignore
    const correlation = this.#correlation.map((part) => {
      const used = inputsOf(part);
      const to = new Map(
        used.map((index) => [index, placeIn(input(index, this.#relation.columns[index]!.type))]),
      );
      return remapInputs(part, (index) => (to.get(index) as { index: number }).index);
    });
    if (isDistinct && hidden.length > 0) {
      throw badSql(
        'order-by-distinct',
        'With SELECT DISTINCT only what is selected can be ordered by.',
        'Select it too.',
        at,
      );
    }
    const own = this.#relation.columns.map(({ name }) => name);
    const names = [...items.map(({ name }) => name), ...hidden.map((one) => showExpression(one, own))];
    const projected = project(
      this.#relation,
      [...items.map(({ expression }) => expression), ...hidden],
      names,
      at,
    );
    const relation = isDistinct ? distinct(projected, at) : projected;
    return { relation, order: sorting, visible: items.length, correlation };
  }
}

function some<T>(one: T | undefined): T[] {
  return one === undefined ? [] : [one];
}

function conjuncts(node: ExpressionNode): ExpressionNode[] {
  return node.kind === 'call' && node.name === 'AND' ? node.args.flatMap(conjuncts) : [node];
}

function starItem({ index, column }: ScopeColumn, node: ExpressionNode): Item {
  return { expression: input(index, column.type), name: column.name, node };
}

function nameOf({ expression, alias }: SelectItem, at: number): string {
  if (alias !== undefined) return alias.name;
  if (expression.kind === 'column') return expression.path.at(-1)!.name;
  return expression.kind === 'field' ? expression.field.name : `EXPR$${at}`;
}

function placeOf({ args }: { readonly args: readonly Expression[] }): number {
  return (args[0] as { value: number }).value;
}

/** A bit for each key, 1 where the row's grouping set has it not. */
function grouping(
  keys: readonly Expression[],
  places: ReadonlyMap<string, number>,
  firstCall: number,
  sets: readonly (readonly number[])[] | undefined,
): Expression {
  const wanted = keys.map((key) => places.get(showExpression(key)) ?? -1);
  const bits = (set: readonly number[]) =>
    wanted.reduce((sum, place) => sum * 2 + (set.includes(place) ? 0 : 1), 0);
  if (sets === undefined) return literal(0, BIGINT);
  const id = input(firstCall - 1, BIGINT);
  const branches = sets.flatMap((set, index) => [
    callOf('=', [id, literal(index, BIGINT)], BOOLEAN),
    literal(bits(set), BIGINT),
  ]);
  return callOf('CASE', [...branches, literal(0, BIGINT)], BIGINT);
}
