import { TidemarkError } from '../errors.ts';
import type { KeyedTable } from '../state/entries.ts';
import { KeyedStateBackend } from '../state/keyed-state-backend.ts';
import { StateCheck } from '../state/state-check.ts';
import type { SweepSnapshot } from '../state/ttl-sweeper.ts';
import { MAX_TIMESTAMP, MIN_TIMESTAMP, saturatingAdd } from '../time/timestamp.ts';
import { EventTimeTrigger } from '../windows/event-time-trigger.ts';
import { MergingWindowSet } from '../windows/merging-window-set.ts';
import { NeverTrigger } from '../windows/never-trigger.ts';
import { ProcessingTimeTrigger } from '../windows/processing-time-trigger.ts';
import { fires, purges, type Trigger, type TriggerResult } from '../windows/trigger.ts';
import {
  MergingWindowAssigner,
  type WindowAssigner,
  type WindowAssignerContext,
} from '../windows/window-assigner.ts';
import { sessionsMeet, triggerNotWritten } from '../windows/window-errors.ts';
import type { Window } from '../windows/window.ts';
import type { KeySelector } from './key-selector.ts';
import { KeyedOperator } from './keyed-operator.ts';
import { AggregatedContents, type WindowContents } from './window-contents.ts';
import type { WindowEmitter } from './window-emitter.ts';
import { isEmptyEntry, newEntry, NO_CONTENTS, type KeyWindows, type WindowEntry } from './window-entry.ts';
import { WindowForm } from './window-form.ts';
import { WindowTable } from './window-table.ts';
import { WindowTriggerContext } from './window-trigger-context.ts';
import type { WindowToWrite, WritableWindows } from './writable-windows.ts';

export interface WindowOperatorOptions {
  readonly keySelector: KeySelector;
  /** Of the second stream, if records of two meet. */
  readonly secondKey?: KeySelector;
  readonly assigner: WindowAssigner;
  readonly trigger: Trigger;
  readonly contents: WindowContents;
  readonly emitter: WindowEmitter;
  /** ms */
  readonly allowedLateness: number;
  /** Id of the side output for late records. */
  readonly lateTag?: string;
}

/** Triggers that keep nothing but a timer, whatever the records of a window are. */
const TIMERS_ALONE: ReadonlySet<unknown> = new Set<unknown>([
  EventTimeTrigger.prototype,
  ProcessingTimeTrigger.prototype,
  NeverTrigger.prototype,
]);

interface WindowOperatorState {
  readonly sweep: SweepSnapshot | undefined;
}

/**
 * Windows in general: any assigner, trigger, evictor and function. A window lives until the watermark passes its end and
 * the allowed lateness (or, in processing time, until the clock passes its end). A record is late when all its windows
 * have gone.
 */
export class WindowOperator extends KeyedOperator implements WritableWindows {
  override readonly showsOrder = true;
  readonly #options: WindowOperatorOptions;
  readonly #assigner: WindowAssigner;
  readonly #trigger: Trigger;
  readonly #contents: WindowContents;
  readonly #emitter: WindowEmitter;
  readonly #eventTime: boolean;
  readonly #form: WindowForm;
  readonly #table: WindowTable;
  readonly #global = new KeyedStateBackend('global');
  /** True if a window holds an accumulator, false if it holds its records. */
  readonly #aggregates: boolean;
  readonly #check = new StateCheck('window-contents', () => this.#key);
  #key: unknown;
  #context!: WindowTriggerContext;
  #assignerContext!: WindowAssignerContext;

  constructor(options: WindowOperatorOptions) {
    super(options.keySelector, options.secondKey);
    this.#options = options;
    this.#assigner = options.assigner;
    this.#trigger = options.trigger;
    this.#contents = options.contents;
    this.#aggregates = options.contents instanceof AggregatedContents;
    this.#emitter = options.emitter;
    this.#eventTime = options.assigner.isEventTime();
    const { assigner } = options;
    const merges = assigner instanceof MergingWindowAssigner;
    this.#form = new WindowForm(assigner);
    this.#table = new WindowTable(this.#form, () =>
      merges ? new MergingWindowSet<Window>(assigner, this.#form.idOf) : undefined,
    );
  }

