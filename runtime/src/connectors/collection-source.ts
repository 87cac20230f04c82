import type { Source, SourceReader } from './source.ts';
import { positionInvalid, sourceOptionInvalid } from './connector-errors.ts';

/**
 * A bounded source of what an iterable holds now; its values are copied out at once.
 * @example
 * await env.fromSource(collectionSource(['a', 'b'])).executeAndCollect(); // → ['a', 'b']
 */
export function collectionSource<T>(items: Iterable<T>): Source<T> {
  const values = [...items];
  return {
    kind: 'collection',
    parameters: { values },
    boundedness: 'bounded',
    rereadable: true,
    createReader: ({ position }) =>
      indexReader('collection', position, values.length, (from, to) => values.slice(from, to)),
  };
}

/**
 * A bounded source of the integers `from` to `to`, both included.
 * @throws {TidemarkError} `source-option-invalid` unless both are whole numbers.
 * @example
 * await env.fromSource(sequenceSource(1, 3)).executeAndCollect(); // → [1, 2, 3]
 */
export function sequenceSource(from: number, to: number): Source<number> {
  for (const [option, value] of Object.entries({ from, to })) {
    if (!Number.isSafeInteger(value))
      throw sourceOptionInvalid('fromSequence', option, value, 'is an integer');
  }
  return {
    kind: 'sequence',
    parameters: { from, to },
    boundedness: 'bounded',
    rereadable: true,
    createReader: ({ position }) =>
      indexReader('sequence', position, Math.max(0, to - from + 1), (start, end) => {
        const values: number[] = [];
        for (let i = start; i < end; i++) values.push(from + i);
        return values;
      }),
  };
}

/** Reads what can be had by index; the position is the next index. */
function indexReader<T>(
  kind: string,
  position: unknown,
  count: number,
  slice: (from: number, to: number) => T[],
): SourceReader<T> {
  let next = indexOf(kind, position);
  return {
    poll(max) {
      if (next >= count) return 'end';
      const from = next;
      next = Math.min(count, from + max);
      return { values: slice(from, next), position: next };
    },
    close() {
      next = count;
    },
  };
}

/** The index that a position of an indexed source stands for. */
export function indexOf(kind: string, position: unknown): number {
  if (position === undefined) return 0;
  if (typeof position !== 'number' || !Number.isSafeInteger(position) || position < 0)
    throw positionInvalid(kind, position);
  return position;
}
