import { badSql, notSupported, typeMismatch } from '../sql-errors.ts';
import type { FunctionCatalog } from '../functions/function-catalog.ts';
import type { ExpressionNode, QueryBody, QueryNode, SelectNode, SortItem } from '../parse/ast.ts';
import type { SourceRange } from '../parse/position.ts';
import { commonTypeOf } from '../types/common-type.ts';
import { showType } from '../types/logical-type.ts';
import { aggregate, inputs, project } from './build-relations.ts';
import type { Catalog } from './catalog.ts';
import { coerce } from './coerce.ts';
import { ExpressionBinder } from './expression-binder.ts';
import { input, type Expression } from './expression.ts';
import { FromBinder } from './from-binder.ts';
import type { Relation, SortSpecification, Column } from './relation.ts';
import { Scope } from './scope.ts';
import { outerEquality, type CorrelatedRelation } from './correlation.ts';
import { SelectBinder, type BoundSelect } from './select-binder.ts';

/** What queries are bound with. */
export interface BinderEnvironment {
  readonly catalog: Catalog;
  readonly functions: FunctionCatalog;
}

/** Turns a query into a plan: names are looked up, types checked. */
export class QueryBinder {
  readonly environment: BinderEnvironment;
  /** Queries of WITH that can be named here. */
  readonly #named: ReadonlyMap<string, Relation>;

  constructor(environment: BinderEnvironment, named: ReadonlyMap<string, Relation> = new Map()) {
    this.environment = environment;
    this.#named = named;
  }

  named(name: string): Relation | undefined {
    return this.#named.get(name);
  }

  bind(query: QueryNode): Relation {
    return this.bindCorrelated(query, undefined).relation;
  }

  bindCorrelated(query: QueryNode, outer: Scope | undefined): CorrelatedRelation {
    if (query.with.length > 0) {
      const named = new Map(this.#named);
      for (const item of query.with) {
        const relation = new QueryBinder(this.environment, named).bind(item.query);
        named.set(
          item.name.name,
          item.columns.length === 0
            ? relation
            : renamed(
                relation,
                item.columns.map(({ name }) => name),
                item.name.at,
              ),
        );
      }
      return new QueryBinder(this.environment, named).bindCorrelated({ ...query, with: [] }, outer);
    }
    const { body } = query;
    if (body.kind === 'select') {
      const bound = this.#select(body, query.orderBy, outer);
      const { relation, order, visible, correlation } = bound;
      if (correlation.length > 0) return this.#limited(bound, query);
      return { relation: this.#sorted(relation, order, visible, query), correlation, visible };
    }
    const relation = this.#body(body, outer);
    const order = query.orderBy.map((item) => this.#orderByOutput(item, relation));
    const visible = relation.columns.length;
    return { relation: this.#sorted(relation, order, visible, query), correlation: [], visible };
  }

  /** FROM by itself, for `env.from`. */
  from(): FromBinder {
    return new FromBinder(this);
  }

  expressions(scope: Scope): ExpressionBinder {
    return new ExpressionBinder(this.environment.functions, scope);
  }

  #select(select: SelectNode, order: readonly SortItem[], outer: Scope | undefined) {
    return new SelectBinder(this, select, outer).bind(order);
  }

  #body(body: QueryBody, outer: Scope | undefined): Relation {
    switch (body.kind) {
      case 'query': {
        const { relation, correlation } = this.bindCorrelated(body, outer);
        if (correlation.length > 0)
          throw notSupported('A correlated query here', 'Join with it instead.', body.at);
        return relation;
      }
      case 'select': {
        const { relation, correlation } = this.#select(body, [], outer);
        if (correlation.length > 0)
          throw notSupported('A correlated query in a set operation', 'Join with it instead.', body.at);
        return relation;
      }
      case 'values':
        return this.#values(body);
      case 'set':
        return this.#set(body, outer);
    }
  }

  /** A correlated sub-query's LIMIT counts rows for each value of the query around: a Top-N. Its order alone means nothing. */
  #limited(bound: BoundSelect, query: QueryNode): CorrelatedRelation {
    const { relation, correlation, visible, order, single } = bound;
    const limit = countOf(query.limit, 'LIMIT');
    const offset = countOf(query.offset, 'OFFSET') ?? 0;
    const unlimited = offset === 0 && (limit === undefined || (single !== undefined && limit > 0));
    if (unlimited) return { relation, correlation, visible, ...(single === undefined ? {} : { single }) };
    if (single !== undefined || limit === 0)
      throw notSupported('A LIMIT or OFFSET that leaves no row', 'Leave it out.', query.at);
    const partition = correlation.map((part) => outerEquality(part, 'A LIMIT', query.at).inner);
    const to = limit === undefined ? Infinity : offset + limit;
    const { columns } = relation;
    const at = query.orderBy[0]?.expression.at ?? query.at;
    const rank: Relation = {
      kind: 'rank', input: relation, partition, order, from: offset + 1, to, withRank: false, columns, at,
    }; // prettier-ignore
    return { relation: rank, correlation, visible };
  }

  #values(body: QueryBody & { readonly kind: 'values' }): Relation {
    const binder = this.expressions(new Scope([]));
    const rows = body.rows.map((row) => row.map((item) => binder.bind(item)));
    const width = rows[0]!.length;
    const wrong = rows.findIndex((row) => row.length !== width);
    if (wrong >= 0)
      throw badSql(
        'sql-syntax',
        'All rows of VALUES have as many values.',
        `The first has ${width}.`,
        body.rows[wrong]![0]!.at,
      );
    const columns = Array.from({ length: width }, (_, at): Column => {
      const types = rows.map((row) => row[at]!.type);
      const type = commonTypeOf(types);
      if (type === undefined)
        throw typeMismatch('VALUES', types.map(showType), `Column ${at + 1} has one type.`, body.at);
      return { name: `EXPR$${at}`, type };
    });
    return {
      kind: 'values',
      rows: rows.map((row) => row.map((item, at) => coerce(item, columns[at]!.type))),
      columns,
      at: body.at,
    };
  }

