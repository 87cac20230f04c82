import type { FunctionCatalog } from '../functions/function-catalog.ts';
import type { CallNode, ExpressionNode } from '../parse/ast.ts';
import { badSql, notSupported } from '../sql-errors.ts';
import { isInteger, TIMESTAMP_LTZ } from '../types/logical-type.ts';
import { bindAggregate } from './aggregate-collector.ts';
import { ExpressionBinder } from './expression-binder.ts';
import { callOf, input, inputsOf, remapInputs, type Expression } from './expression.ts';
import type { Column } from './relation.ts';
import type { MatchExpression, MatchValue } from './row-pattern.ts';
import { Scope, type ScopeColumn } from './scope.ts';

const NOT_THERE = ['PREV', 'NEXT', 'CLASSIFIER', 'MATCH_NUMBER', 'FINAL', 'RUNNING'];

/**
 * Binds the expressions of MATCH_RECOGNIZE: a column is that of the last row of its variable, or of the match if it names none; FIRST
 * and LAST count rows from there; aggregates are over the rows of their variable, or all of them.
 */
export class MatchBinder {
  readonly #functions: FunctionCatalog;
  readonly #columns: readonly Column[];
  readonly #variables: readonly string[];
  readonly #timeColumn: number;
  /** One row, whichever of its variables a name says. */
  readonly #row: Scope;

  constructor(
    functions: FunctionCatalog,
    columns: readonly Column[],
    variables: readonly string[],
    timeColumn: number,
  ) {
    this.#functions = functions;
    this.#columns = columns;
    this.#variables = variables;
    this.#timeColumn = timeColumn;
    this.#row = new Scope(this.#scope((_variable, column) => column));
  }

  bind(node: ExpressionNode): MatchExpression {
    return this.#bind((binder) => binder.bind(node));
  }

  bindCondition(node: ExpressionNode): MatchExpression {
    return this.#bind((binder) => binder.bindBoolean(node, 'DEFINE'));
  }

  #bind(bind: (binder: ExpressionBinder) => Expression): MatchExpression {
    const values: MatchValue[] = [];
    // The last row's columns, for the match and for each variable; few of them are used.
    const scope = this.#scope((variable, column) => {
      const value = input(column, this.#columns[column]!.type);
      return values.push({ kind: 'last', variable, offset: 0, value }) - 1;
    });
    const add = (value: MatchValue, { type }: Pick<Expression, 'type'>) =>
      input(values.push(value) - 1, type);
    const bound = bind(
      new ExpressionBinder(this.#functions, new Scope(scope), {
        special: (call) => this.#special(call, add),
        aggregate: (call) => {
          const aggregate = bindAggregate(this.#functions, call, this.#rowBinder(), false);
          return add({ kind: 'aggregate', variable: this.#variableOf(call), call: aggregate }, aggregate);
        },
      }),
    );
    const used = inputsOf(bound);
    return {
      expression: remapInputs(bound, (index) => used.indexOf(index)),
      values: used.map((index) => values[index]!),
    };
  }

  #special(
    call: CallNode,
    add: (value: MatchValue, typed: Pick<Expression, 'type'>) => Expression,
  ): Expression | undefined {
    const name = call.name.toUpperCase();
    if (NOT_THERE.includes(name)) {
      throw notSupported(
        `${name} in MATCH_RECOGNIZE`,
        'LAST(A.x, 1) is the row of A before its last one.',
        call.at,
      );
    }
    if (name === 'MATCH_PROCTIME') return callOf('PROCTIME', [], TIMESTAMP_LTZ);
    if (name === 'MATCH_ROWTIME') {
      const { type, time, name: column } = this.#columns[this.#timeColumn]!;
      const [of, ...more] = call.args.map((arg) => this.#rowBinder().bind(arg));
      if (more.length > 0 || (of !== undefined && !(of.kind === 'input' && of.index === this.#timeColumn))) {
        throw badSql(
          'type-mismatch',
          'MATCH_ROWTIME takes the time attribute that MATCH_RECOGNIZE orders by, or nothing.',
          `Write MATCH_ROWTIME(${column}).`,
          call.at,
        );
      }
      if (time === 'proctime')
        throw notSupported('MATCH_ROWTIME of rows ordered by the clock', 'Use MATCH_PROCTIME().', call.at);
      return add({ kind: 'time', variable: undefined }, { type });
    }
    if (name !== 'FIRST' && name !== 'LAST') return undefined;
    const [of, offset] = call.args;
    if (of === undefined || call.args.length > 2) {
      throw badSql(
        'type-mismatch',
        `${name} takes a value, and how many rows away.`,
        `Write ${name}(A.x) or ${name}(A.x, 1).`,
        call.at,
      );
    }
    const value = this.#rowBinder().bind(of);
    const places = offset === undefined ? 0 : placesOf(offset, name);
    return add(
      { kind: name === 'FIRST' ? 'first' : 'last', variable: this.#variableOf(of), offset: places, value },
      value,
    );
  }

  #rowBinder(): ExpressionBinder {
    return new ExpressionBinder(this.#functions, this.#row);
  }

  /** The columns of the match and of each variable, as names have them. */
  #scope(indexOf: (variable: string | undefined, column: number) => number): ScopeColumn[] {
    return [undefined, ...this.#variables].flatMap((variable) =>
      this.#columns.map((column, at) => ({
        qualifier: variable,
        column,
        index: indexOf(variable, at),
        onlyQualified: variable !== undefined,
      })),
    );
  }

  /** The variable whose rows an expression speaks of. */
  #variableOf(node: ExpressionNode): string | undefined {
    const named = new Set(
      pathsIn(node).map(([first, second]) =>
        second !== undefined && this.#variables.includes(first!) ? first : undefined,
      ),
    );
    if (named.size <= 1) return [...named][0];
    const found = [...named].map((name) => name ?? 'all rows').join(' and ');
    throw notSupported(
      `FIRST, LAST or an aggregate of ${found} at once`,
      'Each speaks of the rows of one variable.',
      node.at,
    );
  }
}

/** The names of columns in an expression, `A.*` among them. */
function pathsIn(node: unknown): (readonly (string | undefined)[])[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(pathsIn);
  const { kind, path, qualifier } = node as {
    kind?: string;
    path?: { name: string }[];
    qualifier?: { name: string }[];
  };
  if (kind === 'column') return [path!.map(({ name }) => name)];
  if (kind === 'star') return qualifier!.length === 0 ? [] : [[qualifier![0]!.name, '*']];
  return Object.values(node).flatMap(pathsIn);
}

function placesOf(node: ExpressionNode, name: string): number {
  if (node.kind === 'literal' && isInteger(node.type) && Number(node.value) >= 0) return Number(node.value);
  throw notSupported(
    `${name} of a number of rows that is not written out`,
    `Write it: ${name}(A.x, 1).`,
    node.at,
  );
}
