import type { WindowSpecification } from '../plan/relation.ts';

/** How windows that all keys share are cut into slices: stretches of time `[from, to)` whose rows belong to the same windows. */
export interface SliceTimes {
  /** Where the slice of a time begins. */
  readonly from: (time: number) => number;
  readonly to: (from: number) => number;
  /** Ends of the windows that a slice is part of, the first first. */
  readonly ends: (from: number, to: number) => readonly number[];
  /** The last of these ends. */
  readonly lastEnd: (from: number) => number;
  /** Where the window that ends then begins. */
  readonly startOf: (end: number) => number;
}

/** `undefined` for sessions, which each key has of its own. */
export function sliceTimes({ kind, size, step, offset }: WindowSpecification): SliceTimes | undefined {
  const floor = (time: number, by: number) => Math.floor((time - offset) / by) * by + offset;
  const range = (first: number, last: number) =>
    Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, at) => first + at * step);
  switch (kind) {
    case 'TUMBLE':
      return {
        from: (time) => floor(time, size),
        to: (from) => from + size,
        ends: (_from, to) => [to],
        lastEnd: (from) => from + size,
        startOf: (end) => end - size,
      };
    case 'HOP':
      return {
        from: (time) => floor(time, step),
        to: (from) => from + step,
        ends: (from, to) => range(to, from + size),
        lastEnd: (from) => from + size,
        startOf: (end) => end - size,
      };
    case 'CUMULATE':
      return {
        from: (time) => floor(time, step),
        to: (from) => from + step,
        ends: (from, to) => range(to, floor(from, size) + size),
        lastEnd: (from) => floor(from, size) + size,
        // A window that ends where the longest one does began as long before.
        startOf: (end) => floor(end - 1, size),
      };
    case 'SESSION':
      return undefined;
  }
}
