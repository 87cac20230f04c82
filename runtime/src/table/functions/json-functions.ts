import { NOWHERE } from '../parse/position.ts';
import { badSql } from '../sql-errors.ts';
import { castFunction } from '../types/cast.ts';
import { BOOLEAN, isNumeric, STRING, type LogicalType } from '../types/logical-type.ts';
import { isScalarJson, jsonFinder, jsonValueText, parseJson, type Found } from './json-path.ts';
import { jsonObject, jsonWriter } from './json-text.ts';
import { scalar, type ScalarFunction } from './scalar-function.ts';

/** What the grammar makes of `RETURNING` and `ON EMPTY`, `ON ERROR`, `WRAPPER`: words, with values of their own where they say one. */
type Options = readonly unknown[];

const VALUE_TAKES =
  'JSON_VALUE(json, path [RETURNING STRING | BOOLEAN | a number] [NULL | ERROR | DEFAULT value ON EMPTY] [… ON ERROR])';
const QUERY_TAKES =
  'JSON_QUERY(json, path [RETURNING STRING | ARRAY<STRING | BOOLEAN | a number>] [WITHOUT | WITH [CONDITIONAL] WRAPPER] [NULL | EMPTY ARRAY | EMPTY OBJECT | ERROR ON EMPTY] [… ON ERROR])';

/** Functions of JSON texts. Those with words between their arguments get them all, or none, from the grammar. */
export const jsonFunctions: readonly ScalarFunction[] = [
  {
    name: 'JSON_VALUE',
    signature: VALUE_TAKES,
    bind: (types) => {
      const returning = types[2] ?? STRING;
      if (!areTexts(types) || ![2, 7].includes(types.length) || !isScalarType(returning)) return undefined;
      const args = [STRING, STRING, ...[returning, SYMBOL, returning, SYMBOL, returning].slice(0, types.length - 2)];
      return { args, type: returning, implementation: { evaluate: valueFunction(returning), strict: false } };
    },
  },
  {
    name: 'JSON_QUERY',
    signature: QUERY_TAKES,
    bind: (types) => {
      const returning = types[2] ?? STRING;
      if (!areTexts(types) || ![2, 6].includes(types.length)) return undefined;
      if (returning.name === 'ARRAY' ? !isScalarType(returning.element) : returning.name !== 'STRING') return undefined;
      const args = [STRING, STRING, ...[returning, SYMBOL, SYMBOL, SYMBOL].slice(0, types.length - 2)];
      return { args, type: returning, implementation: { evaluate: queryFunction(returning), strict: false } };
    },
  },
  scalar('JSON_EXISTS', [STRING, STRING, 'symbol'], BOOLEAN, existsFunction, { typed: true, optional: 1 }),
  scalar('JSON_STRING', ['any'], STRING, ([type]: readonly LogicalType[]) => jsonWriter(type!), { typed: true }),
  scalar('JSON', [STRING], STRING, jsonOf),
  // Of JSON texts: the grammar wraps what is none in JSON_STRING.
  scalar('JSON_OBJECT', ['symbol', STRING], STRING, objectOf, { rest: true, optional: 1, takesNull: true }),
  scalar('JSON_ARRAY', ['symbol', STRING], STRING, arrayOf, { rest: true, optional: 1, takesNull: true }),
  scalar('IS JSON', [STRING, 'symbol'], BOOLEAN, isJson, { takesNull: true }),
]; // prettier-ignore

const SYMBOL: LogicalType = { name: 'SYMBOL' };

function areTexts(types: readonly LogicalType[]): boolean {
  return types.length >= 2 && types.slice(0, 2).every(({ name }) => ['STRING', 'NULL', 'ANY'].includes(name));
}

function isScalarType(type: LogicalType): boolean {
  return type.name === 'STRING' || type.name === 'BOOLEAN' || isNumeric(type);
}

function failed(name: string, why: string): Error {
  return badSql(
    'json-failed',
    `${name} found no value: ${why}.`,
    'It says ERROR ON ERROR or ON EMPTY: NULL, or DEFAULT and a value, lets the query go on.',
    NOWHERE,
  );
}

