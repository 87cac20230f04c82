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

/**
 * Finds the number in a window's result: the result itself, a tuple's last number, an object's field `value` or else
 * its first numeric field that is neither the key nor the window's bounds. A result without a number counts as 1.
 */
export function windowValue(result: unknown, key: unknown): WindowValue {
  const own = numberOf(result);
  if (own !== undefined) return { value: finite(own), title: 'value', fields: {} };
  if (Array.isArray(result)) return tupleValue(result);
  if (typeof result === 'object' && result !== null && !(result instanceof Date))
    return objectValue(result, key);
  return { value: 1, title: 'results', fields: { result: plainJson(result) } };
}

function tupleValue(tuple: readonly unknown[]): WindowValue {
  const last = tuple.findLastIndex((item) => numberOf(item) !== undefined);
  const fields = Object.fromEntries(tuple.slice(0, 20).map((item, i) => [`f${i}`, plainJson(item)]));
  if (last < 0) return { value: 1, title: 'results', fields };
  return { value: finite(numberOf(tuple[last]) ?? Number.NaN), title: 'value', fields };
}

function objectValue(result: object, key: unknown): WindowValue {
  const plain = plainJson(result);
  const fields = isJsonObject(plain) ? plain : {};
  const name = chosenField(result, key);
  if (name === undefined) return { value: 1, title: 'results', fields };
  const value = finite(numberOf(fieldOf(result, name)) ?? Number.NaN);
  return { value, title: name, fields };
}

/** Fields that say which window or key it is, not how much. */
const NOT_A_MEASURE = new Set(['start', 'end', 'windowStart', 'windowEnd', 'key', 'pane', 'timestamp']);

function chosenField(result: object, key: unknown): string | undefined {
  const names = Object.keys(result).filter((name) => numberOf(fieldOf(result, name)) !== undefined);
  if (names.includes('value')) return 'value';
  const measures = names.filter((name) => !NOT_A_MEASURE.has(name));
  return measures.find((name) => fieldOf(result, name) !== key) ?? measures[0];
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' ? Number(value) : undefined;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
