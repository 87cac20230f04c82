import { missingTimestamp } from '../errors.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';
import { KeyIndex } from '../state/key-index.ts';
import { KeyedStateBackend, type KeyedStateSnapshot } from '../state/keyed-state-backend.ts';
import { TimerQueue } from '../time/timer-queue.ts';
import type { EventTimeSessionWindows } from '../windows/session-windows.ts';
import { TimeWindow } from '../windows/window.ts';
import { KeyedOperator } from './keyed-operator.ts';
import type { KeySelector } from './key-selector.ts';
import type { WindowEmitter } from './window-emitter.ts';

export interface SessionWindowOptions {
  readonly keySelector: KeySelector;
  readonly assigner: EventTimeSessionWindows;
  /** It can merge. */
  readonly aggregate: AggregateFunction<unknown, unknown, unknown>;
  readonly emitter: WindowEmitter;
  readonly lateTag?: string;
}

/** With fewer slots, memory is not worth giving back. */
const KEPT_SLOTS = 1024;

/** A session that has not fired. Those of one key neither overlap nor touch. */
interface Session {
  readonly key: unknown;
  start: number;
  end: number;
  accumulator: unknown;
  /** The key's other sessions. */
  next: Session | undefined;
  /** True once it is part of another. */
  merged: boolean;
}

interface SessionState {
  readonly sessions: readonly (readonly [key: unknown, start: number, end: number, accumulator: unknown])[];
  /** In the order of the queue, by places in `sessions`; −1 for one that was merged away. */
  readonly timers: readonly (readonly [time: number, session: number])[];
  readonly global: KeyedStateSnapshot;
}

/**
 * Event-time sessions that aggregate and fire once, at their end. A key has one or two open sessions at a time, so they
 * are a list that records go through; a session that grows leaves its timer where it is, and the timer, when it is due,
 * moves on to the session's new end.
 */
export class SessionWindowOperator extends KeyedOperator {
  readonly #options: SessionWindowOptions;
  readonly #assigner: EventTimeSessionWindows;
  readonly #aggregate: AggregateFunction<unknown, unknown, unknown>;
  readonly #emitter: WindowEmitter;
  #index = new KeyIndex();
  /** The first session of each key, by the slots of the index. */
  readonly #first: (Session | undefined)[] = [];
  readonly #timers = new TimerQueue<Session>();
  readonly #global = new KeyedStateBackend();
  #open = 0;

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
    const end = timestamp + this.#assigner.gapAfter(value);
    const slot = this.#index.find(key);
    const aggregate = this.#aggregate;
    let session = slot < 0 ? undefined : this.#first[slot];
    for (let other = session; other !== undefined; other = other.next) {
      if (other.start > timestamp || other.end < end) continue;
      other.accumulator = aggregate.add(value, other.accumulator);
      return;
    }
    session = session === undefined ? undefined : this.#joined(session, slot, timestamp, end);
    if (session === undefined) {
      if (end - 1 <= this.currentWatermark) return this.#refuse(value, timestamp);
      session = this.#add(key, timestamp, end, aggregate.createAccumulator());
      this.#timers.add(end - 1, session);
    }
    session.accumulator = aggregate.add(value, session.accumulator);
  }

  protected override onWatermark(timestamp: number): void {
    for (let timer = this.#timers.poll(timestamp); timer; timer = this.#timers.poll(timestamp)) {
      const session = timer.target;
      if (session.merged) continue;
      if (session.end - 1 > timer.time) this.#timers.add(session.end - 1, session);
      else this.#fire(session);
    }
  }

  override get timerCount(): number {
    return this.#open;
  }

  override get stateEntryCount(): number {
    return this.#open + this.#global.entryCount;
  }

  override snapshot(): SessionState {
    const places = new Map<Session, number>();
    const sessions: SessionState['sessions'][number][] = [];
    for (const first of this.#first) {
      for (let session = first; session !== undefined; session = session.next) {
        places.set(session, sessions.length);
        sessions.push([session.key, session.start, session.end, session.accumulator]);
      }
    }
    const timers = this.#timers.sorted().map(({ time, target }) => [time, places.get(target) ?? -1] as const);
    return { sessions, timers: timers.filter(([, place]) => place >= 0), global: this.#global.snapshot() };
  }

  override restore(state: unknown): void {
    const { sessions, timers, global } = state as SessionState;
    this.#global.restore(global);
    // Each is put before those of its key that are there, so the last comes first.
    const open = [...sessions].reverse().map((session) => this.#add(...session));
    open.reverse();
    for (const [time, place] of timers) this.#timers.add(time, open[place]!);
  }

  #add(key: unknown, start: number, end: number, accumulator: unknown): Session {
    const slot = this.#index.slotOf(key);
    while (this.#first.length <= slot) this.#first.push(undefined);
    const session = { key, start, end, accumulator, next: this.#first[slot], merged: false };
    this.#first[slot] = session;
    this.#open++;
    return session;
  }

  /** The session that those which meet `[start, end)` have become, if there are any. */
  #joined(first: Session, slot: number, start: number, end: number): Session | undefined {
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
      this.#unlink(other, slot);
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
    const slot = this.#index.find(key);
    this.#unlink(session, slot);
    if (this.#first[slot] === undefined) this.#index.delete(key);
    if (this.#open === 0 && this.#first.length > KEPT_SLOTS) this.#shrink();
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

  /** Gives the memory of many keys back when none is left. */
  #shrink(): void {
    this.#index = new KeyIndex();
    this.#first.length = 0;
  }

  #unlink(session: Session, slot: number): void {
    this.#open--;
    let before = this.#first[slot];
    if (before === session) {
      this.#first[slot] = session.next;
      return;
    }
    while (before!.next !== session) before = before!.next;
    before!.next = session.next;
  }
}
