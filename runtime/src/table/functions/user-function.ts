import { badArgument } from '../../errors.ts';
import { parseSchema } from '../parse/parse-sql.ts';
import { ANY, type LogicalType } from '../types/logical-type.ts';
import { scalar, type ScalarFunction } from './scalar-function.ts';

/** A function of TypeScript for SQL. @param types `'(INT, STRING) => STRING'` */
export function userFunction(
  name: string,
  fn: (...args: never[]) => unknown,
  types: string | undefined,
): ScalarFunction {
  if (typeof fn !== 'function')
    throw badArgument('function', fn, 'It takes a function.', `Write createFunction('${name}', (x) => …).`);
  const { parameters, result } =
    types === undefined ? { parameters: undefined, result: ANY } : signatureOf(types);
  const call = (...args: never[]) => (fn(...args) as unknown) ?? null;
  const definition = scalar(name.toUpperCase(), parameters ?? ['any'], result, call, {
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

function signatureOf(types: string): {
  readonly parameters: readonly LogicalType[];
  readonly result: LogicalType;
} {
  const match = /^\s*\((.*)\)\s*=>\s*(.*)$/s.exec(types);
  if (match === null)
    throw badArgument('types', types, "They are as '(INT, STRING) => STRING'.", 'Write them so.');
  const [, inside, result] = match;
  const typeOf = (list: string) => parseSchema(list).columns.map(({ type }) => type!);
  // A list of types is parsed as columns, each with a name of its own.
  const parameters =
    inside!.trim() === ''
      ? []
      : typeOf(
          splitTypes(inside!)
            .map((type, at) => `p${at} ${type}`)
            .join(', '),
        );
  return { parameters, result: typeOf(`r ${result}`)[0]! };
}

/** Commas within `<…>` and `(…)` are no ends of types. */
function splitTypes(list: string): string[] {
  let depth = 0;
  const parts = [''];
  for (const character of list) {
    if ('<('.includes(character)) depth++;
    if ('>)'.includes(character)) depth--;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
