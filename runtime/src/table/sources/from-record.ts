import { sqlError } from '../sql-errors.ts';
import { NOWHERE } from '../parse/position.ts';
import { castFunction } from '../types/cast.ts';
import { parseDate, parseTime, parseTimestamp } from '../types/date-time-text.ts';
import { toDecimal } from '../types/decimal.ts';
import { exactInteger } from '../types/exact-integer.ts';
import { ANY, isInteger, showType, type LogicalType } from '../types/logical-type.ts';

/** Takes what a record holds for a value of a column's type. `undefined` is NULL. */
export type FromRecord = (value: unknown) => unknown;

/** @throws {TidemarkError} when it is called: `bad-value` for what is no value of the type */
export function fromRecord(type: LogicalType, column: string): FromRecord {
  const convert = converter(type);
  return (value) => {
    if (value === null || value === undefined) return null;
    const converted = convert(value);
    if (converted !== undefined) return converted;
    throw sqlError(
      'bad-value',
      `The column '${column}' is of type ${showType(type)}, and a record has ${shown(value)} there. Correct its type in the schema, or map the ` +
        'records before.',
      NOWHERE,
      { name: column },
    );
  };
}

/** `undefined` for what is no value of the type. */
function converter(type: LogicalType): (value: unknown) => unknown {
  if (isInteger(type)) {
    return (value) => {
      if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
      return typeof value === 'bigint' ? exactInteger(value) : undefined;
    };
  }
  switch (type.name) {
    case 'BOOLEAN':
      return (value) => (typeof value === 'boolean' ? value : undefined);
    case 'FLOAT':
      return (value) =>
        typeof value === 'number' || typeof value === 'bigint' ? Math.fround(Number(value)) : undefined;
    case 'DOUBLE':
      return (value) =>
        typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined;
    case 'DECIMAL': {
      const { precision, scale } = type;
      return (value) => {
        if (typeof value === 'number')
          return Number.isFinite(value) ? toDecimal(value, precision, scale) : undefined;
        if (typeof value === 'bigint') return toDecimal(value, precision, scale);
        return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)
          ? toDecimal(value, precision, scale)
          : undefined;
      };
    }
    case 'STRING': {
      const cut = type.length === undefined ? undefined : castFunction({ name: 'STRING' }, type, false);
      return (value) => (typeof value !== 'string' ? undefined : cut === undefined ? value : cut(value));
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timeConverter(parseTimestamp);
    case 'DATE':
      return timeConverter(parseDate);
    case 'TIME':
      return timeConverter(parseTime);
    case 'INTERVAL DAY TO SECOND':
    case 'INTERVAL YEAR TO MONTH':
      return (value) => (typeof value === 'number' ? value : undefined);
    case 'BYTES':
      return (value) => (value instanceof Uint8Array ? value : undefined);
    case 'ARRAY':
    case 'MULTISET': {
      const element = fromRecord(type.element, 'element');
      return (value) =>
        Array.isArray(value) || value instanceof Set
          ? Array.from(value as Iterable<unknown>, element)
          : undefined;
    }
    case 'MAP': {
      const key = fromRecord(type.key, 'key');
      const item = fromRecord(type.value, 'value');
      return (value) => {
        if (typeof value !== 'object') return undefined;
        const entries =
          value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value as object);
        return new Map(entries.map(([k, v]) => [key(k), item(v)]));
      };
    }
    case 'ROW': {
      const fields = type.fields.map(({ name, type: of }) => ({ name, convert: fromRecord(of, name) }));
      return (value) => {
        if (typeof value !== 'object') return undefined;
        const record = value as Record<string, unknown>;
        return Object.fromEntries(
          fields.map(({ name, convert }, at) => [
            name,
            convert(Array.isArray(value) ? value[at] : record[name]),
          ]),
        );
      };
    }
    default:
      return type.name === ANY.name ? (value) => value : () => undefined;
  }
}

/** Ms, a Date, or text. */
function timeConverter(parse: (text: string) => number | null): (value: unknown) => unknown {
  return (value) => {
    if (typeof value === 'number') return Number.isFinite(value) ? Math.floor(value) : undefined;
    if (value instanceof Date) return value.getTime();
    return typeof value === 'string' ? (parse(value) ?? undefined) : undefined;
  };
}

function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
  return text === undefined ? String(value) : text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
