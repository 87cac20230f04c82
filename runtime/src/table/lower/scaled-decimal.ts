import type { Expression } from '../plan/expression.ts';
import {
  compareDecimals,
  decimalArithmetic,
  textToUnits,
  unitsToText,
  type ExactNumber,
} from '../types/decimal.ts';

// Within an expression a DECIMAL that is computed stays a number, of units of its scale, as long as a double holds them: text is made
// of what leaves the expression. A value in this form is such a number, or text where it has more digits, or NULL. A whole number
// beside it has no digits behind the point: it is its own number of units.

type Bind = (object: unknown) => string;
type ScaledOperator = '+' | '-' | '*';

/** What is scaled at compile time: the operator, and digits behind the point. */
interface Scales {
  readonly operator: ScaledOperator;
  readonly precision: number;
  readonly scale: number;
  readonly left: number;
  readonly right: number;
}

function scaleOf({ type }: Expression): number {
  return type.name === 'DECIMAL' ? type.scale : 0;
}

/** The scales of arithmetic whose result needs no rounding; `undefined` of anything else. */
export function scalesOf(expression: Expression): Scales | undefined {
  if (expression.kind !== 'call' || expression.type.name !== 'DECIMAL') return undefined;
  const { name, args, type } = expression;
  if (name !== '+' && name !== '-' && name !== '*') return undefined;
  const [left, right] = [scaleOf(args[0]!), scaleOf(args[1]!)];
  const { precision, scale } = type;
  if (scale < (name === '*' ? left + right : Math.max(left, right))) return undefined;
  return { operator: name, precision, scale, left, right };
}

/** Code of a literal in this form; `undefined` if it is written as any other value is. */
export function writeScaledLiteral(expression: Expression): string | undefined {
  if (expression.kind !== 'literal' || expression.type.name !== 'DECIMAL') return undefined;
  const units = expression.value === null ? undefined : textToUnits(expression.value as string);
  return units === undefined ? undefined : `(${units})`;
}

/** Code of arithmetic on two values in this form that are not NULL. @param result a local */
export function writeScaledArithmetic(
  scales: Scales,
  a: string,
  b: string,
  result: string,
  bind: Bind,
): string {
  return writeArithmetic(scales, a, b, result, result, bind);
}

/**
 * As `writeScaledArithmetic`, and brings the result to text. What is computed is made text where it is known to be a number: a value
 * that may be a number or a text is an object of its own to the compiler.
 */
export function writeDecimalText(scales: Scales, a: string, b: string, result: string, bind: Bind): string {
  return writeArithmetic(scales, a, b, result, `${bind(unitsToText)}(${result}, ${scales.scale})`, bind);
}

/** @param made code of what becomes of a result that is a number */
function writeArithmetic(
  scales: Scales,
  a: string,
  b: string,
  result: string,
  made: string,
  bind: Bind,
): string {
  const { operator, precision, scale, left, right } = scales;
  const checks = [`typeof ${a} === 'number'`, `typeof ${b} === 'number'`];
  const brought = (value: string, from: number) => {
    if (from === scale) return value;
    const product = `${value} * ${10 ** (scale - from)}`;
    checks.push(`Number.isSafeInteger(${product})`);
    return `(${product})`;
  };
  const missing = scale - left - right;
  const computed =
    operator === '*'
      ? `${a} * ${b}${missing === 0 ? '' : ` * ${10 ** missing}`}`
      : `${brought(a, left)} ${operator} ${brought(b, right)}`;
  checks.push(`Number.isSafeInteger(${result} = ${computed})`);
  // Every safe integer has 16 digits at most.
  if (precision < 16) checks.push(`Math.abs(${result}) < ${10 ** precision}`);
  return `(${checks.join(' && ')} ? ${made} : ${bind(withManyDigits(scales))}(${a}, ${b}))`;
}

function withManyDigits({ operator, precision, scale, left, right }: Scales) {
  const compute = decimalArithmetic(operator, precision, scale);
  return (a: ExactNumber, b: ExactNumber) => compute(unscaled(a, left), unscaled(b, right));
}

function unscaled(value: ExactNumber, scale: number): ExactNumber {
  return typeof value === 'number' && scale > 0 ? unitsToText(value, scale) : value;
}

/** Code that compares two DECIMALs of one scale, in this form, that are not NULL. */
export function writeScaledComparison(
  operator: string,
  scale: number,
  a: string,
  b: string,
  bind: Bind,
): string {
  const compare = (x: number | string, y: number | string) =>
    compareDecimals(decimalText(x, scale), decimalText(y, scale));
  return `(typeof ${a} === 'number' && typeof ${b} === 'number' ? ${a} ${operator} ${b} : ${bind(compare)}(${a}, ${b}) ${operator} 0)`;
}

function decimalText(value: number | string, scale: number): string {
  return typeof value === 'number' ? unitsToText(value, scale) : value;
}
