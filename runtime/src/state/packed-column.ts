/**
 * A column of entries as it is written: numbers as typed arrays, alike flat objects field by field. Beside serializing
 * every value, this takes a third of the time and of the room. What fits nowhere is left as it is.
 */
export type PackedColumn =
  | { readonly kind: 'numbers'; readonly numbers: Int32Array | Float64Array }
  | { readonly kind: 'lists'; readonly lengths: Int32Array; readonly numbers: Int32Array | Float64Array }
  | { readonly kind: 'objects'; readonly names: readonly string[]; readonly fields: readonly PackedColumn[] }
  | { readonly kind: 'empty'; readonly length: number }
  | { readonly kind: 'values'; readonly values: readonly unknown[] };

const LONGEST_LIST = 64;
const MOST_FIELDS = 32;

export function packColumn(values: readonly unknown[]): PackedColumn {
  const first = values[0];
  if (first === undefined) {
    return values.every((value) => value === undefined)
      ? { kind: 'empty', length: values.length }
      : { kind: 'values', values };
  }
  const packed =
    typeof first === 'number'
      ? packNumbers(values)
      : Array.isArray(first)
        ? packLists(values)
        : packObjects(values);
  return packed ?? { kind: 'values', values };
}

/** @param rows which of its values, in rising order; all when left out */
export function unpackColumn(column: PackedColumn, rows?: Int32Array): unknown[] {
  switch (column.kind) {
    case 'numbers':
      return rows === undefined ? plainNumbers(column.numbers) : pick(column.numbers, rows);
    case 'lists':
      return unpackLists(column.lengths, column.numbers, rows);
    case 'objects':
      return unpackObjects(
        column.names,
        column.fields.map((field) => unpackColumn(field, rows)),
      );
    case 'empty':
      return new Array<undefined>(rows?.length ?? column.length).fill(undefined);
    case 'values':
      return rows === undefined ? (column.values as unknown[]) : pick(column.values, rows);
  }
}

function pick<T>(values: ArrayLike<T>, rows: Int32Array): T[] {
  const picked: T[] = [];
  for (let at = 0; at < rows.length; at++) picked.push(values[rows[at]!]!);
  return picked;
}

function packNumbers(values: readonly unknown[]): PackedColumn | undefined {
  const numbers = typedNumbers(values);
  return numbers && { kind: 'numbers', numbers };
}

function typedNumbers(values: readonly unknown[]): Int32Array | Float64Array | undefined {
  const { length } = values;
  const integers = new Int32Array(length);
  let at = 0;
  for (; at < length; at++) {
    const value = values[at];
    if (typeof value !== 'number') return undefined;
    if ((value | 0) !== value || (value === 0 && 1 / value < 0)) break;
    integers[at] = value;
  }
  if (at === length) return integers;
  const floats = new Float64Array(length);
  for (at = 0; at < length; at++) {
    const value = values[at];
    if (typeof value !== 'number') return undefined;
    floats[at] = value;
  }
  return floats;
}

/** Short arrays of numbers, one behind the other. */
function packLists(values: readonly unknown[]): PackedColumn | undefined {
  const lengths = new Int32Array(values.length);
  const flat: unknown[] = [];
  for (let at = 0; at < values.length; at++) {
    const list = values[at];
    if (!Array.isArray(list) || list.length > LONGEST_LIST || Object.keys(list).length !== list.length)
      return undefined;
    lengths[at] = list.length;
    for (const item of list as readonly unknown[]) {
      if (typeof item !== 'number') return undefined;
      flat.push(item);
    }
  }
  const numbers = typedNumbers(flat);
  return numbers && { kind: 'lists', lengths, numbers };
}

function unpackLists(
  lengths: Int32Array,
  numbers: Int32Array | Float64Array,
  rows: Int32Array | undefined,
): unknown[] {
  const lists: unknown[] = [];
  let from = 0;
  let next = 0;
  for (let row = 0; row < lengths.length; row++) {
    const to = from + lengths[row]!;
    if (rows === undefined || rows[next] === row) {
      lists.push(plainNumbers(numbers.subarray(from, to)));
      next++;
    }
    from = to;
  }
  return lists;
}

/** Several times as fast as `Array.from`. */
function plainNumbers(numbers: Int32Array | Float64Array): number[] {
  const plain: number[] = [];
  for (let at = 0; at < numbers.length; at++) plain.push(numbers[at]!);
  return plain;
}

/** Plain objects with the same fields in the same order, none of which holds an object. */
function packObjects(values: readonly unknown[]): PackedColumn | undefined {
  const first = values[0];
  if (!isPlain(first)) return undefined;
  const names = Object.keys(first);
  if (names.length === 0 || names.length > MOST_FIELDS || names.includes('__proto__')) return undefined;
  const fields = names.map(() => new Array<unknown>(values.length));
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (!isPlain(value)) return undefined;
    let i = 0;
    for (const name in value) {
      const field = value[name];
      if (name !== names[i] || (typeof field === 'object' && field !== null) || typeof field === 'function')
        return undefined;
      fields[i++]![at] = field;
    }
    if (i !== names.length || Object.getOwnPropertySymbols(value).length > 0) return undefined;
  }
  return { kind: 'objects', names, fields: fields.map(packColumn) };
}

function unpackObjects(names: readonly string[], fields: readonly (readonly unknown[])[]): unknown[] {
  const objects: unknown[] = [];
  const { length } = fields[0]!;
  const like = objectLike(names, fields);
  for (let at = 0; at < length; at++) {
    const object = { ...like };
    for (let i = 0; i < names.length; i++) object[names[i]!] = fields[i]![at];
    objects.push(object);
  }
  return objects;
}

/**
 * An object with the fields of the first, as parsing makes one, and a literal: with room for these and no more. To add one field
 * after the other to `{}` makes larger objects of another shape, which whoever changes them is slower with.
 */
function objectLike(
  names: readonly string[],
  fields: readonly (readonly unknown[])[],
): Record<string, unknown> {
  const text = names.map((name, i) => `${JSON.stringify(name)}:${valueLike(fields[i]![0])}`);
  return JSON.parse(`{${text.join()}}`) as Record<string, unknown>;
}

/** Shapes tell whole numbers, others, and objects apart. */
function valueLike(value: unknown): string {
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : 'null';
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
