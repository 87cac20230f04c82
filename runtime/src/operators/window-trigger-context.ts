import { mergeHeld, type MergingStateDescriptor } from '../state/merge-held.ts';
import { stateBy } from '../state/state-by.ts';
import { cellIn, type StateCell } from '../state/state-cell.ts';
import { cellNameOf, CellStateStore, type StateDescriptor } from '../state/state-store.ts';
import type { TimerQueue } from '../time/timer-queue.ts';
import type { OnMergeContext } from '../windows/trigger.ts';
import type { WindowEntry } from './window-entry.ts';

/** The trigger's view of the window that is current; one object serves all windows. */
export class WindowTriggerContext implements OnMergeContext {
  readonly #eventTimers: TimerQueue<WindowEntry>;
  readonly #processingTimers: TimerQueue<WindowEntry>;
  readonly #watermark: () => number;
  readonly #now: () => number;
  // What expires is gone when it is read, and with its window at the latest: nothing sweeps here.
  readonly #store = new CellStateStore((name) => this.#cell(name), {
    now: () => this.#now(),
    written: () => undefined,
  });
  entry!: WindowEntry;
  /** In `onMerge`: the windows that were merged into the current one. */
  merged: readonly WindowEntry[] = [];

  constructor(
    eventTimers: TimerQueue<WindowEntry>,
    processingTimers: TimerQueue<WindowEntry>,
    watermark: () => number,
    now: () => number,
  ) {
    this.#eventTimers = eventTimers;
    this.#processingTimers = processingTimers;
    this.#watermark = watermark;
    this.#now = now;
  }

  getCurrentWatermark(): number {
    return this.#watermark();
  }

  getCurrentProcessingTime(): number {
    return this.#now();
  }

  registerEventTimeTimer(time: number): void {
    const { eventTimers } = this.entry;
    if (!eventTimers.has(time)) eventTimers.set(time, this.#eventTimers.add(time, this.entry));
  }

  registerProcessingTimeTimer(time: number): void {
    const { processingTimers } = this.entry;
    if (!processingTimers.has(time)) processingTimers.set(time, this.#processingTimers.add(time, this.entry));
  }

  deleteEventTimeTimer(time: number): void {
    const timer = this.entry.eventTimers.get(time);
    if (timer === undefined) return;
    this.#eventTimers.delete(timer);
    this.entry.eventTimers.delete(time);
  }

  deleteProcessingTimeTimer(time: number): void {
    const timer = this.entry.processingTimers.get(time);
    if (timer === undefined) return;
    this.#processingTimers.delete(timer);
    this.entry.processingTimers.delete(time);
  }

  getPartitionedState(descriptor: StateDescriptor): never {
    // The interface has an overload for each kind of state.
    return stateBy(this.#store, descriptor) as never;
  }

  mergePartitionedState(descriptor: MergingStateDescriptor): void {
    const name = cellNameOf(descriptor);
    let result: unknown;
    for (const { triggerCells } of [this.entry, ...this.merged]) {
      const held = triggerCells?.get(name);
      if (held === undefined) continue;
      result = result === undefined ? held : mergeHeld(descriptor, result, held);
      triggerCells!.delete(name);
    }
    if (result === undefined) return;
    this.entry.triggerCells ??= new Map();
    this.entry.triggerCells.set(name, result);
  }

  #cell(name: string): StateCell {
    return cellIn(
      name,
      (make) => (make ? (this.entry.triggerCells ??= new Map()) : this.entry.triggerCells),
      () => this.entry.owner.key,
    );
  }
}
