import type { WindowSpecification } from '../plan/relation.ts';

/** `[start, end)` in ms. */
export interface TableWindow {
  readonly start: number;
  readonly end: number;
}

/** The windows of a time, the last first for HOP, the first first for CUMULATE, as Flink hands them out. */
export function windowsAt({ kind, size, step, offset }: WindowSpecification, time: number): TableWindow[] {
  switch (kind) {
    case 'TUMBLE': {
      const start = floorTo(time, size, offset);
      return [{ start, end: start + size }];
    }
    case 'HOP': {
      const last = floorTo(time, step, offset);
      return Array.from({ length: size / step }, (_, at) => ({
        start: last - at * step,
        end: last - at * step + size,
      }));
    }
    case 'CUMULATE': {
      const start = floorTo(time, size, offset);
      const windows: TableWindow[] = [];
      for (let end = start + step; end <= start + size; end += step)
        if (end > time) windows.push({ start, end });
      return windows;
    }
    case 'SESSION':
      return [{ start: time, end: time + size }];
  }
}

function floorTo(time: number, size: number, offset: number): number {
  return Math.floor((time - offset) / size) * size + offset;
}
