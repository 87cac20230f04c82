import { missingTimestamp } from '../errors.ts';
import type { KeyedTable } from '../state/entries.ts';
import { KeyedStateBackend } from '../state/keyed-state-backend.ts';
import { StateCheck } from '../state/state-check.ts';
import { CellStateStore } from '../state/state-store.ts';
import { TimeBuckets } from '../time/time-buckets.ts';
import { MAX_TIMESTAMP, saturatingAdd } from '../time/timestamp.ts';
import type { FunctionSource } from './function-source.ts';
import { IntervalTable, type Side } from './interval-table.ts';
import type { KeySelector } from './key-selector.ts';
import { JoinPairContext, ProcessJoinFunction, type JoinPairFunction } from './process-join-function.ts';
import { ResultCollector } from './result-collector.ts';
import { keyedRuntimeContext } from './runtime-context.ts';
import { TwoInputOperator } from './two-input-operator.ts';

export type AnyJoinFunction =
  | ProcessJoinFunction<unknown, unknown, unknown>
  | JoinPairFunction<unknown, unknown, unknown>
  | (() => ProcessJoinFunction<unknown, unknown, unknown>);

export interface IntervalJoinOptions {
  readonly leftKey: KeySelector;
  readonly rightKey: KeySelector;
  /** Lowest and highest difference (ms) of the right timestamp to the left one, both included. */
  readonly lower: number;
  readonly upper: number;
  readonly leftLateTag?: string;
  readonly rightLateTag?: string;
}

/**
 * Pairs records of one key whose timestamps are near: right − left lies within the bounds. A record is kept until the
 * watermark says that nothing can come any more to pair with it; one that is behind the watermark is late and pairs with
 * nothing. Results have the higher timestamp of the pair.
 */
export class IntervalJoinOperator extends TwoInputOperator {
  readonly #options: IntervalJoinOptions;
  readonly #leftKept: number;
  readonly #rightKept: number;
  readonly #given: AnyJoinFunction;
  readonly #source: FunctionSource<ProcessJoinFunction<unknown, unknown, unknown>> | undefined;
  readonly #table = new IntervalTable((side) => this.#scheduleCleanup(side));
  /** Every side once, at the time when all that it held when it was scheduled can be removed. */
  readonly #cleanups = new TimeBuckets<Side>();
  /** State that the function keeps itself; few do. */
  readonly #backend = new KeyedStateBackend('state');
  #usesState = false;
  readonly #leftCheck = new StateCheck('left', () => this.#key);
  readonly #rightCheck = new StateCheck('right', () => this.#key);
  #key: unknown;
  #function!: JoinPairFunction<unknown, unknown, unknown>;
  #instance: ProcessJoinFunction<unknown, unknown, unknown> | undefined;
  #collector!: ResultCollector;
  #context!: JoinPairContext;

  /** @param source makes instances of the function if one was given */
  constructor(
    options: IntervalJoinOptions,
    given: AnyJoinFunction,
    source: FunctionSource<ProcessJoinFunction<unknown, unknown, unknown>> | undefined,
  ) {
    super({ first: options.leftKey, second: options.rightKey });
    this.#options = options;
    this.#leftKept = Math.max(0, options.upper);
    this.#rightKept = Math.max(0, -options.lower);
    this.#given = given;
    this.#source = source;
  }

  override open(): void {
    const { runtime } = this;
    this.#collector = new ResultCollector(this.output);
    this.#context = new JoinPairContext(this.output);
    this.#instance = this.#source?.create(runtime.strictInstances);
    const given = this.#given;
    if (typeof given === 'function') {
      // A function without parameters may be a factory.
      const made = given.length === 0 ? (given as () => unknown)() : undefined;
      if (made instanceof ProcessJoinFunction) this.#instance = made;
      else this.#function = given as JoinPairFunction<unknown, unknown, unknown>;
    }
    const instance = this.#instance;
    if (instance === undefined) return;
    this.#function = (left, right, context, out) => instance.processElement(left, right, context, out);
    const store = new CellStateStore((name) => {
      this.#usesState = true;
      return this.#backend.cell(name);
    });
    instance.setRuntimeContext(keyedRuntimeContext(this, store));
    instance.open();
  }

  override close(): void {
    this.#instance?.close();
  }

