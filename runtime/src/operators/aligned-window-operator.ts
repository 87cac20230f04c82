import { missingTimestamp } from '../errors.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';
import { byPart, type Entries, type KeyedTable } from '../state/entries.ts';
import { KeyedStateBackend } from '../state/keyed-state-backend.ts';
import { StateCheck } from '../state/state-check.ts';
import type { SweepSnapshot } from '../state/ttl-sweeper.ts';
import { saturatingAdd } from '../time/timestamp.ts';
import { notOfGrid } from '../windows/window-errors.ts';
import { windowStart } from '../windows/window.ts';
import type { FusionScope } from './fusion-scope.ts';
import type { KeySelector } from './key-selector.ts';
import { KeyedOperator } from './keyed-operator.ts';
import { Pane, type PaneSnapshot } from './pane.ts';
import type { WindowEmitter } from './window-emitter.ts';
import type { WindowToWrite, WritableWindows } from './writable-windows.ts';

export interface AlignedWindowOptions {
  readonly keySelector: KeySelector;
  /** Of the second stream, if records of two meet. */
  readonly secondKey?: KeySelector;
  /** ms; a tumbling window slides by its size. */
  readonly size: number;
  readonly slide: number;
  readonly offset: number;
  readonly aggregate: AggregateFunction<unknown, unknown, unknown>;
  readonly emitter: WindowEmitter;
  readonly allowedLateness: number;
  readonly lateTag?: string;
}

/** A stretch of time `[from, to)` whose records all belong to the same windows. */
interface Slice {
  readonly from: number;
  readonly to: number;
  /** The windows that are still open. */
  readonly panes: readonly Pane[];
}

interface AlignedWindowState {
  readonly panes: readonly PaneSnapshot[];
  readonly sweep: SweepSnapshot | undefined;
}

/** Accumulators that are looked at: one update is much like another, and a look at each costs. */
const LOOKED_AT = 64;

const NO_SLICE: Slice = { from: 0, to: 0, panes: [] };

/**
 * Tumbling and sliding event-time windows that aggregate and fire at their end (and again for late records that are
 * allowed). All keys of a window share a pane, so that there is no timer and no object for each key.
 */
export class AlignedWindowOperator extends KeyedOperator implements WritableWindows {
  readonly #options: AlignedWindowOptions;
  readonly #aggregate: AggregateFunction<unknown, unknown, unknown>;
  readonly #emitter: WindowEmitter;
  readonly #panes = new Map<number, Pane>();
  readonly #slices = new Map<number, Slice>();
  readonly #global = new KeyedStateBackend('global');
  readonly #check = new StateCheck('window-contents', () => this.#checked);
  /** Accumulators that are still to be looked at, and the key of the last one. */
  #toLookAt = LOOKED_AT;
  #checked: unknown;
  /** A pane that was left in the middle of its firing, and the slot that it has come to. */
  #firing: Pane | undefined;
  /** Integer keys of the window that fired last: the next one will hold about as many. */
  #lastIntegers = 0;
  #firingAt = 0;
  /** Watermark at which the next pane fires or is cleaned up. */
  #nextDue = Infinity;
  /** The slice of the last record; generated code reads it. */
  slice: Slice = NO_SLICE;

  constructor(options: AlignedWindowOptions) {
    super(options.keySelector, options.secondKey);
    this.#options = options;
    this.#aggregate = options.aggregate;
    this.#emitter = options.emitter;
  }

  override open(): void {
    this.#emitter.open(this, this.output, this.runtime, this.#global);
  }

  override close(): void {
    this.#emitter.close();
  }

