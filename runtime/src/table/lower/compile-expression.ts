import { badSql, notSupported } from '../sql-errors.ts';
import type { TidemarkError } from '../../errors.ts';
import { NOWHERE } from '../parse/position.ts';
import type { Call, Expression } from '../plan/expression.ts';
import { castFunction } from '../types/cast.ts';
import { compareValues, equalValues } from '../types/compare.ts';
import { decimalArithmetic } from '../types/decimal.ts';
import { addMonths } from '../types/date-time-text.ts';
import {
  addExact,
  divideExact,
  moduloExact,
  multiplyExact,
  negateExact,
  subtractExact,
} from '../types/exact-integer.ts';
import { isInteger, isInterval, type LogicalType } from '../types/logical-type.ts';
import {
  scalesOf,
  writeDecimalText,
  writeScaledArithmetic,
  writeScaledComparison,
  writeScaledLiteral,
} from './scaled-decimal.ts';

/** Values of a row in, a value out. */
export type Evaluate = (values: readonly unknown[]) => unknown;
/** The runtime's clock; an operator sets it when it opens. */
export interface ExpressionClock {
  now: () => number;
}

/** An expression as a function of a row. NULL is `null`. */
export function compileExpression(expression: Expression): Evaluate {
  return compile(
    [expression],
    ['r'],
    (index) => `r[${index}]`,
    ([only]) => `return ${only};`,
  ) as Evaluate;
}

/** Several expressions as a function that makes the values of a new row. */
export function compileProjection(
  expressions: readonly Expression[],
  clock?: ExpressionClock,
): (values: readonly unknown[]) => unknown[] {
  return compile(
    expressions,
    ['r'],
    (index) => `r[${index}]`,
    (texts) => `return [${texts.join(', ')}];`,
    clock,
  ) as (values: readonly unknown[]) => unknown[];
}

/** True where it is TRUE: neither FALSE nor NULL passes. */
export function compileCondition(
  condition: Expression | undefined,
  clock?: ExpressionClock,
): (values: readonly unknown[]) => boolean {
  if (condition === undefined) return () => true;
  return compile(
    [condition],
    ['r'],
    (index) => `r[${index}]`,
    ([only]) => `return ${only} === true;`,
    clock,
  ) as (values: readonly unknown[]) => boolean;
}

/** A condition on pairs; columns from `leftColumns` on are the right row's. */
export function compilePairCondition(
  condition: Expression | undefined,
  leftColumns: number,
): (left: readonly unknown[], right: readonly unknown[]) => boolean {
  if (condition === undefined) return () => true;
  const read = (index: number) => (index < leftColumns ? `l[${index}]` : `r[${index - leftColumns}]`);
  return compile([condition], ['l', 'r'], read, ([only]) => `return ${only} === true;`) as (
    left: readonly unknown[],
    right: readonly unknown[],
  ) => boolean;
}

function compile(
  expressions: readonly Expression[],
  parameters: readonly string[],
  read: (index: number) => string,
  body: (texts: readonly string[]) => string,
  clock?: ExpressionClock,
): unknown {
  const constants: unknown[] = [];
  let locals = 0;
  const writer = new ExpressionWriter({
    column: read,
    constant: (value) => `c[${constants.push(value) - 1}]`,
    local: () => `t${locals++}`,
    clock,
  });
  const texts = expressions.map((expression) => writer.write(expression));
  const declared =
    locals === 0 ? '' : `let ${Array.from({ length: locals }, (_, at) => `t${at}`).join(', ')};`;
  const source = `"use strict"; return (${parameters.join(', ')}) => { ${declared} ${body(texts)} };`;
  // The text is made of column numbers, operators and numbered constants only: nothing a user wrote is in it.
  const make = new Function('c', source) as (constants: readonly unknown[]) => unknown;
  return make(constants);
}

