import type { Json } from '../../protocol/index.ts';

const MAX_STRING = 300;
const MAX_ITEMS = 20;
const MAX_FIELDS = 40;
const MAX_DEPTH = 3;

/**
 * Any value as plain JSON, for a row of a view: bounded in size, never throws. What JSON cannot hold becomes the text
 * that a reader expects (`NaN`, `12n`, an ISO date); what is too long or too deep is shortened and says so.
 */
export function plainJson(value: unknown): Json {
  return convert(value, MAX_DEPTH, []);
}

function convert(value: unknown, depth: number, above: readonly object[]): Json {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'string':
      return shortText(value);
    case 'boolean':
      return value;
    case 'undefined':
      return null;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    case 'symbol':
      return String(value);
    case 'function':
      return `[function ${value.name || 'anonymous'}]`;
    case 'object':
      return value === null ? null : convertObject(value, depth, above);
  }
}

function convertObject(value: object, depth: number, above: readonly object[]): Json {
  if (above.includes(value)) return '[circular]';
  try {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof Error) return shortText(`${value.name}: ${value.message}`);
    if (value instanceof RegExp || value instanceof URL) return shortText(String(value));
    if (value instanceof ArrayBuffer || value instanceof Promise || value instanceof WeakMap)
      return `[${value.constructor.name}]`;
    if (depth === 0) return Array.isArray(value) ? '[…]' : '{…}';
    const inside = [...above, value];
    if (Array.isArray(value) || value instanceof Set) return items(value, depth, inside);
    if (ArrayBuffer.isView(value) && Symbol.iterator in value)
      return items(value as unknown as Iterable<unknown>, depth, inside);
    if (value instanceof Map) return mapEntries(value, depth, inside);
    return fields(value, depth, inside);
  } catch (error) {
    // A getter or a proxy of the user's may throw; a view must not.
    return `[unreadable: ${error instanceof Error ? error.message : 'error'}]`;
  }
}

function items(values: Iterable<unknown>, depth: number, above: readonly object[]): Json {
  const out: Json[] = [];
  let left = 0;
  for (const value of values) {
    if (out.length < MAX_ITEMS) out.push(convert(value, depth - 1, above));
    else left += 1;
  }
  if (left > 0) out.push(`… ${left} more`);
  return out;
}

function mapEntries(map: ReadonlyMap<unknown, unknown>, depth: number, above: readonly object[]): Json {
  const out: [string, Json][] = [];
  for (const [key, value] of map) {
    if (out.length === MAX_ITEMS) break;
    out.push([keyText(key), convert(value, depth - 1, above)]);
  }
  if (map.size > MAX_ITEMS) out.push(['…', `${map.size - MAX_ITEMS} more`]);
  return Object.fromEntries(out);
}

function fields(value: object, depth: number, above: readonly object[]): Json {
  const names = Object.keys(value);
  const out: [string, Json][] = names
    .slice(0, MAX_FIELDS)
    .map((name) => [name, convert(Reflect.get(value, name), depth - 1, above)]);
  if (names.length > MAX_FIELDS) out.push(['…', `${names.length - MAX_FIELDS} more`]);
  return Object.fromEntries(out);
}

function shortText(text: string): string {
  return text.length <= MAX_STRING
    ? text
    : `${text.slice(0, MAX_STRING)}… ${text.length - MAX_STRING} more characters`;
}

/** A key of a keyed stream as one label: text as it is, anything else as short JSON. */
export function keyText(key: unknown): string {
  const plain = plainJson(key);
  return typeof plain === 'string' ? plain : JSON.stringify(plain);
}

/** A field of a user's object, whose getter may throw. */
export function fieldOf(value: object, name: string): unknown {
  try {
    return Reflect.get(value, name);
  } catch {
    return undefined;
  }
}