  processElement1(left: unknown, timestamp: number | undefined, key: unknown): void {
    const { lower, upper, leftLateTag } = this.#options;
    if (timestamp === undefined) throw missingTimestamp('interval joins');
    if (timestamp < this.currentWatermark) return this.tooLate(left, timestamp, leftLateTag);
    const slot = this.#add(key, true, left, timestamp);
    const others = this.#table.rights[slot];
    if (others === undefined) return;
    this.#clean(others);
    const rights = others.buffer;
    if (this.#usesState) this.#backend.setCurrentKey(key);
    const context = this.#context;
    const to = saturatingAdd(timestamp, upper);
    context.leftTimestamp = timestamp;
    for (let at = rights.placeOf(saturatingAdd(timestamp, lower)); rights.timestampAt(at) <= to; at++) {
      context.rightTimestamp = rights.timestampAt(at);
      this.#join(left, rights.valueAt(at));
    }
  }

  processElement2(right: unknown, timestamp: number | undefined, key: unknown): void {
    const { lower, upper, rightLateTag } = this.#options;
    if (timestamp === undefined) throw missingTimestamp('interval joins');
    if (timestamp < this.currentWatermark) return this.tooLate(right, timestamp, rightLateTag);
    const slot = this.#add(key, false, right, timestamp);
    const others = this.#table.lefts[slot];
    if (others === undefined) return;
    this.#clean(others);
    const lefts = others.buffer;
    if (this.#usesState) this.#backend.setCurrentKey(key);
    const context = this.#context;
    const to = saturatingAdd(timestamp, -lower);
    context.rightTimestamp = timestamp;
    for (let at = lefts.placeOf(saturatingAdd(timestamp, -upper)); lefts.timestampAt(at) <= to; at++) {
      context.leftTimestamp = lefts.timestampAt(at);
      this.#join(lefts.valueAt(at), right);
    }
  }

  protected override onWatermark(timestamp: number): void {
    for (let due = this.#cleanups.poll(timestamp); due !== undefined; due = this.#cleanups.poll(timestamp)) {
      for (const side of due.target) {
        this.#table.touchSide(side);
        this.#clean(side);
        if (side.buffer.size > 0) this.#scheduleCleanup(side);
        else this.#table.drop(side);
      }
    }
  }

  override get timerCount(): number {
    return this.#table.sides().length;
  }

  /** Number of records held, and of states that the function keeps. */
  override get stateEntryCount(): number {
    return this.#table
      .sides()
      .reduce((count, side) => count + side.buffer.sizeAfter(this.#ruledOut(side)), this.#backend.entryCount);
  }

  override get tables(): readonly KeyedTable[] {
    return [this.#table, this.#backend];
  }

  #join(left: unknown, right: unknown): void {
    const collector = this.#collector;
    const context = this.#context;
    collector.timestamp = context.getTimestamp();
    const results = this.#function(left, right, context, collector);
    if (results !== undefined) collector.drain(results);
  }

  /** Keeps a record; returns its key's slot. */
  #add(key: unknown, left: boolean, value: unknown, timestamp: number): number {
    const table = this.#table;
    this.#key = key;
    (left ? this.#leftCheck : this.#rightCheck).look(value);
    const slot = table.slotOf(key);
    const side = (left ? table.lefts : table.rights)[slot];
    if (side !== undefined) {
      this.#clean(side);
      side.buffer.add(timestamp, value);
    } else {
      const made = table.newSide(slot, key, left, this.currentWatermark);
      made.buffer.add(timestamp, value);
      this.#scheduleCleanup(made);
    }
    return slot;
  }

  /** Removes what the watermark has ruled out. It is done when a side is next used: most have no need of it sooner. */
  #clean(side: Side): void {
    const watermark = this.currentWatermark;
    if (side.cleanedAt >= watermark) return;
    side.cleanedAt = watermark;
    side.buffer.removeTo(this.#ruledOut(side));
  }

  /** The last timestamp whose records can find no partner any more. */
  #ruledOut(side: Side): number {
    const watermark = this.currentWatermark;
    return watermark === MAX_TIMESTAMP ? watermark : saturatingAdd(watermark, -this.#keptFor(side.left));
  }

  /** For how long (ms) after its timestamp a record of that side can still find a partner. */
  #keptFor(left: boolean): number {
    return left ? this.#leftKept : this.#rightKept;
  }

  #scheduleCleanup(side: Side): void {
    this.#cleanups.add(saturatingAdd(side.buffer.last, this.#keptFor(side.left)), side);
  }
}
