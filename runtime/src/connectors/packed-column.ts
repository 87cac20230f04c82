/** A column as it goes from thread to thread: typed arrays change hands without being copied. */
export type PackedColumn =
  | { readonly name: string; readonly kind: 'numbers'; readonly values: Float64Array<ArrayBuffer> }
  | {
      readonly name: string;
      readonly kind: 'dictionary';
      readonly codes: Uint32Array<ArrayBuffer>;
      readonly values: readonly unknown[];
    }
  | { readonly name: string; readonly kind: 'values'; readonly values: readonly unknown[] };

/** With more distinct values than this, a dictionary would cost more than it saves. */
const MAX_DISTINCT = 1 << 16;

/** Packs a column of numbers, of text that repeats, or of anything else. */
export function packColumn(name: string, values: ArrayLike<unknown>): PackedColumn {
  const first = values[0];
  if (typeof first === 'number') {
    const numbers = packNumbers(values);
    if (numbers !== undefined) return { name, kind: 'numbers', values: numbers };
  } else if (typeof first === 'string' || first === null || first === undefined) {
    const packed = packText(values);
    if (packed !== undefined) return { name, kind: 'dictionary', ...packed };
  }
  return { name, kind: 'values', values: Array.from(values, (value) => value ?? null) };
}

/** The memory of a packed column that can change hands. */
export function transferables(column: PackedColumn): ArrayBuffer[] {
  if (column.kind === 'numbers') return [column.values.buffer];
  return column.kind === 'dictionary' ? [column.codes.buffer] : [];
}

function packNumbers(values: ArrayLike<unknown>): Float64Array<ArrayBuffer> | undefined {
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number') return undefined;
    numbers[i] = value;
  }
  return numbers;
}

function packText(values: ArrayLike<unknown>) {
  const codes = new Uint32Array(values.length);
  const codeOf = new Map<unknown, number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? null;
    if (typeof value !== 'string' && value !== null) return undefined;
    let code = codeOf.get(value);
    if (code === undefined) {
      if (codeOf.size === MAX_DISTINCT) return undefined;
      codeOf.set(value, (code = codeOf.size));
    }
    codes[i] = code;
  }
  return { codes, values: [...codeOf.keys()] };
}

export type MakeRecords<T> = (from: number, to: number) => T[];

/**
 * Makes records of columns, from one row up to another. The code is written out for the columns at hand, so that every
 * record is one object literal; names of columns go into it as literals, columns are passed in.
 */
export function recordMaker<T>(columns: readonly PackedColumn[]): MakeRecords<T> {
  const bound: unknown[] = [];
  const bind = (object: unknown): string => `b${bound.push(object) - 1}`;
  const fields = columns.map((column) => {
    const cell =
      column.kind === 'dictionary'
        ? `${bind(column.values)}[${bind(column.codes)}[i]]`
        : `${bind(column.values)}[i]`;
    // Brackets, so that a column named __proto__ is a field like any other.
    return `[${JSON.stringify(column.name)}]: ${cell}`;
  });
  const names = bound.map((_object, at) => `b${at}`);
  const body = `return (from, to) => {
  const records = [];
  for (let i = from; i < to; i++) records.push({ ${fields.join(', ')} });
  return records;
};`;
  const make = new Function(...names, body) as (...objects: readonly unknown[]) => MakeRecords<T>;
  return make(...bound);
}
