import type { KeyedTable } from './entries.ts';

/** Slots of a table that are looked at, and parts of one value. */
const SAMPLED = 16;
const PARTS = 64;
const DEPTH = 6;

/**
 * About how many bytes of memory tables take: some entries are measured, by what V8 needs for such values, and the others are taken to
 * be like them. It costs the same whatever there is.
 */
export function estimatedBytes(tables: readonly KeyedTable[]): number {
  let bytes = 0;
  for (const table of tables) {
    for (const part of table.parts()) {
      const { slotCount, columns } = part;
      const step = Math.max(1, Math.floor(slotCount / SAMPLED));
      let sampled = 0;
      let measured = 0;
      for (let slot = 0; slot < slotCount; slot += step) {
        sampled += 1;
        const key = part.keyAt(slot);
        if (key === undefined) continue;
        measured += bytesOf(key);
        for (let column = 0; column < columns.length; column++)
          measured += bytesOf(part.valueAt(slot, column));
      }
      if (sampled > 0) bytes += (measured / sampled) * slotCount;
    }
  }
  return Math.round(bytes);
}

function bytesOf(value: unknown, depth = DEPTH): number {
  switch (typeof value) {
    case 'string':
      return 16 + value.length;
    case 'bigint':
      return 24;
    case 'object':
      return value === null || depth === 0 ? 8 : 8 + bytesOfObject(value, depth - 1);
    default:
      return 8;
  }
}

function bytesOfObject(value: object, depth: number): number {
  if (ArrayBuffer.isView(value)) return 64 + value.byteLength;
  if (value instanceof Map || value instanceof Set)
    return 64 + 24 * value.size + manyBytes(value, value.size, depth);
  if (Array.isArray(value)) return 32 + manyBytes(value, value.length, depth);
  const fields = Object.values(value);
  return 24 + manyBytes(fields, fields.length, depth);
}

/** Of many parts the first are measured. */
function manyBytes(parts: Iterable<unknown>, count: number, depth: number): number {
  let measured = 0;
  let bytes = 0;
  for (const part of parts) {
    if (measured === PARTS) break;
    measured += 1;
    bytes += bytesOf(part, depth);
  }
  return measured === 0 ? 0 : (bytes / measured) * count;
}
