import { notStorable, typeNotRegistered } from './state-errors.ts';
import { checkStorable } from './storable.ts';
import { typeNamed, typeOf } from './type-registry.ts';

/** A value whose instances of registered classes have been taken out. */
export interface TakenOut {
  /** The value, with an empty object in the place of each instance. */
  readonly value: unknown;
  /** Which class each of these objects stands for, and what `encode` made of the instance; no data can look like that. */
  readonly instances: readonly (readonly [place: object, type: string, fields: unknown])[];
}

/** @throws {TidemarkError} `not-storable` if an instance refers to itself, or is written as what cannot be stored */
export function takeOut(value: unknown, name: string): TakenOut {
  const taking = new Taking(name);
  return { value: taking.of(value), instances: taking.instances };
}

/** Makes the instances anew. @throws {TidemarkError} `type-not-registered` */
export function putBack({ value, instances }: TakenOut): unknown {
  return new Putting(instances).of(value);
}

/** Copies what holds others, with instances replaced. */
class Taking {
  readonly instances: [object, string, unknown][] = [];
  readonly #name: string;
  readonly #made = new Map<object, unknown>();
  /** Instances that are being written. */
  readonly #open = new Set<object>();

  constructor(name: string) {
    this.#name = name;
  }

  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (this.#open.has(value)) throw notStorable(this.#name, 'an instance of a class that holds itself');
    const known = this.#made.get(value);
    if (known !== undefined) return known;
    const prototype: unknown = Object.getPrototypeOf(value);
    const type = typeOf(prototype);
    if (type !== undefined) return this.#instance(value, type.name, type.encode);
    if (Array.isArray(value)) {
      const copy: unknown[] = [];
      this.#made.set(value, copy);
      // Holes stay holes.
      for (const key of Object.keys(value))
        (copy as unknown as Record<string, unknown>)[key] = this.of(
          (value as unknown as Record<string, unknown>)[key],
        );
      copy.length = value.length;
      return copy;
    }
    if (prototype === Map.prototype) {
      const copy = new Map<unknown, unknown>();
      this.#made.set(value, copy);
      for (const [key, item] of value as ReadonlyMap<unknown, unknown>) copy.set(this.of(key), this.of(item));
      return copy;
    }
    if (prototype === Set.prototype) {
      const copy = new Set<unknown>();
      this.#made.set(value, copy);
      for (const item of value as ReadonlySet<unknown>) copy.add(this.of(item));
      return copy;
    }
    if (Object.getPrototypeOf(prototype ?? Object.prototype) !== null) return value;
    const copy: Record<string, unknown> = {};
    this.#made.set(value, copy);
    for (const [key, item] of Object.entries(value)) define(copy, key, this.of(item));
    return copy;
  }

  #instance(instance: object, type: string, encode: (instance: object) => unknown): object {
    this.#open.add(instance);
    const fields = encode(instance);
    checkStorable(fields, `${this.#name} (${type})`);
    const written = this.of(fields);
    this.#open.delete(instance);
    const place = {};
    this.#made.set(instance, place);
    this.instances.push([place, type, written]);
    return place;
  }
}

/** Replaces in place what stands for instances. */
class Putting {
  readonly #instances: ReadonlyMap<object, { readonly type: string; readonly fields: unknown }>;
  readonly #made = new Map<object, unknown>();

  constructor(instances: TakenOut['instances']) {
    this.#instances = new Map(instances.map(([place, type, fields]) => [place, { type, fields }]));
  }

  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#made.get(value);
    if (known !== undefined) return known;
    const instance = this.#instances.get(value);
    if (instance !== undefined) {
      const type = typeNamed(instance.type);
      if (type === undefined) throw typeNotRegistered(instance.type);
      const made = type.decode(this.of(instance.fields));
      this.#made.set(value, made);
      return made;
    }
    this.#made.set(value, value);
    if (value instanceof Map) {
      const entries = [...(value as Map<unknown, unknown>)];
      value.clear();
      for (const [key, item] of entries) value.set(this.of(key), this.of(item));
    } else if (value instanceof Set) {
      const items = [...(value as Set<unknown>)];
      value.clear();
      for (const item of items) value.add(this.of(item));
    } else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) {
      const fields = value as Record<string, unknown>;
      for (const key of Object.keys(fields)) {
        const field = fields[key];
        if (typeof field === 'object' && field !== null) define(fields, key, this.of(field));
      }
    }
    return value;
  }
}

/** Also a field of the name `__proto__` is only a field. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}
