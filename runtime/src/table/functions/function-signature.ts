import { badArgument } from '../../errors.ts';
import { parseSchema } from '../parse/parse-sql.ts';
import { ANY, type LogicalType } from '../types/logical-type.ts';
import { scalar } from './scalar-function.ts';

export interface ResultColumn {
  readonly name: string;
  readonly type: LogicalType;
}

/** What a user's function takes and gives. */
export interface FunctionSignature {
  /** `undefined` if it takes anything. */
  readonly parameters: readonly LogicalType[] | undefined;
  /** A value's type, or the columns of rows. */
  readonly result: LogicalType | readonly ResultColumn[];
}

/**
 * Reads `'(INT, STRING) => STRING'`, or, of a function of rows, `'(STRING) => TABLE(word STRING, length INT)'`; anything to anything
 * if it is left out.
 * @throws {TidemarkError} `bad-argument`
 */
export function signatureOf(types: string | undefined): FunctionSignature {
  if (types === undefined) return { parameters: undefined, result: ANY };
  const match = /^\s*\((.*?)\)\s*=>\s*(.*)$/s.exec(types);
  if (match === null) {
    throw badArgument(
      'types',
      types,
      "They are as '(INT, STRING) => STRING', or '(STRING) => TABLE(word STRING, length INT)'.",
      'Write them so.',
    );
  }
  const [, inside = '', result = ''] = match;
  // A list of types is parsed as columns, each with a name of its own.
  const named = splitTypes(inside)
    .map((type, at) => `p${at} ${type}`)
    .join(', ');
  const parameters = inside.trim() === '' ? [] : columnsOf(named).map(({ type }) => type);
  const rows = /^TABLE\s*\((.*)\)\s*$/is.exec(result);
  return { parameters, result: rows === null ? columnsOf(`r ${result}`)[0]!.type : columnsOf(rows[1]!) };
}

/** What each argument is cast to; `undefined` if such arguments are not taken. */
export function acceptedBy(
  parameters: FunctionSignature['parameters'],
): (types: readonly LogicalType[]) => readonly LogicalType[] | undefined {
  const takes = scalar('', parameters ?? ['any'], ANY, () => null, {
    ...(parameters === undefined ? { rest: true, optional: 1 } : {}),
  });
  return (types) => takes.bind(types)?.args;
}

/** How a function is called, for messages and completion. */
export function showSignature(name: string, types: string | undefined): string {
  return `${name}${/^\s*(\(.*?\))\s*=>/s.exec(types ?? '')?.[1] ?? '(…)'}`;
}

function columnsOf(schema: string): ResultColumn[] {
  return parseSchema(schema).columns.map(({ name, type }) => ({ name: name.name, type: type! }));
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
