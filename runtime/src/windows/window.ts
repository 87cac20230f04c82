import { MAX_TIMESTAMP } from '../time/timestamp.ts';

/** A window `[start, end)` in epoch ms. */
export interface Window {
  /** The first timestamp that belongs to it. */
  readonly start: number;
  /** The first timestamp after it. */
  readonly end: number;
  /** The last timestamp that belongs to it: `end − 1`. */
  maxTimestamp(): number;
}

/**
 * A window of event or processing time, `[start, end)` in epoch ms.
 * @example
 * const window = new TimeWindow(0, 10_000);
 * window.maxTimestamp(); // → 9999
 * window.intersects(new TimeWindow(10_000, 20_000)); // → true
 */
export class TimeWindow implements Window {
  readonly start: number;
  readonly end: number;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }

  maxTimestamp(): number {
    return this.end - 1;
  }

  /** True if they overlap or touch. */
  intersects(other: Window): boolean {
    return this.start <= other.end && this.end >= other.start;
  }

  /** The smallest window that covers both. */
  cover(other: Window): TimeWindow {
    return new TimeWindow(Math.min(this.start, other.start), Math.max(this.end, other.end));
  }

  /** Calls back for every group of windows that overlap or touch, as sessions merge. */
  static mergeWindows(
    windows: readonly TimeWindow[],
    merge: (merged: readonly TimeWindow[], result: TimeWindow) => void,
  ): void {
    const sorted = [...windows].sort((a, b) => a.start - b.start);
    for (let at = 0; at < sorted.length;) {
      const group = [sorted[at]!];
      let covered = sorted[at]!;
      for (at++; at < sorted.length && covered.intersects(sorted[at]!); at++) {
        group.push(sorted[at]!);
        covered = covered.cover(sorted[at]!);
      }
      if (group.length > 1) merge(group, covered);
    }
  }

  toString(): string {
    return `[${this.start}, ${this.end})`;
  }
}

/**
 * The one window of `GlobalWindows`: all of time.
 * @example
 * GlobalWindow.instance.maxTimestamp() === MAX_TIMESTAMP; // → true
 */
export class GlobalWindow implements Window {
  /** The only one. */
  static readonly instance = new GlobalWindow();
  readonly start = Number.MIN_SAFE_INTEGER;
  readonly end = MAX_TIMESTAMP;

  maxTimestamp(): number {
    return MAX_TIMESTAMP;
  }

  toString(): string {
    return 'GlobalWindow';
  }
}

/** Start of the tumbling window of `size` ms, shifted by `offset` ms, that holds `timestamp`. */
export function windowStart(timestamp: number, offset: number, size: number): number {
  const remainder = (timestamp - offset) % size;
  return timestamp - (remainder < 0 ? remainder + size : remainder);
}
