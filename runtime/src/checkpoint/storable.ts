import { notStorable } from './store-errors.ts';

/** Prototypes whose objects come back as they were, beside plain objects and arrays. */
const KEPT: ReadonlySet<unknown> = new Set(
  [
    ...[Date, RegExp, Boolean, Number, String, BigInt, ArrayBuffer, DataView, Buffer],
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    ...[BigInt64Array, BigUint64Array, Float32Array, Float64Array],
    ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError],
  ].map((constructor) => constructor.prototype),
);

type Key = string | number | symbol;

/** A link of the path to a value, made into text only for an error. */
interface Link {
  readonly above: Link | undefined;
  readonly key: Key;
}

/** @throws {TidemarkError} `not-storable` if serializing `value` would fail or silently lose something. */
export function checkStorable(value: unknown, name: string): void {
  visit(value, undefined, name, new Set());
}

function visit(value: unknown, link: Link | undefined, name: string, seen: Set<object>): void {
  if (typeof value !== 'object') {
    if (typeof value === 'function') throw notStorable(pathOf(link, name), functionName(value));
    if (typeof value === 'symbol') throw notStorable(pathOf(link, name), `the symbol ${String(value)}`);
    return;
  }
  if (value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (KEPT.has(prototype) || seen.has(value)) return;
  seen.add(value);
  if (prototype === Array.prototype) {
    const items = value as readonly unknown[];
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (mayHold(item)) visit(item, { above: link, key: i }, name, seen);
    }
  } else if (prototype === Map.prototype) {
    let i = 0;
    for (const [key, item] of value as ReadonlyMap<unknown, unknown>) {
      if (mayHold(key)) visit(key, { above: link, key: `key ${i}` }, name, seen);
      if (mayHold(item))
        visit(item, { above: link, key: typeof key === 'string' ? key : `value ${i}` }, name, seen);
      i++;
    }
  } else if (prototype === Set.prototype) {
    let i = 0;
    for (const item of value as ReadonlySet<unknown>) {
      if (mayHold(item)) visit(item, { above: link, key: i }, name, seen);
      i++;
    }
  } else if (isPlain(prototype)) visitFields(value, link, name, seen);
  else throw notStorable(pathOf(link, name), instanceName(prototype));
}

function visitFields(value: object, link: Link | undefined, name: string, seen: Set<object>): void {
  const symbol = Object.getOwnPropertySymbols(value)[0];
  if (symbol !== undefined)
    throw notStorable(pathOf({ above: link, key: symbol }, name), 'a field named by a symbol');
  for (const key in value) {
    const item = (value as Readonly<Record<string, unknown>>)[key];
    if (mayHold(item)) visit(item, { above: link, key }, name, seen);
  }
}

function mayHold(value: unknown): boolean {
  return (
    (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol'
  );
}

/** `Object.prototype` of another realm has no prototype either, and only it has this method of its own. */
function isPlain(prototype: unknown): boolean {
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty');
}

function functionName(value: { readonly name?: unknown }): string {
  return value.name ? `the function ${String(value.name)}` : 'a function';
}

function instanceName(prototype: unknown): string {
  const constructor: unknown = (prototype as { readonly constructor?: { readonly name?: unknown } } | null)
    ?.constructor?.name;
  return typeof constructor === 'string' && constructor !== ''
    ? `an instance of ${constructor}, which would come back without its methods`
    : 'an object with a prototype of its own, which would be lost';
}

function pathOf(link: Link | undefined, name: string): string {
  if (link === undefined) return name;
  const { key } = link;
  const step =
    typeof key === 'string' && /^[A-Za-z_$][\w$]*$/.test(key)
      ? `.${key}`
      : `[${typeof key === 'string' ? `'${key}'` : String(key)}]`;
  return pathOf(link.above, name) + step;
}
