import { badKey } from '../errors.ts';

/** A value that compares by itself. */
export type PrimitiveKey = string | number | bigint | boolean;

/** True for what a `Map` can hold a key by as it is. */
export function isPrimitiveKey(key: unknown): key is PrimitiveKey {
  const type = typeof key;
  return type === 'string' || type === 'boolean' || type === 'bigint' || (type === 'number' && key === key);
}

/**
 * One primitive for every key, equal for equal keys only: the key itself if it is primitive, else a text that is tagged
 * by type, with an object's fields in the order of their names.
 * @throws {TidemarkError} `bad-key` for what cannot be compared by value.
 */
export function keyIdentity(key: unknown): PrimitiveKey {
  if (typeof key === 'string') return key.charCodeAt(0) === 0 ? `\0s${key}` : key;
  if (isPrimitiveKey(key)) return key === 0 ? 0 : key;
  return `\0c${compositeIdentity(key)}`;
}

function compositeIdentity(key: unknown): string {
  if (Array.isArray(key)) return `[${key.map((part) => partIdentity(key, part)).join(',')}]`;
  if (typeof key === 'object' && key !== null) {
    const prototype: unknown = Object.getPrototypeOf(key);
    if (prototype === Object.prototype || prototype === null) {
      const fields = key as Readonly<Record<string, unknown>>;
      const names = Object.keys(fields).sort();
      return `{${names.map((name) => `${JSON.stringify(name)}:${partIdentity(key, fields[name])}`).join(',')}}`;
    }
    if (key instanceof Date)
      throw badKey(key, 'a Date has no place among keys: take its time in ms (getTime())');
    throw badKey(key, 'an instance of a class has no value to compare by');
  }
  throw badKey(key, reasonAgainst(key));
}

function partIdentity(key: unknown, part: unknown): string {
  switch (typeof part) {
    case 'string':
      return JSON.stringify(part);
    case 'number':
      if (part !== part) throw badKey(key, 'NaN is in it');
      return `n${part === 0 ? 0 : part}`;
    case 'bigint':
      return `i${part}`;
    case 'boolean':
      return part ? 'T' : 'F';
    default:
      throw badKey(
        key,
        `a part of it is ${part === null ? 'null' : typeof part === 'object' ? 'an object' : typeof part}`,
      );
  }
}

function reasonAgainst(key: unknown): string {
  if (key === null || key === undefined) return 'nothing is grouped under it';
  if (typeof key === 'number') return 'NaN equals nothing, itself included';
  return `a ${typeof key} is no value to compare by`;
}
