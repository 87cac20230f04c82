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

/** What a job goes on from holds another version of a state than its descriptor describes. */
export function stateVersionDiffers(name: string, was: number, is: number): TidemarkError {
  const next =
    was > is
      ? `It was written by later code: describe version ${was} of it, or start from an earlier savepoint.`
      : `Say how one is made of the other: descriptor.withVersion(${is}, (held, fromVersion) => …).`;
  return new TidemarkError(
    'state-version-differs',
    `The state '${name}' was written as version ${was} and is described as version ${is}. ${next}`,
    { details: { name, was, is } },
  );
}

/** The same, by what is held. */
export function stateTypeDiffers(name: string, held: string, described: string): TidemarkError {
  return new TidemarkError(
    'state-type-differs',
    `The state '${name}' holds values of the type ${held}, and its descriptor has a default of the type ${described}. Its type has ` +
      'probably changed. Say how one is made of the other: descriptor.withVersion(2, (held) => …), or give the state another name; if ' +
      'it may hold both, leave the default out.',
    { details: { name, held, described } },
  );
}

/** The same, by its kind. */
export function stateKindChanged(name: string, was: string, is: string): TidemarkError {
  return new TidemarkError(
    'state-kind-differs',
    `The state '${name}' was written as a ${was} state and is asked for as a ${is} state. What it held has no place there. Give the ` +
      `${is} state another name, and fill it from the ${was} state, which may stay beside it.`,
    { details: { name, was, kind: is } },
  );
}
