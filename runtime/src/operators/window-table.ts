import { settle, type Entries, type KeyedTable } from '../state/entries.ts';
import { KeyIndex } from '../state/key-index.ts';
import { SlotTable } from '../state/slot-table.ts';
import { TimerQueue, type Timer } from '../time/timer-queue.ts';
import type { MergingWindowSet } from '../windows/merging-window-set.ts';
import { TimeWindow, type Window } from '../windows/window.ts';
import { newEntry, NO_CONTENTS, type KeyWindows, type WindowEntry } from './window-entry.ts';
import type { WindowForm, WrittenBounds } from './window-form.ts';

type Bounds = readonly [start: number, end: number];
/** Times and places in the order of registration, by turns. */
type WrittenTimers = readonly number[];

/** A window of a key as it is written. */
interface WrittenWindow {
  readonly window: WrittenBounds;
  /** An array of one element, or empty for a window without contents. */
  readonly contents: readonly unknown[];
  readonly triggerCells: Map<string, unknown> | undefined;
  readonly windowCells: Map<string, unknown> | undefined;
  readonly fired: number;
  readonly absorbed: readonly Bounds[];
  readonly eventTimers: WrittenTimers;
  readonly processingTimers: WrittenTimers;
}

/** Windows of any kind by key, with their timers. */
export class WindowTable extends SlotTable implements KeyedTable {
  readonly name = 'windows';
  /** The windows of a key; with merging windows, also which of them are kept under which. */
  readonly columns = ['windows', 'merging'];
  readonly eventTimers = new TimerQueue<WindowEntry>();
  readonly processingTimers = new TimerQueue<WindowEntry>();
  readonly #form: WindowForm;
  readonly #newMerging: () => MergingWindowSet<Window> | undefined;
  readonly #index = new KeyIndex();
  readonly #owners: (KeyWindows | undefined)[] = [];

  /** @param newMerging the set of a key's windows, if they merge */
  constructor(form: WindowForm, newMerging: () => MergingWindowSet<Window> | undefined) {
    super();
    this.#form = form;
    this.#newMerging = newMerging;
  }

  get slotCount(): number {
    return this.#owners.length;
  }

  keyAt(slot: number): unknown {
    return this.#index.keys[slot];
  }

  valueAt(slot: number, column: number): unknown {
    const owner = this.#owners[slot];
    if (owner === undefined || owner.windows.size === 0) return undefined;
    if (column === 0) return Array.from(owner.windows.values(), (entry) => this.#write(entry));
    const { merging } = owner;
    const form = this.#form;
    return merging && Array.from(merging.entries(), ([a, b]) => [form.write(a), form.write(b)]);
  }

  restore(entries: readonly Entries[]): void {
    const { keys, columns } = settle(entries);
    this.#index.restore(keys);
    this.grow(keys.length);
    keys.forEach((key, slot) => {
      this.#owners.push(undefined);
      if (key === undefined) return;
      const owner = this.#newOwner(key, slot);
      const merging = (columns['merging']?.[slot] ?? []) as readonly (readonly [
        WrittenBounds,
        WrittenBounds,
      ])[];
      for (const [window, stateWindow] of merging)
        owner.merging?.restore(this.#form.read(window), this.#form.read(stateWindow));
      for (const written of columns['windows']![slot] as readonly WrittenWindow[]) this.#read(owner, written);
    });
    this.eventTimers.settle();
    this.processingTimers.settle();
  }

  *owners(): Generator<KeyWindows> {
    for (const owner of this.#owners) if (owner !== undefined) yield owner;
  }

  /** The windows of a key, which are about to change. */
  windowsOf(key: unknown): KeyWindows {
    const slot = this.#index.slotOf(key);
    while (this.#owners.length <= slot) this.#owners.push(undefined);
    this.grow(slot);
    if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
    return this.#owners[slot] ?? this.#newOwner(key, slot);
  }

  /** The windows of a key are about to change. */
  touchOwner({ slot }: KeyWindows): void {
    if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
  }

  /** Forgets a key that has no windows left. */
  drop({ key, slot }: KeyWindows): void {
    this.#index.delete(key);
    this.#owners[slot] = undefined;
  }

  #newOwner(key: unknown, slot: number): KeyWindows {
    return (this.#owners[slot] = { key, slot, windows: new Map(), merging: this.#newMerging() });
  }

  #write(entry: WindowEntry): WrittenWindow {
    const { window, contents, triggerCells, windowCells, fired, absorbed } = entry;
    return {
      window: this.#form.write(window),
      contents: contents === NO_CONTENTS ? [] : [contents],
      triggerCells,
      windowCells,
      fired,
      absorbed: absorbed.map(bounds),
      eventTimers: writeTimers(entry.eventTimers),
      processingTimers: writeTimers(entry.processingTimers),
    };
  }

  #read(owner: KeyWindows, written: WrittenWindow): void {
    const entry = newEntry(owner, this.#form.read(written.window));
    if (written.contents.length > 0) entry.contents = written.contents[0];
    entry.triggerCells = written.triggerCells;
    entry.windowCells = written.windowCells;
    entry.fired = written.fired;
    entry.absorbed = written.absorbed.map(([start, end]) => new TimeWindow(start, end));
    owner.windows.set(this.#form.idOf(entry.window), entry);
    readTimers(written.eventTimers, this.eventTimers, entry, entry.eventTimers);
    readTimers(written.processingTimers, this.processingTimers, entry, entry.processingTimers);
  }
}

function writeTimers(timers: ReadonlyMap<number, Timer<WindowEntry>>): WrittenTimers {
  return [...timers.values()].flatMap(({ time, order }) => [time, order]);
}

function readTimers(
  written: WrittenTimers,
  queue: TimerQueue<WindowEntry>,
  entry: WindowEntry,
  timers: Map<number, Timer<WindowEntry>>,
): void {
  for (let at = 0; at < written.length; at += 2) {
    const time = written[at]!;
    timers.set(time, queue.add(time, entry, written[at + 1]));
  }
}

function bounds({ start, end }: Window): Bounds {
  return [start, end];
}