/** What code of expressions refers to. */
export interface ExpressionNames {
  /** Code that reads a column. */
  readonly column: (index: number) => string;
  /** Code that reads a field of a ROW column that is not there as a whole; `undefined` if it is. */
  readonly field?: ((index: number, name: string) => string | undefined) | undefined;
  /** A name for a value that is no literal of JavaScript. */
  readonly constant: (value: unknown) => string;
  /** A fresh local, which whoever asked for the code declares. */
  readonly local: () => string;
  /** `undefined` where there is no clock. */
  readonly clock: ExpressionClock | undefined;
}

const COMPARISONS: Readonly<Record<string, string>> = {
  '=': '===',
  '<>': '!==',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

const DAY = 86_400_000;
const now = (clock: ExpressionClock) => () => clock.now();
const today = (clock: ExpressionClock) => () => Math.floor(clock.now() / DAY) * DAY;
const ofDay = (clock: ExpressionClock) => () => clock.now() - Math.floor(clock.now() / DAY) * DAY;
const CLOCK: Readonly<Record<string, (clock: ExpressionClock) => () => number>> = {
  PROCTIME: now,
  CURRENT_TIMESTAMP: now,
  NOW: now,
  CURRENT_ROW_TIMESTAMP: now,
  LOCALTIMESTAMP: now,
  CURRENT_DATE: today,
  CURRENT_TIME: ofDay,
  LOCALTIME: ofDay,
};

/** Writes expressions as JavaScript. */
export class ExpressionWriter {
  readonly #names: ExpressionNames;

  constructor(names: ExpressionNames) {
    this.#names = names;
  }

  write(expression: Expression): string {
    switch (expression.kind) {
      case 'input':
        return this.#names.column(expression.index);
      case 'outer':
        throw new TypeError('a column of the query around was left in an expression');
      case 'literal':
        return this.#literal(expression.value);
      case 'call':
        return this.#call(expression);
    }
  }

  /** As `write`, of a time, with NaN for NULL: what is always a number V8 keeps in a register, and makes no object for. */
  writeTime(expression: Expression): string {
    const { kind } = expression;
    if (kind === 'input') return this.#strict([expression], ([time]) => time!, undefined, 'NaN');
    if (kind === 'call' && (expression.name === '+' || expression.name === '-'))
      return this.#strict(expression.args, (texts) => this.#operation(expression, texts), undefined, 'NaN');
    return `(${this.write(expression)} ?? NaN)`;
  }

  #literal(value: unknown): string {
    if (value === null || typeof value === 'boolean') return String(value);
    if (typeof value === 'number' && Number.isFinite(value))
      return value < 0 || Object.is(value, -0) ? `(${value})` : String(value);
    return this.#constant(value);
  }

  #constant(value: unknown): string {
    return this.#names.constant(value);
  }

  #local(): string {
    return this.#names.local();
  }

  #call(call: Call): string {
    const { name, args } = call;
    switch (name) {
      case 'FIELD': {
        const [row, field] = args;
        if (row?.kind !== 'input' || field?.kind !== 'literal') break;
        const text = this.#names.field?.(row.index, field.value as string);
        if (text !== undefined) return text;
        break;
      }
      case 'AND':
      case 'OR':
        return this.#logic(name, args);
      case 'CASE':
        return this.#case(args);
      case 'COALESCE':
        return this.#coalesce(args);
      case 'IS NULL':
        return `(${this.write(args[0]!)} === null)`;
      case 'IS NOT NULL':
        return `(${this.write(args[0]!)} !== null)`;
      case 'IS TRUE':
      case 'IS FALSE':
        return `(${this.write(args[0]!)} === ${name === 'IS TRUE'})`;
      case 'IS NOT TRUE':
      case 'IS NOT FALSE':
        return `(${this.write(args[0]!)} !== ${name === 'IS NOT TRUE'})`;
      case 'IS DISTINCT FROM':
      case 'IS NOT DISTINCT FROM':
        return `(${name === 'IS DISTINCT FROM' ? '!' : ''}${this.#constant(equalValues)}(${args.map((arg) => this.write(arg)).join(', ')}))`;
      case 'ROW':
        return this.#row(call);
      case 'ARRAY':
        return `[${args.map((arg) => this.write(arg)).join(', ')}]`;
      case 'IN':
        return this.#in(args);
      default:
    }
    if (name in CLOCK) return this.#time(name);
    const { implementation } = call;
    if (implementation !== undefined && !implementation.strict) {
      return `${this.#constant(implementation.evaluate)}(${args.map((arg) => this.write(arg)).join(', ')})`;
    }
    if (scalesOf(call) !== undefined) return this.#scaled(call, writeDecimalText);
    if (name in COMPARISONS && comparesScaled(args)) {
      const { scale } = args[0]!.type as { readonly scale: number };
      return this.#strict(
        args,
        ([a, b]) =>
          writeScaledComparison(COMPARISONS[name]!, scale, a!, b!, (value) => this.#constant(value)),
        (arg) => this.#scaled(arg),
      );
    }
    return this.#strict(args, (texts) => this.#operation(call, texts));
  }

  /** A DECIMAL, or a whole number beside one, in the form that `scaled-decimal.ts` tells of. */
  #scaled(expression: Expression, write = writeScaledArithmetic): string {
    const scales = scalesOf(expression);
    if (scales === undefined) return writeScaledLiteral(expression) ?? this.write(expression);
    const { args } = expression as Call;
    return this.#strict(
      args,
      ([a, b]) => write(scales, a!, b!, this.#local(), (value) => this.#constant(value)),
      (arg) => this.#scaled(arg),
    );
  }

  #time(name: string): string {
    const { clock } = this.#names;
    if (clock === undefined) {
      throw notSupported(`${name} here`, 'Make it a column of a sub-query first.', NOWHERE);
    }
    return `${this.#constant(CLOCK[name]!(clock))}()`;
  }

  /** NULL, or what stands for it, if any argument is; else what `write` makes of them. */
  #strict(
    args: readonly Expression[],
    write: (texts: readonly string[]) => string,
    writeArg = (arg: Expression) => this.write(arg),
    none = 'null',
  ): string {
    const checks: string[] = [];
    const texts = args.map((arg) => {
      if (arg.kind === 'literal' && arg.value !== null) return writeArg(arg);
      if (arg.kind === 'input') {
        const text = this.#names.column(arg.index);
        checks.push(`${text} === null`);
        return text;
      }
      const local = this.#local();
      checks.push(`(${local} = ${writeArg(arg)}) === null`);
      return local;
    });
    const result = write(texts);
    return checks.length === 0 ? result : `(${checks.join(' || ')} ? ${none} : ${result})`;
  }

  #operation({ name, args, type, implementation }: Call, texts: readonly string[]): string {
    if (implementation !== undefined)
      return `${this.#constant(implementation.evaluate)}(${texts.join(', ')})`;
    const [a, b] = texts as [string, string];
    const from = args[0]!.type;
    switch (name) {
      case 'NOT':
        return `!${a}`;
      case 'CAST':
        return `${this.#constant(castFunction(from, type, false))}(${a})`;
      case 'TRY_CAST':
        return `${this.#constant(castFunction(from, type, true))}(${a})`;
      case 'NEGATE':
        if (type.name === 'BIGINT') return `${this.#constant(negateExact)}(${a})`;
        if (type.name === 'DECIMAL')
          return `${this.#constant(decimalArithmetic('-', 38, type.scale))}('0', ${a})`;
        return `(0 - ${a})`;
      case 'FIELD':
        return `(${a}[${b}] ?? null)`;
      case 'ITEM':
        return from.name === 'MAP' ? `(${this.#constant(mapItem)}(${a}, ${b}))` : `(${a}[${b} - 1] ?? null)`;
      case '||':
        return `(${a} + ${b})`;
      default:
    }
    if (name in COMPARISONS) return this.#comparison(name, from, a, b);
    return this.#arithmetic(name as '+', args, type, a, b);
  }

  #comparison(name: string, type: LogicalType, a: string, b: string): string {
    const operator = COMPARISONS[name]!;
    const structured = ['ARRAY', 'MAP', 'ROW', 'MULTISET', 'BYTES', 'ANY'].includes(type.name);
    if (structured && (name === '=' || name === '<>')) {
      return `(${name === '<>' ? '!' : ''}${this.#constant(equalValues)}(${a}, ${b}))`;
    }
    const byValue = name === '=' || name === '<>';
    if (type.name === 'DECIMAL' && !byValue)
      return `(${this.#constant(compareValues(type))}(${a}, ${b}) ${operator} 0)`;
    return `(${a} ${operator} ${b})`;
  }

  #arithmetic(
    operator: '+' | '-' | '*' | '/' | '%',
    args: readonly Expression[],
    type: LogicalType,
    a: string,
    b: string,
  ): string {
    const [left, right] = args as [Expression, Expression];
    if (isInterval(right.type) || isInterval(left.type))
      return this.#timeArithmetic(operator, left.type, right.type, a, b);
    if (type.name === 'DECIMAL') {
      const divides = operator === '/' || operator === '%';
      const compute = decimalArithmetic(operator, type.precision, type.scale);
      return `${this.#constant(compute)}(${a}, ${divides ? `${this.#constant(nonZeroDecimal)}(${b})` : b})`;
    }
    if (type.name === 'FLOAT') return `Math.fround(${a} ${operator} ${b})`;
    if (!isInteger(type)) return `(${a} ${operator} ${b})`;
    const divisor = operator === '/' || operator === '%' ? `${this.#constant(nonZero)}(${b})` : b;
    if (type.name === 'BIGINT') {
      const exact = {
        '+': addExact,
        '-': subtractExact,
        '*': multiplyExact,
        '/': divideExact,
        '%': moduloExact,
      }[operator];
      if (operator === '+' || operator === '-' || operator === '*') {
        const result = this.#local();
        const computed = `Number.isSafeInteger(${result} = ${a} ${operator} ${b}${operator === '*' ? ' + 0' : ''})`;
        const checks = [...numberChecks(args, [a, b]), computed].join(' && ');
        return `(${checks} ? ${result} : ${this.#constant(exact)}(${a}, ${b}))`;
      }
      return operator === '%' && isPlainDivisor(right)
        ? this.#rest(args, a, b)
        : `${this.#constant(exact)}(${a}, ${divisor})`;
    }
    if (operator === '%' && left.type.name === 'BIGINT' && isPlainDivisor(right)) {
      const rest = `Number(${this.#rest(args, a, b)})`;
      return type.name === 'TINYINT'
        ? `(${rest} << 24 >> 24)`
        : type.name === 'SMALLINT'
          ? `(${rest} << 16 >> 16)`
          : rest;
    }
    const computed =
      operator === '*'
        ? `Math.imul(${a}, ${b})`
        : operator === '%' && left.type.name === 'BIGINT'
          ? `Number(${this.#constant(moduloExact)}(${a}, ${divisor}))`
          : `(${a} ${operator} ${divisor} | 0)`;
    const shift = type.name === 'TINYINT' ? 24 : type.name === 'SMALLINT' ? 16 : 0;
    return shift === 0 ? computed : `(${computed} << ${shift} >> ${shift})`;
  }

  /** Written out, as sums are, so that this place knows by its own experience what it computes; −0 is 0. */
  #rest(args: readonly Expression[], a: string, b: string): string {
    const slow = `${this.#constant(moduloExact)}(${a}, ${b})`;
    const checks = numberChecks(args, [a, b]);
    return checks.length === 0 ? `(${a} % ${b} + 0)` : `(${checks.join(' && ')} ? ${a} % ${b} + 0 : ${slow})`;
  }

  #timeArithmetic(operator: string, left: LogicalType, right: LogicalType, a: string, b: string): string {
    if (operator === '*' || operator === '/') return `Math.trunc(${a} ${operator} ${b})`;
    if (left.name === 'INTERVAL YEAR TO MONTH' && right.name !== left.name)
      return `${this.#constant(addMonths)}(${b}, ${a})`;
    if (right.name === 'INTERVAL YEAR TO MONTH' && left.name !== right.name) {
      return `${this.#constant(addMonths)}(${a}, ${operator === '-' ? `-${b}` : b})`;
    }
    // A DATE goes on by whole days.
    const whole = left.name === 'DATE' || right.name === 'DATE';
    const days = (type: LogicalType, text: string) =>
      type.name === 'DATE' ? text : `Math.trunc(${text} / 86400000) * 86400000`;
    const sum = whole ? `(${days(left, a)} ${operator} ${days(right, b)})` : `(${a} ${operator} ${b})`;
    return left.name === 'TIME' ? `((${sum} % 86400000 + 86400000) % 86400000)` : sum;
  }

  #logic(name: 'AND' | 'OR', args: readonly Expression[]): string {
    const stop = name === 'OR';
    return args
      .map((arg) => this.write(arg))
      .reduce((left, right) => {
        const a = this.#local();
        const b = this.#local();
        return `((${a} = ${left}) === ${stop} ? ${stop} : (${b} = ${right}) === ${stop} ? ${stop} : ${a} === null || ${b} === null ? null : ${!stop})`;
      });
  }

  #case(args: readonly Expression[]): string {
    let text = '';
    for (let at = 0; at + 1 < args.length; at += 2) {
      text += `${this.write(args[at]!)} === true ? ${this.write(args[at + 1]!)} : `;
    }
    return `(${text}${this.write(args.at(-1)!)})`;
  }

  #coalesce(args: readonly Expression[]): string {
    return `(${args.map((arg) => this.write(arg)).join(' ?? ')})`;
  }

  #row({ args, type }: Call): string {
    const { fields } = type as { fields: readonly { name: string }[] };
    return `{ ${args.map((arg, at) => `[${this.#constant(fields[at]!.name)}]: ${this.write(arg)}`).join(', ')} }`;
  }

  /** The first argument among the others; NULL among them makes "no" unknown. */
  #in([operand, ...list]: readonly Expression[]): string {
    const literals = list.every((item) => item.kind === 'literal');
    if (!literals) {
      const equal = list.map((item): Expression => ({
        kind: 'call',
        name: '=',
        args: [operand!, item],
        type: { name: 'BOOLEAN' },
      }));
      return this.#logic('OR', equal);
    }
    const values = list.map((item) => (item as { value: unknown }).value);
    const set = this.#constant(new Set(values.filter((value) => value !== null)));
    const otherwise = values.includes(null) ? 'null' : 'false';
    return this.#strict([operand!], ([a]) => `(${set}.has(${a}) || ${otherwise})`);
  }
}

