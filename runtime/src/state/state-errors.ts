import { TidemarkError } from '../errors.ts';

const WHAT_STATE_HOLDS =
  'State holds plain data (primitives, arrays, plain objects, Map, Set, Date, RegExp, errors, typed arrays) and instances of ' +
  'classes that registerType knows. Register the class, keep its fields, or leave a function in the code.';

/** Something that no snapshot can hold. */
export function notStorable(path: string, what: string): TidemarkError {
  return new TidemarkError(
    'not-storable',
    `${path} cannot be part of a snapshot: it is ${what}. ${WHAT_STATE_HOLDS}`,
    { details: { path, what } },
  );
}

/** The same, when it is put into a state. */
export function stateNotStorable(
  state: string,
  key: string | undefined,
  path: string,
  what: string,
): TidemarkError {
  const of = key === undefined ? '' : ` of the key ${key}`;
  return new TidemarkError(
    'not-storable',
    `The state '${state}'${of} was given what cannot be part of a snapshot: ${path} is ${what}. ${WHAT_STATE_HOLDS}`,
    { details: { state, key, path, what } },
  );
}

export function typeNotRegistered(name: string): TidemarkError {
  return new TidemarkError(
    'type-not-registered',
    `A snapshot holds an instance of '${name}', and no class is registered by that name. Probably the code that registers it has ` +
      `not run yet, or the class has another name now. Call registerType(Class, { name: '${name}', … }) before the job starts.`,
    { details: { name } },
  );
}

/** A class that would lose what it keeps in private fields. */
export function typeNeedsCodec(name: string): TidemarkError {
  return new TidemarkError(
    'type-needs-codec',
    `The class ${name} has private fields, which are copied by nobody but itself. Say how it is written and read: ` +
      `registerType(${name}, { encode: (it) => it.toFields(), decode: (fields) => ${name}.from(fields) }).`,
    { details: { name } },
  );
}
