import { showDate, showTime, showTimestamp } from '../types/date-time-text.ts';
import { showType, type LogicalType } from '../types/logical-type.ts';

/** A computation on the values of a row, with names looked up and types known. */
export type Expression =
  | { readonly kind: 'input'; readonly index: number; readonly type: LogicalType }
  /** A column of the query around, in a correlated sub-query; none is left once it is joined. */
  | { readonly kind: 'outer'; readonly index: number; readonly type: LogicalType }
  | { readonly kind: 'literal'; readonly value: unknown; readonly type: LogicalType }
  | Call;

export interface Call {
  readonly kind: 'call';
  /** An operator of `compile-expression`, or the name of a function. */
  readonly name: string;
  readonly args: readonly Expression[];
  readonly type: LogicalType;
  /** What computes a function; operators are written as code. */
  readonly implementation?: Implementation;
}

export interface Implementation {
  readonly evaluate: (...args: never[]) => unknown;
  /** True if it is never called with NULL: any NULL makes the result NULL. */
  readonly strict: boolean;
  /** Set on a user's function: part of the fingerprint. */
  readonly userFunction?: unknown;
  /** True if equal arguments may give different results. */
  readonly volatile?: boolean;
}

export function input(index: number, type: LogicalType): Expression {
  return { kind: 'input', index, type };
}

export function literal(value: unknown, type: LogicalType): Expression {
  return { kind: 'literal', value, type };
}

export function callOf(
  name: string,
  args: readonly Expression[],
  type: LogicalType,
  implementation?: Implementation,
): Call {
  return { kind: 'call', name, args, type, ...(implementation === undefined ? {} : { implementation }) };
}

/** Rebuilds an expression from the leaves up. */
export function rewrite(
  expression: Expression,
  change: (part: Expression) => Expression | undefined,
): Expression {
  const changed = change(expression);
  if (changed !== undefined) return changed;
  if (expression.kind !== 'call') return expression;
  const args = expression.args.map((arg) => rewrite(arg, change));
  return args.every((arg, at) => arg === expression.args[at]) ? expression : { ...expression, args };
}

export function anyPart(expression: Expression, is: (part: Expression) => boolean): boolean {
  return is(expression) || (expression.kind === 'call' && expression.args.some((arg) => anyPart(arg, is)));
}

/** Columns that it reads, each once. */
export function inputsOf(expression: Expression): number[] {
  const found = new Set<number>();
  anyPart(expression, (part) => {
    if (part.kind === 'input') found.add(part.index);
    return false;
  });
  return [...found].sort((a, b) => a - b);
}

/** Reads other columns in place of those it reads. */
export function remapInputs(expression: Expression, to: (index: number) => number): Expression {
  return rewrite(expression, (part) =>
    part.kind === 'input' ? { ...part, index: to(part.index) } : undefined,
  );
}

/** The parts of a condition that must all be true. */
export function conjunctsOf(condition: Expression): Expression[] {
  return condition.kind === 'call' && condition.name === 'AND'
    ? condition.args.flatMap(conjunctsOf)
    : [condition];
}

const INFIX = new Set([
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'AND',
  'OR',
  'LIKE',
  'IS DISTINCT FROM',
  'IS NOT DISTINCT FROM',
]);

/** Equal for expressions that compute the same; also what EXPLAIN shows. */
export function showExpression(expression: Expression, columns?: readonly string[]): string {
  switch (expression.kind) {
    case 'input':
      return columns?.[expression.index] ?? `$${expression.index}`;
    case 'outer':
      return `outer.$${expression.index}`;
    case 'literal':
      return showLiteral(expression.value, expression.type);
    case 'call': {
      const args = expression.args.map((arg) => showExpression(arg, columns));
      const { name } = expression;
      if (INFIX.has(name) && args.length >= 2) return `(${args.join(` ${name} `)})`;
      if (name === 'CAST' || name === 'TRY_CAST')
        return `${name}(${args[0]} AS ${showType(expression.type)})`;
      if (name.startsWith('IS ')) return `(${args[0]} ${name})`;
      if (name === 'FIELD') return `${args[0]}.${(expression.args[1] as { value: string }).value}`;
      if (name === 'ITEM') return `${args[0]}[${args[1]}]`;
      return `${name}(${args.join(', ')})`;
    }
  }
}

function showLiteral(value: unknown, type: LogicalType): string {
  if (value === null) return 'NULL';
  switch (type.name) {
    case 'STRING':
      return `'${String(value)}'`;
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return showTimestamp(value as number);
    case 'DATE':
      return showDate(value as number);
    case 'TIME':
      return showTime(value as number);
    case 'INTERVAL DAY TO SECOND':
      return `${String(value)}:INTERVAL MS`;
    case 'INTERVAL YEAR TO MONTH':
      return `${String(value)}:INTERVAL MONTH`;
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}
