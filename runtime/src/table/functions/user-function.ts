import { badArgument } from '../../errors.ts';
import type { FunctionCatalog } from './function-catalog.ts';
import { signatureOf } from './function-signature.ts';
import { scalar, type ScalarFunction } from './scalar-function.ts';
import { isUserAggregate, userAggregate, type UserDefinedAggregate } from './user-aggregate.ts';
import { userTableFunction } from './user-table-function.ts';

/** A function of a row's values, or of rows. */
export type UserFunction = (...args: never[]) => unknown;

/** What becomes of a function of TypeScript in SQL. */
export type UserFunctionKind = 'scalar' | 'table' | 'aggregate';

/**
 * Makes a function of TypeScript one of SQL's: an object is an aggregate, a generator or what gives `TABLE(…)` makes rows, any other
 * function makes a value.
 * @returns which of them it is
 * @throws {TidemarkError} `bad-argument`
 */
export function addUserFunction(
  catalog: FunctionCatalog,
  name: string,
  given: UserFunction | UserDefinedAggregate,
  types: string | undefined,
): UserFunctionKind {
  const signature = signatureOf(types);
  catalog.forget(name);
  if (isUserAggregate(given)) {
    catalog.addAggregate(userAggregate(name, given, types));
    return 'aggregate';
  }
  if (typeof given !== 'function') {
    throw badArgument(
      'function',
      given,
      'It takes a function, or an aggregate: an object with createAccumulator, accumulate and getValue.',
      `Write createFunction('${name}', (x) => …).`,
    );
  }
  if (Array.isArray(signature.result) || isGenerator(given)) {
    catalog.addTable(userTableFunction(name, given, types));
    return 'table';
  }
  catalog.addScalar(userScalar(name, given, types));
  return 'scalar';
}

/** Stands for a user's function where it is only known by name, and nothing runs. */
export function describeUserFunction(
  catalog: FunctionCatalog,
  name: string,
  kind: UserFunctionKind,
  types: string | undefined,
): void {
  const nothing = () => null;
  if (kind === 'scalar') catalog.addScalar(userScalar(name, nothing, types));
  else if (kind === 'table') catalog.addTable(userTableFunction(name, () => [], types));
  else {
    const aggregate = { createAccumulator: nothing, accumulate: nothing, getValue: nothing };
    catalog.addAggregate(userAggregate(name, aggregate, types));
  }
}

function userScalar(name: string, fn: UserFunction, types: string | undefined): ScalarFunction {
  const { parameters, result } = signatureOf(types);
  const call = (...args: never[]) => (fn(...args) as unknown) ?? null;
  const definition = scalar(name.toUpperCase(), parameters ?? ['any'], result as never, call, {
    takesNull: true,
    ...(parameters === undefined ? { rest: true, optional: 1 } : {}),
  });
  return {
    ...definition,
    bind: (given) => {
      const bound = definition.bind(given);
      return bound && { ...bound, implementation: { ...bound.implementation!, userFunction: fn } };
    },
  };
}

function isGenerator(fn: UserFunction): boolean {
  return Object.prototype.toString.call(fn) === '[object GeneratorFunction]';
}