  override open(): void {
    const now = this.runtime.currentProcessingTime;
    this.#context = new WindowTriggerContext(
      this.#table.eventTimers,
      this.#table.processingTimers,
      () => this.currentWatermark,
      now,
    );
    this.#assignerContext = { getCurrentProcessingTime: now };
    this.#emitter.open(this, this.output, this.runtime, this.#global);
  }

  override close(): void {
    this.#emitter.close();
  }

  processKeyed(key: unknown, value: unknown, timestamp: number | undefined): void {
    const time = timestamp ?? MIN_TIMESTAMP;
    const windows = this.#assigner.assignWindows(value, time, this.#assignerContext);
    const owner = this.#table.windowsOf(key);
    this.#key = key;
    let skipped = true;
    for (let window of windows) {
      if (owner.merging !== undefined) {
        window = owner.merging.addWindow(window, (result, merged, state, others) =>
          this.#merge(owner, result, merged, state, others),
        );
        if (this.#isLate(window)) {
          owner.merging.retireWindow(window);
          continue;
        }
      } else if (this.#isLate(window)) {
        continue;
      }
      skipped = false;
      const entry = this.#entry(owner, window);
      const holder = this.#holder(entry);
      if (holder.contents === NO_CONTENTS) holder.contents = this.#contents.create();
      if (this.#aggregates) {
        holder.contents = this.#contents.add(holder.contents, value, timestamp);
        this.#check.look(holder.contents);
      } else {
        this.#check.look(value);
        holder.contents = this.#contents.add(holder.contents, value, timestamp);
      }
      this.#context.entry = entry;
      const result = this.#trigger.onElement(value, time, window, this.#context);
      this.#act(result, entry);
      this.#registerCleanup(entry);
      this.#dropIfEmpty(entry);
    }
    if (
      skipped &&
      this.#eventTime &&
      saturatingAdd(time, this.#options.allowedLateness) <= this.currentWatermark
    ) {
      this.tooLate(value, timestamp, this.#options.lateTag);
    }
    if (owner.windows.size === 0) this.#table.drop(owner);
  }

  writeWindow({ key, start, end, value }: WindowToWrite): void {
    if (!TIMERS_ALONE.has(Object.getPrototypeOf(this.#trigger)))
      throw triggerNotWritten(this.#trigger.constructor.name);
    const owner = this.#table.windowsOf(key);
    const window = this.#form.read([start, end]);
    owner.merging?.addWindow(window, (_result, merged) => {
      const [{ start: from, end: to } = window] = merged;
      throw sessionsMeet(start, end, from, to);
    });
    const entry = this.#entry(owner, window);
    this.#holder(entry).contents = value;
    this.#context.entry = entry;
    this.#trigger.onElement(undefined, start, window, this.#context);
    this.#registerCleanup(entry);
  }

  protected override onWatermark(timestamp: number): boolean {
    for (
      let timer = this.#table.eventTimers.poll(timestamp);
      timer;
      timer = this.#table.eventTimers.poll(timestamp)
    ) {
      this.#onTimer(timer.target, timer.time, true);
      if (this.runtime.mustStop()) return false;
    }
    return true;
  }

  override get nextProcessingTime(): number {
    return Math.min(this.#table.processingTimers.nextTime, this.#global.sweeper.nextTime);
  }

  override get lastProcessingTime(): number {
    return this.#table.processingTimers.lastTime;
  }

  override onProcessingTime(time: number): void {
    for (
      let timer = this.#table.processingTimers.poll(time);
      timer;
      timer = this.#table.processingTimers.poll(time)
    ) {
      this.#onTimer(timer.target, timer.time, false);
    }
    if (this.#global.sweeper.nextTime <= time) this.#global.sweeper.sweep();
  }

  override get timerCount(): number {
    return this.#table.eventTimers.size + this.#table.processingTimers.size;
  }

  override get stateEntryCount(): number {
    let count = this.#global.entryCount;
    for (const { windows } of this.#table.owners()) {
      for (const { contents, triggerCells, windowCells } of windows.values()) {
        count += (contents === NO_CONTENTS ? 0 : 1) + (triggerCells?.size ?? 0) + (windowCells?.size ?? 0);
      }
    }
    return count;
  }

  override get tables(): readonly KeyedTable[] {
    return [this.#table, this.#global];
  }

  override snapshot(): WindowOperatorState {
    return { sweep: this.#global.sweeper.snapshot() };
  }

  override restore(state: unknown): void {
    this.#global.sweeper.restore((state as WindowOperatorState).sweep);
  }

  #entry(owner: KeyWindows, window: Window): WindowEntry {
    const id = this.#form.idOf(window);
    let entry = owner.windows.get(id);
    if (entry === undefined) owner.windows.set(id, (entry = newEntry(owner, window)));
    return entry;
  }

  /** The entry that holds the contents: with merging windows, that of the window under which the state is kept. */
  #holder(entry: WindowEntry): WindowEntry {
    const { merging } = entry.owner;
    if (merging === undefined) return entry;
    const stateWindow = merging.stateWindowOf(entry.window);
    return stateWindow === undefined ? entry : this.#entry(entry.owner, stateWindow);
  }

  #merge(
    owner: KeyWindows,
    result: Window,
    merged: readonly Window[],
    stateWindow: Window,
    others: readonly Window[],
  ): void {
    this.#checkMerged(result);
    const entry = this.#entry(owner, result);
    const sources = merged.map((window) => this.#entry(owner, window));
    this.#context.entry = entry;
    this.#context.merged = sources.filter((source) => source !== entry);
    this.#trigger.onMerge(result, this.#context);
    for (const source of this.#context.merged) {
      this.#context.entry = source;
      this.#trigger.clear(source.window, this.#context);
      this.#deleteCleanup(source);
      if (source.fired > 0) entry.absorbed.push(source.window);
      entry.absorbed.push(...source.absorbed);
      source.absorbed = [];
    }
    const holder = this.#entry(owner, stateWindow);
    for (const other of others) {
      const from = this.#entry(owner, other);
      if (from.contents === NO_CONTENTS) continue;
      holder.contents =
        holder.contents === NO_CONTENTS
          ? from.contents
          : this.#contents.merge(holder.contents, from.contents);
      from.contents = NO_CONTENTS;
    }
    for (const source of this.#context.merged) this.#dropIfEmpty(source);
    for (const other of others) this.#dropIfEmpty(this.#entry(owner, other));
    this.#context.merged = [];
  }

  #checkMerged(result: Window): void {
    const [reached, clock] = this.#eventTime
      ? [this.currentWatermark, 'watermark']
      : [this.runtime.currentProcessingTime(), 'processing time'];
    if (this.#cleanupTime(result) > reached) return;
    throw new TidemarkError(
      'bad-merge',
      `Windows merged into [${result.start}, ${result.end}), which ends before the ${clock} ${reached}. An ` +
        'assigner must not make a window that has ended already out of one that has not. Check its mergeWindows.',
    );
  }

  #onTimer(entry: WindowEntry, time: number, eventTimer: boolean): void {
    const { owner, window } = entry;
    this.#table.touchOwner(owner);
    (eventTimer ? entry.eventTimers : entry.processingTimers).delete(time);
    // A timer of a window that has merged into another has no window to fire.
    if (owner.merging !== undefined && owner.merging.stateWindowOf(window) === undefined) {
      this.#dropIfEmpty(entry);
      return;
    }
    this.#context.entry = entry;
    const result = eventTimer
      ? this.#trigger.onEventTime(time, window, this.#context)
      : this.#trigger.onProcessingTime(time, window, this.#context);
    this.#act(result, entry);
    if (this.#eventTime === eventTimer && time === this.#cleanupTime(window)) this.#clearAll(entry);
    else this.#dropIfEmpty(entry);
    if (owner.windows.size === 0) this.#table.drop(owner);
  }

  #act(result: TriggerResult, entry: WindowEntry): void {
    const holder = this.#holder(entry);
    if (fires(result) && holder.contents !== NO_CONTENTS) this.#emit(entry, holder, purges(result));
    if (purges(result)) holder.contents = NO_CONTENTS;
  }

  #emit(entry: WindowEntry, holder: WindowEntry, purging: boolean): void {
    const { window, owner } = entry;
    if (this.runtime.tracksEmission) {
      const absorbed =
        entry.absorbed.length > 0 ? entry.absorbed.map(({ start, end }) => ({ start, end })) : undefined;
      const key = this.keySelector.keyed ? owner.key : undefined;
      this.emission = { key, window, pane: entry.fired, purging, absorbed };
    }
    entry.absorbed = [];
    entry.fired++;
    this.#contents.fire(holder.contents, window, this.#context, (elements) => {
      if (this.#emitter.bare)
        for (const element of elements) this.output.collect(element, window.maxTimestamp());
      else
        this.#emitter.emit(
          owner.key,
          window,
          elements,
          holder.windowCells,
          () => (holder.windowCells ??= new Map()),
        );
    });
    this.emission = undefined;
    // An evictor may have left nothing, and then there is nothing to keep.
    if (Array.isArray(holder.contents) && holder.contents.length === 0) holder.contents = NO_CONTENTS;
  }

  #clearAll(entry: WindowEntry): void {
    const { owner, window } = entry;
    const holder = this.#holder(entry);
    holder.contents = NO_CONTENTS;
    this.#context.entry = entry;
    this.#trigger.clear(window, this.#context);
    if (this.#emitter.clears) {
      this.#emitter.clear(owner.key, window, holder.windowCells, () => (holder.windowCells ??= new Map()));
    }
    // Window state ends with the window, whether its function clears it or not.
    holder.windowCells = undefined;
    owner.merging?.retireWindow(window);
    this.#dropIfEmpty(entry);
    if (holder !== entry) this.#dropIfEmpty(holder);
  }

  #dropIfEmpty(entry: WindowEntry): void {
    const { windows, merging } = entry.owner;
    if (merging?.stateWindowOf(entry.window) !== undefined) return;
    if (isEmptyEntry(entry)) windows.delete(this.#form.idOf(entry.window));
  }

  #isLate(window: Window): boolean {
    return this.#eventTime && this.#cleanupTime(window) <= this.currentWatermark;
  }

  #cleanupTime(window: Window): number {
    const end = window.maxTimestamp();
    return this.#eventTime ? saturatingAdd(end, this.#options.allowedLateness) : end;
  }

  #registerCleanup(entry: WindowEntry): void {
    const time = this.#cleanupTime(entry.window);
    if (time === MAX_TIMESTAMP) return;
    this.#context.entry = entry;
    if (this.#eventTime) this.#context.registerEventTimeTimer(time);
    else this.#context.registerProcessingTimeTimer(time);
  }

  #deleteCleanup(entry: WindowEntry): void {
    const time = this.#cleanupTime(entry.window);
    this.#context.entry = entry;
    if (this.#eventTime) this.#context.deleteEventTimeTimer(time);
    else this.#context.deleteProcessingTimeTimer(time);
  }
}
