import { badSql, typeMismatch, unknownFunction } from '../sql-errors.ts';
import type { FunctionCatalog } from '../functions/function-catalog.ts';
import type { CallNode } from '../parse/ast.ts';
import { BIGINT, INT, showType } from '../types/logical-type.ts';
import { coerce } from './coerce.ts';
import type { BinderHooks, ExpressionBinder } from './expression-binder.ts';
import { callOf, literal, showExpression, type Expression } from './expression.ts';
import type { AggregateCall } from './relation.ts';

/** The aggregates that a SELECT computes, each once. In expressions `$AGG(n)` stands for the n-th. */
export class AggregateCollector {
  readonly calls: AggregateCall[] = [];
  readonly #functions: FunctionCatalog;
  readonly #binder: (hooks: BinderHooks) => ExpressionBinder;
  readonly #places = new Map<string, number>();

  constructor(functions: FunctionCatalog, binder: (hooks: BinderHooks) => ExpressionBinder) {
    this.#functions = functions;
    this.#binder = binder;
  }

  add(node: CallNode, hooks: BinderHooks): Expression {
    // An aggregate of an aggregate makes no sense; of a sub-query's value it does.
    const binder = this.#binder({ scalarQuery: hooks.scalarQuery, special: hooks.special });
    const call = bindAggregate(this.#functions, node, binder, false);
    const text = showCall(call);
    let place = this.#places.get(text);
    if (place === undefined) this.#places.set(text, (place = this.calls.push(call) - 1));
    return callOf('$AGG', [literal(place, INT)], call.type);
  }
}

/** @throws {TidemarkError} `unknown-function`, `type-mismatch`, `aggregate-misplaced` */
export function bindAggregate(
  functions: FunctionCatalog,
  node: CallNode,
  binder: ExpressionBinder,
  over: boolean,
): AggregateCall {
  const name = node.name.toUpperCase();
  const definition = functions.aggregate(name);
  if (definition === undefined) throw unknownFunction(node.name, functions.names, node.at);
  const star = node.args[0]?.kind === 'star';
  if (star && name !== 'COUNT')
    throw badSql('sql-syntax', `${name}(*) has no meaning.`, `Only COUNT takes *.`, node.at);
  const args = star ? [] : node.args.map((arg) => binder.bind(arg));
  const bound = definition.bind(args.map(({ type }) => type));
  if (bound === undefined || (name !== 'COUNT' && args.length === 0 && bound.onlyOver !== true)) {
    throw typeMismatch(
      name,
      args.length === 0 ? ['no arguments'] : args.map(({ type }) => showType(type)),
      `It takes ${definition.signature}.`,
      node.at,
    );
  }
  if (bound.onlyOver === true && !over) {
    throw badSql(
      'aggregate-misplaced',
      `${name} needs OVER.`,
      `Write ${name}(…) OVER (PARTITION BY … ORDER BY …).`,
      node.at,
    );
  }
  const filter = node.filter === undefined ? undefined : binder.bindBoolean(node.filter, 'FILTER');
  return {
    name,
    args: args.map((arg, at) => coerce(arg, bound.args[at] ?? arg.type)),
    distinct: node.distinct === true && bound.indifferentToDuplicates !== true,
    filter,
    bound,
    type: name === 'COUNT' ? BIGINT : bound.type,
  };
}

/** Also what EXPLAIN shows. */
export function showCall(
  { name, args, distinct, filter }: AggregateCall,
  columns?: readonly string[],
): string {
  const inside =
    name === 'COUNT' && args.length === 0 ? '*' : args.map((arg) => showExpression(arg, columns)).join(', ');
  const suffix = filter === undefined ? '' : ` FILTER (WHERE ${showExpression(filter, columns)})`;
  return `${name}(${distinct ? 'DISTINCT ' : ''}${inside})${suffix}`;
}
