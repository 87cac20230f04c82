import { KeySelector } from '../../operators/key-selector.ts';
import { Operator } from '../../operators/operator.ts';
import type { Partitioning } from '../../operators/stream-partitioner.ts';
import type { KeyedTable } from '../../state/entries.ts';
import { KeyedStateBackend } from '../../state/keyed-state-backend.ts';
import { KeyedTimers } from '../../state/keyed-timers.ts';
import { MapStateDescriptor, type MapState } from '../../state/map-state.ts';
import { StateTtlConfig } from '../../state/state-ttl-config.ts';
import type { SweepSnapshot } from '../../state/ttl-sweeper.ts';
import { ValueStateDescriptor, type ValueState } from '../../state/value-state.ts';
import type { Row, RowKind } from '../changelog-row.ts';

/** The key of a row for state and routing; NULL is a key too. */
export type RowKey = (values: readonly unknown[]) => unknown;

/**
 * What operators on tables share: rows by key, state and timers a key, and their snapshots. A key is one that `keyOfValues` makes; an
 * operator without keys has all rows under one and runs in one subtask.
 */
export abstract class KeyedTableOperator extends Operator {
  protected readonly backend = new KeyedStateBackend();
  readonly #keys: readonly KeySelector[];
  readonly #keyOf: readonly (RowKey | undefined)[];
  readonly #eventTimers = new KeyedTimers('event-timers');
  readonly #processingTimers = new KeyedTimers('processing-timers');

  /** @param keys one for each input; `undefined` for all rows under one key */
  constructor(...keys: readonly (RowKey | undefined)[]) {
    super();
    this.#keyOf = keys;
    this.#keys = keys.map(
      (key) => new KeySelector(key === undefined ? undefined : (row) => key((row as Row).values)),
    );
  }

  override open(): void {
    const { runtime } = this;
    this.backend.sweeper.clock = () => runtime.currentProcessingTime();
  }

  /** A row of the first or only input. The key is current. */
  protected abstract processRow(row: Row, timestamp: number | undefined): void;

  /** A row of the second input. */
  protected processRow2(_row: Row, _timestamp: number | undefined): void {}

  /** A timer of the current key is due. */
  protected onTimer(_time: number, _domain: 'rowtime' | 'proctime'): void {}

  processElement(value: unknown, timestamp: number | undefined): void {
    this.processElement1(value, timestamp);
  }

  override processInput(input: number, _key: unknown, value: unknown, timestamp: number | undefined): void {
    if (input === 0) this.processElement1(value, timestamp);
    else this.processElement2(value, timestamp);
  }

  processElement1(value: unknown, timestamp: number | undefined): void {
    const row = value as Row;
    this.backend.setCurrentKey(this.#keyOf[0]?.(row.values) ?? 0);
    this.processRow(row, timestamp);
  }

  processElement2(value: unknown, timestamp: number | undefined): void {
    const row = value as Row;
    this.backend.setCurrentKey(this.#keyOf[1]?.(row.values) ?? 0);
    this.processRow2(row, timestamp);
  }

  override partitioning(input: number): Partitioning {
    return this.#keys[input];
  }

  override get isParallel(): boolean {
    return this.#keys.every(({ keyed }) => keyed);
  }

  override fuse(
    scope: Parameters<Operator['fuse']>[0],
    value: string,
    timestamp: string,
    _next: (value: string) => string,
    input: number,
  ): string {
    return `${scope.bind(this)}.processElement${input + 1}(${value}, ${timestamp});`;
  }

  protected emit(kind: RowKind, values: readonly unknown[], timestamp: number | undefined): void {
    this.output.collect({ kind, values }, timestamp);
  }

  /** State of the current key. `undefined` is no state. @param timeToLive in ms, since it was last written */
  protected valueState<T>(name: string, timeToLive?: number): ValueState<T | undefined> {
    const descriptor = new ValueStateDescriptor<T>(name);
    if (timeToLive !== undefined) descriptor.enableTimeToLive(new StateTtlConfig(timeToLive));
    return this.backend.store.getState(descriptor);
  }

  /** A map of the current key. @param timeToLive in ms, of each entry since it was last written */
  protected mapState<K, V>(name: string, timeToLive?: number): MapState<K, V> {
    const descriptor = new MapStateDescriptor<K, V>(name);
    if (timeToLive !== undefined) descriptor.enableTimeToLive(new StateTtlConfig(timeToLive));
    return this.backend.store.getMapState(descriptor);
  }

  protected registerTimer(time: number, domain: 'rowtime' | 'proctime' = 'rowtime'): void {
    if (domain === 'rowtime') this.runtime.alarm.expect(time);
    (domain === 'rowtime' ? this.#eventTimers : this.#processingTimers).register(
      this.backend.currentKey,
      time,
    );
  }

  protected deleteTimer(time: number, domain: 'rowtime' | 'proctime' = 'rowtime'): void {
    (domain === 'rowtime' ? this.#eventTimers : this.#processingTimers).delete(this.backend.currentKey, time);
  }

  /** How far the time has come that windows of this kind go by. */
  protected timeOf(domain: 'rowtime' | 'proctime'): number {
    return domain === 'rowtime' ? this.currentWatermark : this.runtime.currentProcessingTime();
  }

  override get nextEventTime(): number {
    return this.#eventTimers.nextTime;
  }

  protected override onWatermark(timestamp: number): void {
    this.#fire(this.#eventTimers, timestamp, 'rowtime');
  }

  override get nextProcessingTime(): number {
    return Math.min(this.#processingTimers.nextTime, this.backend.sweeper.nextTime);
  }

  override get lastProcessingTime(): number {
    return this.#processingTimers.lastTime;
  }

  override onProcessingTime(time: number): void {
    this.#fire(this.#processingTimers, time, 'proctime');
    if (this.backend.sweeper.nextTime <= time) this.backend.sweeper.sweep();
  }

  override get timerCount(): number {
    return this.#eventTimers.size + this.#processingTimers.size;
  }

  override get stateEntryCount(): number {
    return this.backend.entryCount;
  }

  override get tables(): readonly KeyedTable[] {
    return [this.backend, this.#eventTimers, this.#processingTimers];
  }

  override snapshot(): unknown {
    return { sweep: this.backend.sweeper.snapshot() };
  }

  override restore(saved: unknown): void {
    this.backend.sweeper.restore((saved as { readonly sweep: SweepSnapshot | undefined }).sweep);
  }

  #fire(timers: KeyedTimers, now: number, domain: 'rowtime' | 'proctime'): void {
    for (let due = timers.poll(now); due !== undefined; due = timers.poll(now)) {
      this.backend.setCurrentKey(due.key);
      this.onTimer(due.time, domain);
    }
  }
}
