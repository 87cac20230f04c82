import {
  CellReducingState,
  type ReducingState,
  type ReducingStateDescriptor,
} from '../state/reducing-state.ts';
import type { StateCell } from '../state/state-cell.ts';
import { CellValueState, type ValueState, type ValueStateDescriptor } from '../state/value-state.ts';
import type { TimerQueue } from '../time/timer-queue.ts';
import type { OnMergeContext } from '../windows/trigger.ts';
import type { WindowEntry } from './window-entry.ts';

/** The trigger's view of the window that is current; one object serves all windows. */
export class WindowTriggerContext implements OnMergeContext {
  readonly #eventTimers: TimerQueue<WindowEntry>;
  readonly #processingTimers: TimerQueue<WindowEntry>;
  readonly #watermark: () => number;
  readonly #now: () => number;
  readonly #states = new Map<string, CellValueState<unknown> | CellReducingState<unknown>>();
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

  getPartitionedState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>;
  getPartitionedState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T>;
  getPartitionedState<T>(
    descriptor: ValueStateDescriptor<T> | ReducingStateDescriptor<T>,
  ): ValueState<T> | ReducingState<T> {
    let state = this.#states.get(descriptor.name);
    if (state === undefined) {
      const cell = this.#cell(descriptor.name);
      state =
        descriptor.kind === 'value'
          ? new CellValueState(cell, descriptor as ValueStateDescriptor<unknown>)
          : new CellReducingState(cell, descriptor as unknown as ReducingStateDescriptor<unknown>);
      this.#states.set(descriptor.name, state);
    }
    return state as ValueState<T> | ReducingState<T>;
  }

  mergePartitionedState<T>(descriptor: ReducingStateDescriptor<T>): void {
    const { name } = descriptor;
    const reduce = descriptor.reduceFunction as unknown as (a: unknown, b: unknown) => unknown;
    let result: unknown;
    for (const { triggerCells } of this.merged) {
      const value = triggerCells?.get(name);
      if (value === undefined) continue;
      result = result === undefined ? value : reduce(result, value);
      triggerCells!.delete(name);
    }
    if (result === undefined) return;
    this.entry.triggerCells ??= new Map();
    const own = this.entry.triggerCells.get(name);
    this.entry.triggerCells.set(name, own === undefined ? result : reduce(own, result));
  }

  #cell(name: string): StateCell {
    return {
      get: () => this.entry.triggerCells?.get(name),
      set: (value) => {
        if (value === undefined) {
          this.entry.triggerCells?.delete(name);
        } else {
          this.entry.triggerCells ??= new Map();
          this.entry.triggerCells.set(name, value);
        }
      },
    };
  }
}
