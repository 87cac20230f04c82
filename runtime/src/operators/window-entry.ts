import type { Timer } from '../time/timer-queue.ts';
import type { Window } from '../windows/window.ts';
import type { MergingWindowSet } from '../windows/merging-window-set.ts';
import type { WindowCells } from './window-emitter.ts';

/** Marks a window without contents; results may be `undefined`. */
export const NO_CONTENTS = Symbol('no contents');

/** One window of one key. */
export interface WindowEntry {
  readonly owner: KeyWindows;
  readonly window: Window;
  /** The accumulator, or the list of elements, or `NO_CONTENTS`. */
  contents: unknown;
  /** Of the trigger. */
  triggerCells: Map<string, unknown> | undefined;
  /** Of the window function. */
  windowCells: WindowCells | undefined;
  readonly eventTimers: Map<number, Timer<WindowEntry>>;
  readonly processingTimers: Map<number, Timer<WindowEntry>>;
  /** How often it has fired. */
  fired: number;
  /** Windows merged into it since it last fired. */
  absorbed: Window[];
}

/** All windows of one key. */
export interface KeyWindows {
  readonly key: unknown;
  /** Its place in the table. */
  readonly slot: number;
  readonly windows: Map<string, WindowEntry>;
  /** Only with an assigner whose windows merge. */
  readonly merging: MergingWindowSet<Window> | undefined;
}

export function newEntry(owner: KeyWindows, window: Window): WindowEntry {
  return {
    owner,
    window,
    contents: NO_CONTENTS,
    triggerCells: undefined,
    windowCells: undefined,
    eventTimers: new Map(),
    processingTimers: new Map(),
    fired: 0,
    absorbed: [],
  };
}

/** True if nothing is left of it. */
export function isEmptyEntry(entry: WindowEntry): boolean {
  return (
    entry.contents === NO_CONTENTS &&
    (entry.triggerCells === undefined || entry.triggerCells.size === 0) &&
    (entry.windowCells === undefined || entry.windowCells.size === 0) &&
    entry.eventTimers.size === 0 &&
    entry.processingTimers.size === 0
  );
}