function valueFunction(returning: LogicalType): (...args: never[]) => unknown {
  const find = jsonFinder();
  const convert = converter(returning);
  return (json: string | null, path: string | null, ...options: Options) => {
    if (json === null || path === null) return null;
    const [, onEmpty = 'NULL', emptyValue = null, onError = 'NULL', errorValue = null] = options;
    const instead = (way: unknown, value: unknown, why: string) => {
      if (way === 'ERROR') throw failed('JSON_VALUE', why);
      return way === 'DEFAULT' ? value : null;
    };
    const found = find(json, path);
    const error = (why: string) => instead(onError, errorValue, why);
    if ('error' in found) return error(found.error);
    const { value, strict } = found;
    if (value === null || (!strict && !isScalarJson(value)))
      return instead(onEmpty, emptyValue, `there is no scalar at '${path}'`);
    if (!isScalarJson(value)) return error(`an object or array is at '${path}'`);
    return convert(value) ?? error(`${jsonValueText(value)} does not fit the type`);
  };
}

function queryFunction(returning: LogicalType): (...args: never[]) => unknown {
  const find = jsonFinder();
  const finish = returning.name === 'ARRAY' ? arrayConverter(returning.element) : JSON.stringify;
  return (json: string | null, path: string | null, ...options: Options) => {
    if (json === null || path === null) return null;
    const [, wrapper = 'WITHOUT', onEmpty = 'NULL', onError = 'NULL'] = options;
    const instead = (way: unknown, why: string) => {
      if (way === 'ERROR') throw failed('JSON_QUERY', why);
      return way === 'NULL' ? null : finish(way === 'EMPTY ARRAY' ? [] : {});
    };
    const found = find(json, path);
    if ('error' in found) return instead(onError, found.error);
    const value = wrapped(found, wrapper);
    if (value === null || (!found.strict && isScalarJson(value)))
      return instead(onEmpty, `there is no object or array at '${path}'`);
    if (isScalarJson(value)) return instead(onError, `a scalar is at '${path}'`);
    return finish(value) ?? instead(onError, `what is at '${path}' does not fit the type`);
  };
}

function wrapped(found: Found & { readonly value: unknown }, wrapper: unknown): unknown {
  const { value } = found;
  if (value === null || wrapper === 'WITHOUT') return value;
  return wrapper === 'CONDITIONAL' && Array.isArray(value) ? value : [value];
}

/** `null` from the conversion is a value that does not fit. */
function converter(type: LogicalType): (value: unknown) => unknown {
  if (type.name === 'STRING') return jsonValueText;
  const cast = castFunction(STRING, type, true);
  return (value) => cast(jsonValueText(value));
}

function arrayConverter(element: LogicalType): (value: unknown) => unknown {
  const convert = converter(element);
  return (value) => {
    if (!Array.isArray(value)) return null;
    if (element.name !== 'STRING' && !value.every(isScalarJson)) return null;
    const items = value.map((item: unknown) => (item === null ? null : convert(item)));
    return items.every((item, at) => item !== null || value[at] === null) ? items : null;
  };
}

function existsFunction(): (...args: never[]) => unknown {
  const find = jsonFinder();
  return (json: string, path: string, onError = 'FALSE') => {
    const found = find(json, path);
    if ('value' in found) return found.value !== null;
    if (onError === 'ERROR') throw failed('JSON_EXISTS', found.error);
    return onError === 'TRUE' ? true : onError === 'FALSE' ? false : null;
  };
}

/** The JSON of a text; a blank text has none. */
function jsonOf(text: string): string | null {
  if (text.trim() === '') return null;
  try {
    return JSON.stringify(parseJson(text));
  } catch {
    throw badSql('json-failed', `'${text}' is no JSON.`, 'x IS JSON tells which texts are.', NOWHERE);
  }
}

function objectOf(onNull: string, ...parts: readonly (string | null)[]): string {
  const members: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const value = parts[at + 1] ?? null;
    if (value !== null || onNull === 'NULL') members.push([parts[at]!, value ?? 'null']);
  }
  return jsonObject(members);
}

function arrayOf(onNull: string, ...items: readonly (string | null)[]): string {
  const kept = onNull === 'NULL' ? items : items.filter((item) => item !== null);
  return `[${kept.map((item) => item ?? 'null').join(',')}]`;
}

function isJson(text: string | null, kind: string): boolean {
  if (text === null) return false;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  const is = Array.isArray(value)
    ? 'ARRAY'
    : typeof value === 'object' && value !== null
      ? 'OBJECT'
      : 'SCALAR';
  return kind === 'VALUE' || kind === is;
}