  #set(body: QueryBody & { readonly kind: 'set' }, outer: Scope | undefined): Relation {
    const sides = [this.#body(body.left, outer), this.#body(body.right, outer)];
    const [left, right] = sides as [Relation, Relation];
    if (left.columns.length !== right.columns.length) {
      throw badSql(
        'set-columns',
        `${body.operation} takes queries of as many columns.`,
        `They have ${left.columns.length} and ${right.columns.length}.`,
        body.at,
      );
    }
    const types = left.columns.map(({ type }, at) => {
      const other = right.columns[at]!.type;
      const common = commonTypeOf([type, other]);
      if (common === undefined)
        throw typeMismatch(
          body.operation,
          [showType(type), showType(other)],
          `Column ${at + 1} has one type on both sides.`,
          body.at,
        );
      return common;
    });
    const aligned = sides.map((side) => {
      const expressions = inputs(side).map((expression, at) => coerce(expression, types[at]!));
      if (expressions.every((expression) => expression.kind === 'input')) return side;
      return project(
        side,
        expressions,
        left.columns.map(({ name }) => name),
        side.at,
      );
    });
    const columns = left.columns.map(({ name, time }, at): Column => {
      const both = time !== undefined && aligned[1]!.columns[at]!.time === time && body.operation === 'UNION';
      return { name, type: types[at]!, ...(both ? { time } : {}) };
    });
    if (body.operation === 'UNION') {
      const union: Relation = {
        kind: 'set',
        operation: 'UNION',
        all: true,
        inputs: aligned,
        columns,
        at: body.at,
      };
      return body.all ? union : distinct(union, body.at);
    }
    return {
      kind: 'set',
      operation: body.operation,
      all: body.all,
      inputs: aligned,
      columns: columns.map(({ name, type }) => ({ name, type })),
      at: body.at,
    };
  }

  #orderByOutput(item: SortItem, relation: Relation): SortSpecification {
    const { expression: node } = item;
    return sortSpecification(
      item,
      ordinal(node, relation.columns) ?? this.expressions(Scope.of(relation.columns, undefined)).bind(node),
    );
  }

  #sorted(
    relation: Relation,
    order: readonly SortSpecification[],
    visible: number,
    query: QueryNode,
  ): Relation {
    const limit = countOf(query.limit, 'LIMIT');
    const offset = countOf(query.offset, 'OFFSET') ?? 0;
    const at = query.orderBy[0]?.expression.at ?? query.limit?.at ?? query.at;
    const sorted: Relation =
      order.length === 0 && limit === undefined && offset === 0
        ? relation
        : { kind: 'sort', input: relation, order, limit, offset, columns: relation.columns, at };
    if (visible === relation.columns.length) return sorted;
    const names = relation.columns.slice(0, visible).map(({ name }) => name);
    return project(sorted, inputs(sorted).slice(0, visible), names, query.at);
  }
}

/** NULL is lowest unless told otherwise: first when ascending, last when descending. */
export function sortSpecification(
  { descending, nullsFirst }: SortItem,
  expression: Expression,
): SortSpecification {
  return { expression, descending, nullsFirst: nullsFirst ?? !descending };
}

/** `ORDER BY 2` means the second column. */
export function ordinal(node: ExpressionNode, columns: readonly Column[]): Expression | undefined {
  if (node.kind !== 'literal' || typeof node.value !== 'number') return undefined;
  const column = columns[node.value - 1];
  if (column === undefined)
    throw badSql(
      'sql-syntax',
      `There is no column ${node.value} to order by.`,
      `There are ${columns.length}.`,
      node.at,
    );
  return input(node.value - 1, column.type);
}

export function distinct(relation: Relation, at: SourceRange): Relation {
  return aggregate(
    relation,
    inputs(relation),
    [],
    relation.columns.map(({ name }) => name),
    at,
  );
}

/** @throws {TidemarkError} `column-count` */
export function renamed(relation: Relation, names: readonly string[], at: SourceRange): Relation {
  if (names.length !== relation.columns.length) {
    throw badSql(
      'column-count',
      `${names.length} names are given for ${relation.columns.length} columns.`,
      'Name each.',
      at,
    );
  }
  return project(relation, inputs(relation), names, at);
}

function countOf(node: ExpressionNode | undefined, what: string): number | undefined {
  if (node === undefined) return undefined;
  if (
    node.kind === 'literal' &&
    typeof node.value === 'number' &&
    Number.isInteger(node.value) &&
    node.value >= 0
  )
    return node.value;
  throw badSql('sql-syntax', `${what} takes a whole number.`, 'Write it out.', node.at);
}
