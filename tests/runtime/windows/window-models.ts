// What windows are to give, worked out the slow way and apart from the engine: every record of a window is kept, and all of
// them are summed whenever it fires.

export interface Event {
  readonly key: string | number;
  readonly value: number;
  readonly time: number;
}

/** A record, or time that passes: a watermark, or, for windows of processing time, the clock. */
export type Input = { readonly event: Event } | { readonly until: number };

export interface ModelOptions {
  readonly lateness: number;
  readonly purging: boolean;
}

export interface ModelResult {
  /** Key, window and sum of each firing, sorted. */
  readonly out: string[];
  /** Values that came too late. */
  readonly late: number[];
}

interface OpenWindow {
  readonly key: string | number;
  start: number;
  end: number;
  values: number[];
}

export const nameOf = (key: string | number, start: number, end: number, sum: number) =>
  `${typeof key}:${key} [${start}, ${end}) ${sum}`;

/** Windows `[start, start + size)` of event time. */
export function fixedWindows(
  input: readonly Input[],
  startsOf: (time: number) => readonly number[],
  size: number,
  { lateness, purging }: ModelOptions,
): ModelResult {
  const { out, late, windows, fire } = newModel(purging);
  let now = -Infinity;
  for (const step of input) {
    if ('event' in step) {
      const { key, value, time } = step.event;
      const starts = startsOf(time).filter((start) => start + size - 1 + lateness > now);
      if (starts.length === 0 && time + lateness <= now) late.push(value);
      for (const start of starts) {
        let window = windows.find((one) => one.key === key && one.start === start);
        if (!window) windows.push((window = { key, start, end: start + size, values: [] }));
        window.values.push(value);
        if (start + size - 1 <= now) fire(window);
      }
    } else {
      const before = now;
      now = Math.max(now, step.until);
      for (const window of windows) if (window.end - 1 > before && window.end - 1 <= now) fire(window);
      remove(windows, ({ end }) => end - 1 + lateness <= now);
    }
  }
  return { out: out.sort(), late };
}

/** Sessions of event time. */
export function sessions(
  input: readonly Input[],
  gapOf: (value: number) => number,
  { lateness, purging }: ModelOptions,
): ModelResult {
  const { out, late, windows, fire } = newModel(purging);
  let now = -Infinity;
  for (const step of input) {
    if ('event' in step) {
      const { key, value, time } = step.event;
      const session = merged(windows, key, time, time + gapOf(value));
      if (session.end - 1 + lateness <= now) {
        if (time + lateness <= now) late.push(value);
        continue;
      }
      windows.push(session);
      session.values.push(value);
      if (session.end - 1 <= now) fire(session);
    } else {
      const before = now;
      now = Math.max(now, step.until);
      for (const session of windows) if (session.end - 1 > before && session.end - 1 <= now) fire(session);
      remove(windows, ({ end }) => end - 1 + lateness <= now);
    }
  }
  return { out: out.sort(), late };
}

/** Windows of processing time; `until` is the clock, which starts at 0 and does not go back. */
export function clockWindows(
  input: readonly Input[],
  windowsOf: (now: number) => readonly (readonly [start: number, end: number])[],
  merges: boolean,
): ModelResult {
  const { out, windows, fire } = newModel(true);
  let now = 0;
  for (const step of input) {
    if ('event' in step) {
      const { key, value } = step.event;
      for (const [start, end] of windowsOf(now)) {
        if (merges) {
          const session = merged(windows, key, start, end);
          session.values.push(value);
          windows.push(session);
          continue;
        }
        const window = windows.find((one) => one.key === key && one.start === start);
        if (window) window.values.push(value);
        else windows.push({ key, start, end, values: [value] });
      }
    } else {
      now = Math.max(now, step.until);
      for (const window of windows) if (window.end - 1 <= now) fire(window);
      remove(windows, ({ end }) => end - 1 <= now);
    }
  }
  return { out: out.sort(), late: [] };
}

/** Sums of every `slide` records of a key: of all of them since the last firing, or of the last `size` of all. */
export function countWindows(input: readonly Input[], size: number, slide: number | undefined): string[] {
  const out: string[] = [];
  const seen = new Map<string | number, number[]>();
  for (const step of input) {
    if (!('event' in step)) continue;
    const { key, value } = step.event;
    const values = seen.get(key) ?? [];
    seen.set(key, [...values, value]);
    const count = values.length + 1;
    if (count % (slide ?? size) !== 0) continue;
    out.push(`${key}: ${[...values, value].slice(-size).reduce((a, b) => a + b, 0)}`);
  }
  return out;
}

function newModel(purging: boolean) {
  const out: string[] = [];
  return {
    out,
    late: [] as number[],
    windows: [] as OpenWindow[],
    fire: (window: OpenWindow) => {
      if (window.values.length === 0) return;
      const sum = window.values.reduce((a, b) => a + b, 0);
      out.push(nameOf(window.key, window.start, window.end, sum));
      if (purging) window.values = [];
    },
  };
}

/** A new session with all open ones of its key that it meets in it; they are taken away. */
function merged(windows: OpenWindow[], key: string | number, start: number, end: number): OpenWindow {
  const session = { key, start, end, values: [] as number[] };
  for (let met = true; met;) {
    met = false;
    for (const other of windows) {
      if (other.key !== key || other.start > session.end || other.end < session.start) continue;
      session.start = Math.min(session.start, other.start);
      session.end = Math.max(session.end, other.end);
      session.values.push(...other.values);
      windows.splice(windows.indexOf(other), 1);
      met = true;
      break;
    }
  }
  return session;
}

function remove(windows: OpenWindow[], gone: (window: OpenWindow) => boolean): void {
  for (let at = windows.length - 1; at >= 0; at--) if (gone(windows[at]!)) windows.splice(at, 1);
}
