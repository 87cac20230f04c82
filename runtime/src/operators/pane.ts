import { KeyIndex } from '../state/key-index.ts';
import { settle, type Entries } from '../state/entries.ts';
import { SlotTable } from '../state/slot-table.ts';
import { TimeWindow } from '../windows/window.ts';
import type { WindowCells } from './window-emitter.ts';

/** What an operator remembers of a pane beside its entries. */
export interface PaneSnapshot {
  readonly start: number;
  readonly end: number;
  readonly fired: boolean;
}

/** One aligned window with an accumulator for each key that it has seen. */
export class Pane extends SlotTable {
  override readonly part: number;
  readonly columns = ['accumulator', 'firings', 'states'];
  readonly window: TimeWindow;
  readonly index = new KeyIndex();
  /** By the slots of `index`. */
  readonly accumulators: unknown[] = [];
  /** True once the watermark has passed its end; kept for allowed lateness. */
  fired = false;
  /** True if each update is to be followed up: the pane has fired, or what goes into it is still looked at. */
  followed = false;
  /** How often each key has fired, by slot; `undefined` without allowed lateness. */
  readonly firings: number[] | undefined;
  /** States of the window function, by slot. */
  #cells: Map<number, WindowCells> | undefined;

  constructor(start: number, end: number, countsFirings: boolean) {
    super();
    this.part = start;
    this.window = new TimeWindow(start, end);
    this.firings = countsFirings ? [] : undefined;
  }

  get slotCount(): number {
    return this.accumulators.length;
  }

  keyAt(slot: number): unknown {
    return this.index.keys[slot];
  }

  valueAt(slot: number, column: number): unknown {
    if (column === 0) return this.accumulators[slot];
    return column === 1 ? this.firings?.[slot] : this.#cells?.get(slot);
  }

  /** Begins the accumulator of a new slot. */
  add(slot: number, accumulator: unknown): void {
    this.accumulators.push(accumulator);
    this.grow(slot);
  }

  /** States of the window function for one key, which may change them. */
  cellsAt(slot: number): WindowCells | undefined {
    const cells = this.#cells?.get(slot);
    if (cells !== undefined && this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
    return cells;
  }

  /** As `cellsAt`, for one that has none yet. */
  makeCells(slot: number): WindowCells {
    if (this.epoch !== 0 && this.marks[slot] !== this.epoch) this.touch(slot);
    this.#cells ??= new Map();
    let cells = this.#cells.get(slot);
    if (cells === undefined) this.#cells.set(slot, (cells = new Map()));
    return cells;
  }

  get entryCount(): number {
    let count = this.accumulators.length;
    for (const { size } of this.#cells?.values() ?? []) count += size;
    return count;
  }

  /** No key leaves a pane: what is written of one has all its slots. */
  restore(entries: readonly Entries[]): void {
    const { keys, columns } = settle(entries);
    const { accumulator = [], firings = [], states = [] } = columns;
    this.index.restore(keys);
    this.grow(keys.length);
    for (let slot = 0; slot < keys.length; slot++) {
      this.accumulators.push(accumulator[slot]);
      this.firings?.push((firings[slot] as number | undefined) ?? 0);
      if (states[slot] !== undefined) (this.#cells ??= new Map()).set(slot, states[slot] as WindowCells);
    }
  }
}
