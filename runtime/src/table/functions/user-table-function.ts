import { badArgument } from '../../errors.ts';
import { ANY } from '../types/logical-type.ts';
import type { TableFunctionDefinition } from './function-catalog.ts';
import { acceptedBy, showSignature, signatureOf } from './function-signature.ts';
import type { UserFunction } from './user-function.ts';

/** A function of TypeScript that makes rows of a row's values. @param types `'(STRING) => TABLE(word STRING)'` */
export function userTableFunction(
  name: string,
  fn: UserFunction,
  types: string | undefined,
): TableFunctionDefinition {
  const { parameters, result } = signatureOf(types);
  const columns = Array.isArray(result)
    ? result
    : [{ name: 'EXPR$0', type: types === undefined ? ANY : result }];
  const call = fn as (...args: readonly unknown[]) => unknown;
  return {
    name: name.toUpperCase(),
    signature: showSignature(name, types),
    columns: columns as TableFunctionDefinition['columns'],
    accepts: acceptedBy(parameters),
    userFunction: fn,
    evaluate: (...args: readonly unknown[]) => {
      const rows = call(...args) ?? [];
      if (typeof rows === 'object' && Symbol.iterator in rows) return rows as Iterable<unknown>;
      throw badArgument(
        name,
        rows,
        'A function of rows returns or yields them.',
        'Return an array of rows, or write function* and yield each.',
      );
    },
  };
}
