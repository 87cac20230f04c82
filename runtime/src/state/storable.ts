import { notStorable } from './state-errors.ts';
import { typeOf } from './type-registry.ts';

/** Prototypes whose objects come back as they were, beside plain objects and arrays. */
const KEPT: ReadonlySet<unknown> = new Set(
  [
    ...[Date, RegExp, Boolean, Number, String, BigInt, ArrayBuffer, DataView, Buffer],
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
    ...[BigInt64Array, BigUint64Array, Float32Array, Float64Array],
    ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError],
  ].map((constructor) => constructor.prototype),
);

/** A step on the way to a value; the way becomes text only for an error. */
interface Step {
  readonly above: Step | undefined;
  readonly key: string | number | symbol;
  readonly of?: 'map-key' | 'map-value';
}

/**
 * @returns true if it holds instances of registered classes
 * @throws {TidemarkError} `not-storable` if serializing `value` would fail or silently lose something.
 */
export function checkStorable(value: unknown, name: string, refuse: Refuse = notStorable): boolean {
  if (!mayHold(value)) return false;
  const check = new StorableCheck(name, refuse);
  check.visit(value, undefined, 0);
  return check.hasInstances;
}

/** The error for what is at `path`. */
export type Refuse = (path: string, what: string) => Error;

/** Walks a value; objects that hold only primitives, which state mostly is made of, cost no allocation. */
class StorableCheck {
  readonly #name: string;
  readonly #refuse: Refuse;
  hasInstances = false;
  /** Objects that hold others, so that a cycle ends. */
  readonly #seen = new Set<unknown>();

  constructor(name: string, refuse: Refuse) {
    this.#name = name;
    this.#refuse = refuse;
  }

  /** `above` and `key` say where `value` is; only the root has nothing above it. */
  visit(value: unknown, above: Step | undefined, key: Step['key'], of?: Step['of']): void {
    if (typeof value !== 'object' || value === null)
      throw this.#error({ above, key, of }, primitiveName(value));
    const prototype: unknown = Object.getPrototypeOf(value);
    if (KEPT.has(prototype)) return;
    const step: Step = { above, key, of };
    if (prototype === Array.prototype) this.#visitItems(value as readonly unknown[], step);
    else if (prototype === Map.prototype) this.#visitMap(value as ReadonlyMap<unknown, unknown>, step);
    else if (prototype === Set.prototype) this.#visitItems([...(value as ReadonlySet<unknown>)], step, value);
    else if (isPlain(prototype)) this.#visitFields(value, step);
    else if (typeOf(prototype) !== undefined) this.hasInstances = true;
    else throw this.#error(step, instanceName(prototype));
  }

  #visitItems(items: readonly unknown[], step: Step, holder: unknown = items): void {
    if (!items.some(mayHold) || this.#isKnown(holder)) return;
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (mayHold(item)) this.visit(item, step, i);
    }
  }

  #visitMap(map: ReadonlyMap<unknown, unknown>, step: Step): void {
    if (this.#isKnown(map)) return;
    let i = 0;
    for (const [key, item] of map) {
      if (mayHold(key)) this.visit(key, step, i, 'map-key');
      if (mayHold(item)) this.visit(item, step, typeof key === 'string' ? key : i, 'map-value');
      i++;
    }
  }

  #visitFields(value: object, step: Step): void {
    let entered = false;
    for (const key in value) {
      const item = (value as Readonly<Record<string, unknown>>)[key];
      if (!mayHold(item)) continue;
      if (!entered && this.#isKnown(value)) return;
      entered = true;
      this.visit(item, step, key);
    }
    const symbols = Object.getOwnPropertySymbols(value);
    if (symbols[0] !== undefined)
      throw this.#error({ above: step, key: symbols[0] }, 'a field named by a symbol');
  }

  #isKnown(value: unknown): boolean {
    if (this.#seen.has(value)) return true;
    this.#seen.add(value);
    return false;
  }

  #error(step: Step, what: string): Error {
    return this.#refuse(pathOf(step, this.#name), what);
  }
}

/** True for what can hold, or be, something that is lost. */
function mayHold(value: unknown): boolean {
  return typeof value === 'object'
    ? value !== null
    : typeof value === 'function' || typeof value === 'symbol';
}

/** `Object.prototype` of another realm has no prototype either, and only it has this method of its own. */
function isPlain(prototype: unknown): boolean {
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty');
}

function primitiveName(value: unknown): string {
  if (typeof value !== 'function') return `the symbol ${String(value)}`;
  return value.name ? `the function ${value.name}` : 'a function';
}

function instanceName(prototype: unknown): string {
  const name: unknown = (prototype as { readonly constructor?: { readonly name?: unknown } } | null)
    ?.constructor?.name;
  return typeof name === 'string' && name !== ''
    ? `an instance of ${name}, a class that is not registered`
    : 'an object with a prototype of its own, which would be lost';
}

function pathOf(step: Step, name: string): string {
  if (step.above === undefined) return name;
  return pathOf(step.above, name) + textOf(step);
}

function textOf({ key, of }: Step): string {
  if (of === 'map-key') return `[key ${String(key)}]`;
  if (typeof key !== 'string') return `[${of === 'map-value' ? 'value ' : ''}${String(key)}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