  processKeyed(key: unknown, value: unknown, timestamp: number | undefined): void {
    let slice = this.slice;
    if (!(timestamp! >= slice.from && timestamp! < slice.to)) slice = this.sliceAt(timestamp);
    const { panes } = slice;
    if (panes.length === 0) this.skip(value, timestamp);
    for (let i = 0; i < panes.length; i++) {
      const pane = panes[i]!;
      const slot = pane.index.slotOf(key);
      const { accumulators } = pane;
      if (slot === accumulators.length) pane.add(slot, this.#aggregate.createAccumulator());
      if (pane.epoch !== 0 && pane.marks[slot] !== pane.epoch) pane.touch(slot);
      accumulators[slot] = this.#aggregate.add(value, accumulators[slot]);
      if (pane.followed) this.followUp(pane, slot);
    }
  }

  writeWindow({ key, start, end, value }: WindowToWrite): void {
    const { size, slide, offset } = this.#options;
    if (end - start !== size || windowStart(start, offset, slide) !== start) throw notOfGrid(start, end);
    const pane = this.#paneAt(start, end)!;
    const slot = pane.index.slotOf(key);
    if (slot === pane.accumulators.length) pane.add(slot, value);
    else pane.accumulators[slot] = value;
  }

  override fuse(
    scope: FusionScope,
    value: string,
    timestamp: string,
    next: (value: string) => string,
    input: number,
  ): string {
    if (this.tagsInputs) return super.fuse(scope, value, timestamp, next, input);
    const operator = scope.bind(this);
    const aggregate = scope.bind(this.#aggregate);
    const [key, slice, panes, i, pane, slot, accumulators] = Array.from({ length: 7 }, () => scope.local());
    return `
const ${key} = ${scope.keyOf(this.keySelector, value)};
let ${slice} = ${operator}.slice;
if (!(${timestamp} >= ${slice}.from && ${timestamp} < ${slice}.to)) ${slice} = ${operator}.sliceAt(${timestamp});
const ${panes} = ${slice}.panes;
if (${panes}.length === 0) ${operator}.skip(${value}, ${timestamp});
for (let ${i} = 0; ${i} < ${panes}.length; ${i}++) {
  const ${pane} = ${panes}[${i}];
  const ${slot} = ${pane}.index.slotOf(${key});
  const ${accumulators} = ${pane}.accumulators;
  if (${slot} === ${accumulators}.length) ${pane}.add(${slot}, ${aggregate}.createAccumulator());
  if (${pane}.epoch !== 0 && ${pane}.marks[${slot}] !== ${pane}.epoch) ${pane}.touch(${slot});
  ${accumulators}[${slot}] = ${aggregate}.add(${value}, ${accumulators}[${slot}]);
  if (${pane}.followed) ${operator}.followUp(${pane}, ${slot});
}`;
  }

  /** The slice of a timestamp, with panes for its windows that are still open. Generated code calls it. */
  sliceAt(timestamp: number | undefined): Slice {
    if (timestamp === undefined) throw missingTimestamp();
    const { size, slide, offset } = this.#options;
    const last = windowStart(timestamp, offset, slide);
    // Between the start of a window and the next, the windows change once more where an earlier one ends.
    const rest = size % slide;
    const early = timestamp - last < rest;
    const from = early ? last : last + rest;
    let slice = this.#slices.get(from);
    if (slice === undefined) {
      const panes: Pane[] = [];
      for (let start = last; start > timestamp - size; start -= slide) {
        const pane = this.#paneAt(start, start + size);
        if (pane !== undefined) panes.push(pane);
      }
      slice = { from, to: early ? last + rest : last + slide, panes };
      this.#slices.set(from, slice);
    }
    this.slice = slice;
    return slice;
  }

  /** Counts a record that is late, or belongs to no window. Generated code calls it. */
  skip(value: unknown, timestamp: number | undefined): void {
    if (saturatingAdd(timestamp!, this.#options.allowedLateness) > this.currentWatermark) return;
    this.tooLate(value, timestamp, this.#options.lateTag);
  }

  /** Looks at the first accumulators, and emits the result of one key for records behind the watermark. Generated code calls it. */
  followUp(pane: Pane, slot: number): void {
    if (this.#toLookAt > 0) {
      this.#toLookAt--;
      if (this.#toLookAt === 0) for (const open of this.#panes.values()) open.followed = open.fired;
      this.#checked = pane.index.keys[slot];
      this.#check.look(pane.accumulators[slot]);
    }
    if (pane.fired) this.fireSlot(pane, slot);
  }

  /** Emits the result of one key. */
  fireSlot(pane: Pane, slot: number): void {
    const { window, firings, accumulators } = pane;
    const key = pane.index.keys[slot];
    if (this.runtime.tracksEmission)
      this.emission = {
        key: this.keySelector.keyed ? key : undefined,
        window,
        pane: firings?.[slot] ?? 0,
        purging: false,
      };
    if (firings !== undefined) {
      if (pane.epoch !== 0 && pane.marks[slot] !== pane.epoch) pane.touch(slot);
      firings[slot] = (firings[slot] ?? 0) + 1;
    }
    const result = this.#aggregate.getResult(accumulators[slot]);
    if (this.#emitter.bare) this.output.collect(result, window.end - 1);
    else this.#emitter.emit(key, window, [result], pane.cellsAt(slot), () => pane.makeCells(slot));
    this.emission = undefined;
  }

  protected override onWatermark(timestamp: number): boolean {
    if (timestamp < this.#nextDue) return true;
    const due = [...this.#panes.values()]
      .filter((pane) => pane.window.end - 1 <= timestamp)
      .sort((a, b) => a.window.end - b.window.end);
    for (const pane of due) {
      if ((!pane.fired || pane === this.#firing) && !this.#fire(pane)) return false;
      if (this.#cleanupTime(pane.window.end) <= timestamp) this.#cleanUp(pane);
    }
    // Slices remember panes that were open.
    this.#slices.clear();
    this.slice = NO_SLICE;
    this.#nextDue = Infinity;
    for (const pane of this.#panes.values()) this.#expect(pane);
    return true;
  }

  override get stateEntryCount(): number {
    let count = this.#global.entryCount;
    for (const { entryCount } of this.#panes.values()) count += entryCount;
    return count;
  }

  override get nextProcessingTime(): number {
    return this.#global.sweeper.nextTime;
  }

  override onProcessingTime(): void {
    this.#global.sweeper.sweep();
  }

  /** The accumulators of each key, a part a window. */
  readonly #windows: KeyedTable = {
    name: 'windows',
    parts: () => this.#panes.values(),
    restore: (entries) => this.#restoreWindows(entries),
  };

  override get tables(): readonly KeyedTable[] {
    return [this.#windows, this.#global];
  }

  override snapshot(): AlignedWindowState {
    return {
      panes: [...this.#panes.values()].map(({ window, fired }) => ({
        start: window.start,
        end: window.end,
        fired,
      })),
      sweep: this.#global.sweeper.snapshot(),
    };
  }

  override restore(state: unknown): void {
    const { panes, sweep } = state as AlignedWindowState;
    this.#global.sweeper.restore(sweep);
    for (const { start, end, fired } of panes) {
      const pane = new Pane(start, end, this.#options.allowedLateness > 0);
      pane.fired = fired;
      pane.followed = fired || this.#toLookAt > 0;
      this.#panes.set(start, pane);
      this.#expect(pane);
    }
  }

  #restoreWindows(entries: readonly Entries[]): void {
    // What was written of windows that have ended since is of no use any more.
    for (const [start, written] of byPart(entries)) this.#panes.get(start!)?.restore(written);
  }

  /** False if it was left in the middle. */
  #fire(pane: Pane): boolean {
    const { accumulators, window } = pane;
    const { mustStop, tracksEmission } = this.runtime;
    // Marked first: should a function fail, the lane is done with anyway.
    pane.fired = pane.followed = true;
    const aggregate = this.#aggregate;
    const timestamp = window.end - 1;
    const bare = this.#emitter.bare && pane.firings === undefined && !tracksEmission;
    for (let slot = this.#firingAt; slot < accumulators.length; slot++) {
      if (bare) this.output.collect(aggregate.getResult(accumulators[slot]), timestamp);
      else this.fireSlot(pane, slot);
      if (mustStop() && slot + 1 < accumulators.length) {
        this.#firing = pane;
        this.#firingAt = slot + 1;
        return false;
      }
    }
    this.#firing = undefined;
    this.#firingAt = 0;
    this.#lastIntegers = pane.index.integers;
    return true;
  }

  #cleanUp(pane: Pane): void {
    this.#panes.delete(pane.window.start);
    if (!this.#emitter.clears) return;
    for (let slot = 0; slot < pane.accumulators.length; slot++) {
      this.#emitter.clear(pane.index.keys[slot], pane.window, pane.cellsAt(slot), () => pane.makeCells(slot));
    }
  }

  #paneAt(start: number, end: number): Pane | undefined {
    let pane = this.#panes.get(start);
    if (pane === undefined) {
      if (this.#cleanupTime(end) <= this.currentWatermark) return undefined;
      pane = new Pane(start, end, this.#options.allowedLateness > 0);
      pane.index.reserve(this.#lastIntegers);
      pane.fired = end - 1 <= this.currentWatermark;
      pane.followed = pane.fired || this.#toLookAt > 0;
      this.#panes.set(start, pane);
      this.#expect(pane);
    }
    return pane;
  }

  #expect(pane: Pane): void {
    const time = pane.fired ? this.#cleanupTime(pane.window.end) : pane.window.end - 1;
    if (time < this.#nextDue) this.#nextDue = time;
  }

  #cleanupTime(end: number): number {
    return saturatingAdd(end - 1, this.#options.allowedLateness);
  }
}