/** True for two DECIMALs of one scale of which one is computed. */
function comparesScaled(args: readonly Expression[]): boolean {
  const [left, right] = args.map(({ type }) => (type.name === 'DECIMAL' ? type.scale : undefined));
  return left !== undefined && left === right && args.some((arg) => scalesOf(arg) !== undefined);
}

/** Checks that BIGINTs are numbers, but for literals that are. */
function numberChecks(args: readonly Expression[], texts: readonly string[]): string[] {
  return args.flatMap((arg, at) =>
    arg.kind === 'literal' && typeof arg.value === 'number' ? [] : [`typeof ${texts[at]} === 'number'`],
  );
}

function isPlainDivisor(expression: Expression): boolean {
  return expression.kind === 'literal' && typeof expression.value === 'number' && expression.value !== 0;
}

function nonZero<T extends number | bigint>(divisor: T): T {
  if (divisor === 0) throw divisionByZero();
  return divisor;
}

function nonZeroDecimal(divisor: string): string {
  if (!/[1-9]/.test(divisor)) throw divisionByZero();
  return divisor;
}

function divisionByZero(): TidemarkError {
  return badSql(
    'division-by-zero',
    'A whole number or DECIMAL was divided by 0.',
    'Guard it: a / NULLIF(b, 0) is NULL then.',
    NOWHERE,
  );
}

function mapItem(map: unknown, key: unknown): unknown {
  const found =
    map instanceof Map
      ? (map as Map<unknown, unknown>).get(key)
      : (map as Record<string, unknown>)[String(key)];
  return found ?? null;
}
