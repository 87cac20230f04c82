import { isJsonObject, type JsonObject } from '../../protocol/index.ts';
import { fieldOf, plainJson } from './plain-json.ts';

/** What a window's result puts into its row. */
export interface WindowValue {
  /** The number on the chart's y axis. */
  readonly value: number | null;
  /** Where it came from, the y axis' title: a field's name, or `value`. */
  readonly title: string;
  readonly fields: JsonObject;
}

/** What is known of a result before it is looked at. */
export interface ResultOrigin {
  readonly key: unknown;
  readonly window: { readonly start: number; readonly end: number };
  readonly measured?: { readonly aggregation?: string; readonly field?: string | number };
}

/**
 * Finds the number in a window's result: the field that the operator computes, where that is known; else the result
 * itself, a tuple's last number, an object's field `value` or else its first numeric field that is neither the key nor
 * a time in the window. A result without a number counts as 1.
 */
export function windowValue(result: unknown, origin: ResultOrigin): WindowValue {
  const { aggregation, field } = origin.measured ?? {};
  const title = aggregation === undefined ? 'value' : aggregation;
  const own = numberOf(result);
  if (own !== undefined) return { value: finite(own), title, fields: {} };
  if (typeof result !== 'object' || result === null || result instanceof Date)
    return { value: 1, title: 'results', fields: { result: plainJson(result) } };
  const fields = Array.isArray(result) ? tupleFields(result) : objectFields(result);
  const computed = field === undefined ? undefined : measureIn(fieldOf(result, String(field)));
  if (computed !== undefined)
    return {
      value: finite(computed),
      title: aggregation === undefined ? String(field) : `${aggregation}(${field})`,
      fields,
    };
  if (Array.isArray(result)) {
    const last = result.findLast((item) => numberOf(item) !== undefined) as number | bigint | undefined;
    return last === undefined
      ? { value: 1, title: 'results', fields }
      : { value: finite(Number(last)), title, fields };
  }
  const name = measureOf(result, origin);
  if (name === undefined) return { value: 1, title: 'results', fields };
  return { value: finite(Number(fieldOf(result, name))), title: name, fields };
}

/** The number in a field that is known to be one; `null` where there is none. */
export function fieldValue(result: unknown, field: string): number | null {
  if (typeof result !== 'object' || result === null) return null;
  return finite(measureIn(fieldOf(result, field)) ?? Number.NaN);
}

function tupleFields(tuple: readonly unknown[]): JsonObject {
  return Object.fromEntries(tuple.slice(0, 20).map((item, i) => [`f${i}`, plainJson(item)]));
}

function objectFields(result: object): JsonObject {
  const plain = plainJson(result);
  return isJsonObject(plain) ? plain : {};
}

/** Fields that say which window or key it is, not how much. */
const NOT_A_MEASURE = new Set(['start', 'end', 'windowStart', 'windowEnd', 'key', 'pane', 'timestamp']);

function measureOf(result: object, { key, window }: ResultOrigin): string | undefined {
  const numbers = Object.keys(result).filter((name) => numberOf(fieldOf(result, name)) !== undefined);
  if (numbers.includes('value')) return 'value';
  const measures = numbers.filter((name) => {
    if (NOT_A_MEASURE.has(name)) return false;
    const value = fieldOf(result, name);
    return value !== key && !(isMoment(value) && value >= window.start && value <= window.end);
  });
  return measures[0] ?? numbers.find((name) => !NOT_A_MEASURE.has(name)) ?? numbers[0];
}

/** Large enough for an epoch time that is no textbook's. */
function isMoment(value: unknown): value is number {
  return typeof value === 'number' && value > 1e10;
}

/** Of the field that is known to be the number: an exact decimal is text, and NULL is no value. */
function measureIn(value: unknown): number | undefined {
  if (value === null) return Number.NaN;
  return typeof value === 'string' && value !== '' ? Number(value) : numberOf(value);
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' ? Number(value) : undefined;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
