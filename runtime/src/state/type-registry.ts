import { badArgument } from '../errors.ts';
import { typeNeedsCodec } from './state-errors.ts';

/** A class, as `registerType` takes it. */
export type RegisteredClass<T> = abstract new (...args: never[]) => T;

/** How instances of a class become plain data, and come back. */
export interface TypeCodec<T, F = unknown> {
  /** What the class is called in snapshots, so that it may be renamed in the code; its own name by default. */
  readonly name?: string;
  /** What is written in the place of an instance: plain data, which may hold instances of registered classes. */
  readonly encode?: (instance: T) => F;
  /** Makes an instance of what `encode` returned. */
  readonly decode?: (fields: F) => T;
}

/** A class that snapshots can hold instances of. */
export interface RegisteredType {
  readonly name: string;
  readonly encode: (instance: object) => unknown;
  readonly decode: (fields: unknown) => object;
}

const byPrototype = new WeakMap<object, RegisteredType>();
const byName = new Map<string, RegisteredType>();

/**
 * Lets state hold instances of a class: snapshots, savepoints and checkpoints then write what `encode` makes of one, under the
 * name of the class, and `decode` makes it anew. Without both, its fields are written and it is made of them without calling its
 * constructor. Subclasses are classes of their own. Of two classes with one name the later one is what is read: a cell that
 * runs again, and with it a class, replaces the one before.
 * @throws {TidemarkError} `type-needs-codec` for a class with private fields and no `encode` and `decode`; `bad-argument` for
 *   one without a name
 * @example
 * class Money {
 *   readonly #cents: bigint;
 *   constructor(cents: bigint) {
 *     this.#cents = cents;
 *   }
 *   get cents() {
 *     return this.#cents;
 *   }
 * }
 * registerType(Money, { encode: ({ cents }) => cents, decode: (cents) => new Money(cents) });
 * registerType(Money); // throws 'type-needs-codec'
 */
export function registerType<T extends object, F>(
  type: RegisteredClass<T>,
  codec: TypeCodec<T, F> = {},
): void {
  const { name = type.name, encode, decode } = codec;
  if (name === '') throw badArgument('The class', type, 'It has no name.', "Give it one: { name: 'money' }.");
  if ((encode === undefined) !== (decode === undefined)) {
    throw badArgument(
      `The codec of ${name}`,
      encode === undefined ? 'decode alone' : 'encode alone',
      'What one writes the other reads.',
      'Give both, or none.',
    );
  }
  const prototype = type.prototype as T;
  if (encode === undefined && hasPrivateFields(type)) throw typeNeedsCodec(name);
  const registered = {
    name,
    encode: (encode ?? fieldsOf) as RegisteredType['encode'],
    decode: (decode ?? ((fields: F) => withFields(prototype, fields))) as RegisteredType['decode'],
  };
  byPrototype.set(prototype, registered);
  byName.set(name, registered);
}

/** The class of an object, if it is registered. */
export function typeOf(prototype: unknown): RegisteredType | undefined {
  return typeof prototype === 'object' && prototype !== null ? byPrototype.get(prototype) : undefined;
}

export function typeNamed(name: string): RegisteredType | undefined {
  return byName.get(name);
}

function fieldsOf(instance: object): object {
  return { ...instance };
}

function withFields(prototype: object, fields: unknown): object {
  return Object.assign(Object.create(prototype) as object, fields);
}

/** By the source: nobody but the class can see them. */
function hasPrivateFields(type: RegisteredClass<object>): boolean {
  for (
    let one: unknown = type;
    typeof one === 'function' && one !== Function.prototype;
    one = Object.getPrototypeOf(one)
  ) {
    if (/(^|[\s{;.])#[A-Za-z_$]/.test(Function.prototype.toString.call(one))) return true;
  }
  return false;
}
