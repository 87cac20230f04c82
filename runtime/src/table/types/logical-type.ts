// SQL types, and how their values are held: DECIMAL as text with exactly its digits, BIGINT as a number while that is exact and
// else as a bigint, every time as a number of milliseconds, a ROW as a plain object, an ARRAY as an array, a MAP as a Map.

/** The types with nothing to say but their name. */
export type SimpleTypeName =
  | 'NULL'
  | 'BOOLEAN'
  | 'TINYINT'
  | 'SMALLINT'
  | 'INT'
  | 'BIGINT'
  | 'FLOAT'
  | 'DOUBLE'
  | 'BYTES'
  | 'DATE'
  | 'SYMBOL'
  | 'ANY';

/** A field of a ROW, or a column of a table. */
export interface TypedField {
  readonly name: string;
  readonly type: LogicalType;
}

/** A type of SQL. */
export type LogicalType =
  | { readonly name: SimpleTypeName }
  | { readonly name: 'STRING'; readonly length?: number; readonly fixed?: boolean }
  | { readonly name: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly name: 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ'; readonly precision: number }
  /** Held in ms. */
  | { readonly name: 'INTERVAL DAY TO SECOND' }
  /** Held in months. */
  | { readonly name: 'INTERVAL YEAR TO MONTH' }
  | { readonly name: 'ARRAY' | 'MULTISET'; readonly element: LogicalType }
  | { readonly name: 'MAP'; readonly key: LogicalType; readonly value: LogicalType }
  | { readonly name: 'ROW'; readonly fields: readonly TypedField[] };

export const NULL: LogicalType = { name: 'NULL' };
export const BOOLEAN: LogicalType = { name: 'BOOLEAN' };
export const INT: LogicalType = { name: 'INT' };
export const BIGINT: LogicalType = { name: 'BIGINT' };
export const DOUBLE: LogicalType = { name: 'DOUBLE' };
export const STRING: LogicalType = { name: 'STRING' };
export const DATE: LogicalType = { name: 'DATE' };
export const ANY: LogicalType = { name: 'ANY' };
export const TIMESTAMP: LogicalType = { name: 'TIMESTAMP', precision: 3 };
export const TIMESTAMP_LTZ: LogicalType = { name: 'TIMESTAMP_LTZ', precision: 3 };
export const TIME: LogicalType = { name: 'TIME', precision: 0 };
export const DAY_INTERVAL: LogicalType = { name: 'INTERVAL DAY TO SECOND' };
export const MONTH_INTERVAL: LogicalType = { name: 'INTERVAL YEAR TO MONTH' };
/** The most digits that a DECIMAL has. */
export const MAX_PRECISION = 38;

export function decimal(precision: number, scale: number): LogicalType {
  return { name: 'DECIMAL', precision, scale };
}

const INTEGERS = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT'];

export function isInteger({ name }: LogicalType): boolean {
  return INTEGERS.includes(name);
}

export function isApproximate({ name }: LogicalType): boolean {
  return name === 'FLOAT' || name === 'DOUBLE';
}

export function isNumeric(type: LogicalType): boolean {
  return isInteger(type) || isApproximate(type) || type.name === 'DECIMAL';
}

/** A point in time, with or without a day. */
export function isTimePoint({ name }: LogicalType): boolean {
  return name === 'DATE' || name === 'TIME' || name === 'TIMESTAMP' || name === 'TIMESTAMP_LTZ';
}

export function isTimestamp({ name }: LogicalType): boolean {
  return name === 'TIMESTAMP' || name === 'TIMESTAMP_LTZ';
}

export function isInterval({ name }: LogicalType): boolean {
  return name === 'INTERVAL DAY TO SECOND' || name === 'INTERVAL YEAR TO MONTH';
}

/** The type as Flink's SQL writes it. */
export function showType(type: LogicalType): string {
  switch (type.name) {
    case 'STRING':
      if (type.length === undefined) return 'STRING';
      return `${type.fixed === true ? 'CHAR' : 'VARCHAR'}(${type.length})`;
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `${type.name}(${type.precision})`;
    case 'ARRAY':
    case 'MULTISET':
      return `${type.name}<${showType(type.element)}>`;
    case 'MAP':
      return `MAP<${showType(type.key)}, ${showType(type.value)}>`;
    case 'ROW':
      return `ROW<${type.fields.map(({ name, type: field }) => `${name} ${showType(field)}`).join(', ')}>`;
    default:
      return type.name;
  }
}

export function sameType(a: LogicalType, b: LogicalType): boolean {
  return a === b || showType(a) === showType(b);
}
