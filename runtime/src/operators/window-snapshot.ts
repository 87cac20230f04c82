import type { Timer, TimerQueue } from '../time/timer-queue.ts';
import { MAX_TIMESTAMP } from '../time/timestamp.ts';
import { GlobalWindow, TimeWindow, type Window } from '../windows/window.ts';
import { newEntry, NO_CONTENTS, windowId, type KeyWindows, type WindowEntry } from './window-entry.ts';

type Bounds = readonly [start: number, end: number];

interface EntrySnapshot {
  readonly window: Bounds;
  /** An array of one element, or empty for a window without contents. */
  readonly contents: readonly unknown[];
  readonly triggerCells: Map<string, unknown> | undefined;
  readonly windowCells: Map<string, unknown> | undefined;
  readonly fired: number;
  readonly absorbed: readonly Bounds[];
}

type TimerSnapshot = readonly [time: number, key: number, entry: number];

/** Windows of all keys with their timers. */
export interface WindowsSnapshot {
  readonly keys: readonly {
    readonly key: unknown;
    readonly entries: readonly EntrySnapshot[];
    readonly merging: readonly (readonly [window: Bounds, stateWindow: Bounds])[];
  }[];
  readonly eventTimers: readonly TimerSnapshot[];
  readonly processingTimers: readonly TimerSnapshot[];
}

export function writeWindows(
  keys: Iterable<KeyWindows>,
  eventTimers: TimerQueue<WindowEntry>,
  processingTimers: TimerQueue<WindowEntry>,
): WindowsSnapshot {
  const places = new Map<WindowEntry, readonly [key: number, entry: number]>();
  const written = [...keys].map(({ key, windows, merging }, keyAt) => ({
    key,
    entries: [...windows.values()].map((entry, at) => {
      places.set(entry, [keyAt, at]);
      return {
        window: bounds(entry.window),
        contents: entry.contents === NO_CONTENTS ? [] : [entry.contents],
        triggerCells: entry.triggerCells,
        windowCells: entry.windowCells,
        fired: entry.fired,
        absorbed: entry.absorbed.map(bounds),
      };
    }),
    merging:
      merging === undefined ? [] : [...merging.entries()].map(([a, b]) => [bounds(a), bounds(b)] as const),
  }));
  const timers = (queue: TimerQueue<WindowEntry>) =>
    queue.sorted().flatMap(({ time, target }): TimerSnapshot[] => {
      const place = places.get(target);
      return place === undefined ? [] : [[time, ...place]];
    });
  return { keys: written, eventTimers: timers(eventTimers), processingTimers: timers(processingTimers) };
}

export function readWindows(
  snapshot: WindowsSnapshot,
  windowsOf: (key: unknown) => KeyWindows,
  eventTimers: TimerQueue<WindowEntry>,
  processingTimers: TimerQueue<WindowEntry>,
): void {
  const entries = snapshot.keys.map(({ key, entries, merging }) => {
    const owner = windowsOf(key);
    for (const [window, stateWindow] of merging)
      owner.merging?.restore(windowOf(window), windowOf(stateWindow));
    return entries.map((written) => {
      const entry = newEntry(owner, windowOf(written.window));
      if (written.contents.length > 0) entry.contents = written.contents[0];
      entry.triggerCells = written.triggerCells;
      entry.windowCells = written.windowCells;
      entry.fired = written.fired;
      entry.absorbed = written.absorbed.map(windowOf);
      owner.windows.set(windowId(entry.window), entry);
      return entry;
    });
  });
  const read = (
    queue: TimerQueue<WindowEntry>,
    timers: readonly TimerSnapshot[],
    timersOf: (entry: WindowEntry) => Map<number, Timer<WindowEntry>>,
  ) => {
    for (const [time, key, at] of timers) {
      const entry = entries[key]![at]!;
      timersOf(entry).set(time, queue.add(time, entry));
    }
  };
  read(eventTimers, snapshot.eventTimers, (entry) => entry.eventTimers);
  read(processingTimers, snapshot.processingTimers, (entry) => entry.processingTimers);
}

function bounds({ start, end }: Window): Bounds {
  return [start, end];
}

function windowOf([start, end]: Bounds): Window {
  return end === MAX_TIMESTAMP ? GlobalWindow.instance : new TimeWindow(start, end);
}
