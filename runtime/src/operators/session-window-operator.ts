import { missingTimestamp } from '../errors.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';
import type { KeyedTable } from '../state/entries.ts';
import { KeyedStateBackend } from '../state/keyed-state-backend.ts';
import { StateCheck } from '../state/state-check.ts';
import type { SweepSnapshot } from '../state/ttl-sweeper.ts';
import type { EventTimeSessionWindows } from '../windows/session-windows.ts';
import { sessionsMeet } from '../windows/window-errors.ts';
import { TimeWindow } from '../windows/window.ts';
import { KeyedOperator } from './keyed-operator.ts';
import type { KeySelector } from './key-selector.ts';
import { SessionTable, type Session } from './session-table.ts';
import type { WindowEmitter } from './window-emitter.ts';
import type { WindowToWrite, WritableWindows } from './writable-windows.ts';

export interface SessionWindowOptions {
  readonly keySelector: KeySelector;
  readonly assigner: EventTimeSessionWindows;
  /** It can merge. */
  readonly aggregate: AggregateFunction<unknown, unknown, unknown>;
  readonly emitter: WindowEmitter;
  readonly lateTag?: string;
}

interface SessionState {
  readonly sweep: SweepSnapshot | undefined;
}

/**
 * Event-time sessions that aggregate and fire once, at their end. A key has one or two open sessions at a time, so they
 * are a list that records go through; a session that grows leaves its timer where it is, and the timer, when it is due,
 * moves on to the session's new end.
 */
export class SessionWindowOperator extends KeyedOperator implements WritableWindows {
  readonly #options: SessionWindowOptions;
  readonly #assigner: EventTimeSessionWindows;
  readonly #aggregate: AggregateFunction<unknown, unknown, unknown>;
  readonly #emitter: WindowEmitter;
  readonly #sessions = new SessionTable();
  readonly #global = new KeyedStateBackend('global');
  readonly #check = new StateCheck('window-contents', () => this.#key);
  #key: unknown;

  constructor(options: SessionWindowOptions) {
    super(options.keySelector);
    this.#options = options;
    this.#assigner = options.assigner;
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
    if (timestamp === undefined) throw missingTimestamp();
    this.#key = key;
    const end = timestamp + this.#assigner.gapAfter(value);
    const slot = this.#sessions.find(key);
    const aggregate = this.#aggregate;
    let session = slot < 0 ? undefined : this.#sessions.first(slot);
    for (let other = session; other !== undefined; other = other.next) {
      if (other.start > timestamp || other.end < end) continue;
      other.accumulator = aggregate.add(value, other.accumulator);
      this.#check.look(other.accumulator);
      return;
    }
    session = session === undefined ? undefined : this.#joined(session, timestamp, end);
    if (session === undefined) {
      if (end - 1 <= this.currentWatermark) return this.#refuse(value, timestamp);
      session = this.#sessions.add(key, timestamp, end, aggregate.createAccumulator());
    }
    session.accumulator = aggregate.add(value, session.accumulator);
    this.#check.look(session.accumulator);
  }

  writeWindow({ key, start, end, value }: WindowToWrite): void {
    const slot = this.#sessions.find(key);
    for (let one = slot < 0 ? undefined : this.#sessions.first(slot); one !== undefined; one = one.next)
      if (one.start <= end && one.end >= start) throw sessionsMeet(start, end, one.start, one.end);
    this.#sessions.add(key, start, end, value);
  }

  protected override onWatermark(timestamp: number): boolean {
    const { mustStop } = this.runtime;
    const sessions = this.#sessions;
    const { timers } = sessions;
    for (let timer = timers.poll(timestamp); timer; timer = timers.poll(timestamp)) {
      const session = timer.target;
      if (session.merged) continue;
      if (session.end - 1 > timer.time) {
        sessions.touchSession(session);
        session.timer = timers.add(session.end - 1, session);
      } else this.#fire(session);
      if (mustStop()) return false;
    }
    return true;
  }

  override get timerCount(): number {
    return this.#sessions.size;
  }

  override get stateEntryCount(): number {
    return this.#sessions.size + this.#global.entryCount;
  }

  override get tables(): readonly KeyedTable[] {
    return [this.#sessions, this.#global];
  }

  override snapshot(): SessionState {
    return { sweep: this.#global.sweeper.snapshot() };
  }

  override restore(state: unknown): void {
    this.#global.sweeper.restore((state as SessionState).sweep);
  }

  /** The session that those which meet `[start, end)` have become, if there are any. */
  #joined(first: Session, start: number, end: number): Session | undefined {
    const met: Session[] = [];
    for (let session: Session | undefined = first; session !== undefined; session = session.next) {
      if (session.start <= end && session.end >= start) met.push(session);
    }
    if (met.length > 1) met.sort((a, b) => a.start - b.start);
    const [kept, ...others] = met;
    if (kept === undefined) return undefined;
    for (const other of others) {
      kept.accumulator = this.#aggregate.merge!(kept.accumulator, other.accumulator);
      if (other.end > kept.end) kept.end = other.end;
      other.merged = true;
      this.#sessions.remove(other);
    }
    if (start < kept.start) kept.start = start;
    if (end > kept.end) kept.end = end;
    return kept;
  }

  #refuse(value: unknown, timestamp: number): void {
    this.lateRecords++;
    const { lateTag } = this.#options;
    if (lateTag !== undefined) this.output.sideOutput(lateTag, value, timestamp);
  }

  #fire(session: Session): void {
    const { key, start, end } = session;
    this.#sessions.remove(session);
    const window = new TimeWindow(start, end);
    if (this.runtime.tracksEmission) {
      this.emission = { key: this.keySelector.keyed ? key : undefined, window, pane: 0, purging: false };
    }
    const result = this.#aggregate.getResult(session.accumulator);
    const emitter = this.#emitter;
    if (emitter.bare) {
      this.output.collect(result, end - 1);
    } else {
      emitter.emit(key, window, [result]);
      if (emitter.clears) emitter.clear(key, window);
    }
    this.emission = undefined;
  }
}
