import { typeOf, type RegisteredType } from './type-registry.ts';

/**
 * A copy of a value of state as it is now, for a cut. Most of what state holds is primitive, or an object of a few
 * primitives, and costs next to nothing. What a cut cannot hold is left as it is: writing the cut says so.
 */
export function copyValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Object.getPrototypeOf(value) === Object.prototype && isFlat(value)) return { ...value };
  return new Copy().of(value);
}

/** Copies what objects hold, and each object once. */
class Copy {
  readonly #made = new Map<object, unknown>();

  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#made.get(value);
    if (known !== undefined) return known;
    if (Array.isArray(value)) return this.#array(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#object(value, prototype);
    if (prototype === Map.prototype) return this.#map(value as ReadonlyMap<unknown, unknown>);
    if (prototype === Set.prototype) return this.#set(value as ReadonlySet<unknown>);
    const type = typeOf(prototype);
    if (type !== undefined) return this.#instance(value, type);
    return this.#other(value, prototype);
  }

  #array(array: readonly unknown[]): unknown {
    const copy = new Array<unknown>(array.length);
    this.#made.set(array, copy);
    for (let i = 0; i < array.length; i++) copy[i] = this.of(array[i]);
    return copy;
  }

  #object(object: object, prototype: object | null): unknown {
    const copy = prototype === null ? (Object.create(null) as object) : {};
    this.#made.set(object, copy);
    Object.assign(copy, object);
    for (const name in copy) {
      const value = (copy as Record<string, unknown>)[name];
      if (typeof value === 'object' && value !== null) {
        (copy as Record<string, unknown>)[name] = this.of(value);
      }
    }
    return copy;
  }

  #map(map: ReadonlyMap<unknown, unknown>): unknown {
    const copy = new Map<unknown, unknown>();
    this.#made.set(map, copy);
    for (const [key, value] of map) copy.set(this.of(key), this.of(value));
    return copy;
  }

  #set(set: ReadonlySet<unknown>): unknown {
    const copy = new Set<unknown>();
    this.#made.set(set, copy);
    for (const value of set) copy.add(this.of(value));
    return copy;
  }

  /** As a cut would bring it back. */
  #instance(instance: object, { encode, decode }: RegisteredType): unknown {
    // One that holds itself cannot be written, which writing it says.
    this.#made.set(instance, instance);
    const copy = decode(this.of(encode(instance)));
    this.#made.set(instance, copy);
    return copy;
  }

  #other(value: object, prototype: unknown): unknown {
    const changes = ArrayBuffer.isView(value) || value instanceof ArrayBuffer || prototype === Date.prototype;
    const copy = changes ? structuredClone(value) : value;
    this.#made.set(value, copy);
    return copy;
  }
}

/** True if none of its fields is an object. */
function isFlat(value: object): boolean {
  for (const name in value) {
    const field = (value as Readonly<Record<string, unknown>>)[name];
    if (typeof field === 'object' && field !== null) return false;
  }
  return true;
}
