import { missingTimestamp } from '../errors.ts';
import type { FunctionSource } from '../operators/function-source.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import { KeyedOperator } from '../operators/keyed-operator.ts';
import { tagId } from '../operators/output-tag.ts';
import { keylessRuntimeContext } from '../operators/runtime-context.ts';
import { ResultCollector } from '../operators/result-collector.ts';
import type { KeyedTable } from '../state/entries.ts';
import { KeyedStateBackend } from '../state/keyed-state-backend.ts';
import { KeyedTimers } from '../state/keyed-timers.ts';
import type { StateCell } from '../state/state-cell.ts';
import { noStateForPatterns } from './cep-errors.ts';
import { forgetEvents, isIdle, newKeyMatches, type KeyMatches } from './key-matches.ts';
import { Matcher, type FoundMatch, type MatchListener } from './matcher.ts';
import type { Nfa } from './nfa.ts';
import type {
  PatternContext,
  PatternProcessFunction,
  TimedOutPartialMatchHandler,
} from './pattern-process-function.ts';

/** Orders two events: negative if the first comes first. */
export type EventComparator<T> = (a: T, b: T) => number;

export interface CepOptions {
  readonly keySelector: KeySelector;
  readonly nfa: Nfa;
  readonly inProcessingTime: boolean;
  /** Order of events with equal timestamps; that of their arrival if there is none. */
  readonly comparator?: EventComparator<unknown> | undefined;
  readonly lateTag?: string | undefined;
}

export type AnyPatternFunction = PatternProcessFunction<FoundMatch, unknown> &
  Partial<TimedOutPartialMatchHandler<FoundMatch>>;

/** What is kept of one key. */
interface KeyState {
  /** Events that wait for their time, in the order of time and then of arrival, and their times. */
  readonly events: unknown[];
  readonly times: number[];
  begun: KeyMatches | undefined;
  /** Where the key's timer stands: when the first event has waited long enough, or what is begun runs out of time. */
  due: number;
}

/**
 * Finds the matches of a pattern in the events of each key. In event time an event waits until the watermark has reached it, so
 * that events are matched in the order of their timestamps; one that comes behind the watermark is late. In processing time it
 * is matched as it comes, or, with a comparator, when the clock goes on.
 */
export class CepOperator extends KeyedOperator implements MatchListener {
  readonly #options: CepOptions;
  readonly #source: FunctionSource<AnyPatternFunction>;
  readonly #backend = new KeyedStateBackend();
  readonly #state: StateCell = this.#backend.cell('pattern');
  /** One a key, at most. */
  readonly #timers = new KeyedTimers();
  #spare: KeyMatches;
  #matcher!: Matcher;
  #function: AnyPatternFunction | undefined;
  #collector!: ResultCollector;
  #context!: PatternContext;
  /** Time of the events that are matched. */
  #now = 0;
  /** Time of the match that the function is called with. */
  #timestamp = 0;

  /** By the clock, the order of arrival is all there is. */
  override readonly showsOrder: boolean;

  constructor(options: CepOptions, source: FunctionSource<AnyPatternFunction>) {
    super(options.keySelector);
    this.showsOrder = options.inProcessingTime;
    this.#options = options;
    this.#source = source;
    this.#spare = newKeyMatches(options.nfa.shape);
  }

  override open(): void {
    const { runtime } = this;
    const { output } = this;
    const collector = (this.#collector = new ResultCollector(output));
    this.#context = {
      timestamp: () => this.#timestamp,
      currentProcessingTime: () => runtime.currentProcessingTime(),
      output: (tag, value) => output.sideOutput(tagId(tag), value, collector.timestamp),
    };
    this.#matcher = new Matcher(this.#options.nfa, this, () => runtime.currentProcessingTime());
    this.#function = this.#source.create(runtime.strictInstances);
    this.#function.setRuntimeContext(keylessRuntimeContext(this, noStateForPatterns));
    this.#function.open();
  }

  override close(): void {
    this.#function?.close();
  }

  processKeyed(key: unknown, value: unknown, timestamp: number | undefined): void {
    const { inProcessingTime, comparator, lateTag } = this.#options;
    this.#backend.setCurrentKey(key);
    if (inProcessingTime) {
      const now = this.runtime.currentProcessingTime();
      if (comparator !== undefined) return this.#wait(value, now);
      const state = (this.#state.get() as KeyState | undefined) ?? newKeyState();
      const { due } = state;
      this.#match(state, [value], now);
      return this.#keep(state, due);
    }
    if (timestamp === undefined) throw missingTimestamp('patterns in event time');
    if (timestamp <= this.currentWatermark) this.tooLate(value, timestamp, lateTag);
    else this.#wait(value, timestamp);
  }

  protected override onWatermark(timestamp: number): boolean {
    return this.#options.inProcessingTime || this.#advance(timestamp, this.runtime.mustStop);
  }

  override get nextProcessingTime(): number {
    return this.#options.inProcessingTime ? this.#timers.nextTime : Infinity;
  }

  override get lastProcessingTime(): number {
    return this.#options.inProcessingTime ? this.#timers.lastTime : -Infinity;
  }

  override onProcessingTime(time: number): void {
    if (this.#options.inProcessingTime) this.#advance(time);
  }

  override get timerCount(): number {
    return this.#timers.size;
  }

  override get stateEntryCount(): number {
    return this.#backend.entryCount;
  }

  override get tables(): readonly KeyedTable[] {
    return [this.#backend, this.#timers];
  }

  onMatch(match: FoundMatch): void {
    this.#at(this.#now);
    const results = this.#function!.processMatch(match, this.#context, this.#collector);
    if (results !== undefined) this.#collector.drain(results);
  }

  onTimeOut(match: FoundMatch, time: number): void {
    const fn = this.#function!;
    if (fn.processTimedOutMatch === undefined) return;
    this.#at(time);
    fn.processTimedOutMatch(match, this.#context);
  }

  #wait(value: unknown, timestamp: number): void {
    this.#state.look(value);
    let state = this.#state.get() as KeyState | undefined;
    if (state === undefined) this.#state.set((state = newKeyState()));
    const { times, events } = state;
    let at = times.length;
    while (at > 0 && times[at - 1]! > timestamp) at--;
    if (at === times.length) {
      times.push(timestamp);
      events.push(value);
    } else {
      times.splice(at, 0, timestamp);
      events.splice(at, 0, value);
    }
    if (timestamp < state.due) this.#schedule(state, timestamp);
  }

  /** Takes up, in the order of their times, all that was to wait until `now` at most; false if it must stop in between. */
  #advance(now: number, mustStop?: () => boolean): boolean {
    for (let due = this.#timers.poll(now); due !== undefined; due = this.#timers.poll(now)) {
      this.#backend.setCurrentKey(due.key);
      const state = this.#state.get() as KeyState;
      state.due = Infinity;
      this.#match(state, this.#eventsAt(state, due.time), due.time);
      this.#keep(state, Infinity);
      if (mustStop?.()) return false;
    }
    return true;
  }

  #eventsAt({ times, events }: KeyState, timestamp: number): readonly unknown[] {
    let count = 0;
    while (times[count] === timestamp) count++;
    times.splice(0, count);
    const due = events.splice(0, count);
    const { comparator } = this.#options;
    return comparator === undefined ? due : due.sort(comparator);
  }

  #match(state: KeyState, events: readonly unknown[], timestamp: number): void {
    const { shape } = this.#options.nfa;
    // An edit that keeps state may have changed the pattern: then nobody knows what was begun by the old one.
    const begun = state.begun?.shape === shape ? state.begun : undefined;
    const matches = begun ?? this.#spare;
    this.#now = timestamp;
    if (begun !== undefined) this.#matcher.advanceTime(matches, timestamp);
    for (const event of events) {
      this.failedRecord = event;
      this.#matcher.process(matches, event, timestamp);
    }
    this.failedRecord = undefined;
    if (isIdle(matches)) {
      state.begun = undefined;
      if (begun === undefined) forgetEvents(matches);
    } else if (begun === undefined) {
      state.begun = matches;
      this.#spare = newKeyMatches(shape);
    }
  }

  /** Keeps what is left of the current key, if anything is. @param due where its timer stands; `Infinity` for nowhere */
  #keep(state: KeyState, due: number): void {
    const { times, begun } = state;
    const next = Math.min(times[0] ?? Infinity, begun?.deadline ?? Infinity);
    if (next !== due) this.#schedule(state, next);
    this.#state.set(times.length === 0 && begun === undefined ? undefined : state);
  }

  #schedule(state: KeyState, due: number): void {
    const { currentKey } = this.#backend;
    if (state.due !== Infinity) this.#timers.delete(currentKey, state.due);
    if (due !== Infinity) this.#timers.register(currentKey, due);
    state.due = due;
  }

  #at(timestamp: number): void {
    this.#timestamp = timestamp;
    this.#collector.timestamp = this.#options.inProcessingTime ? undefined : timestamp;
  }
}

function newKeyState(): KeyState {
  return { events: [], times: [], begun: undefined, due: Infinity };
}
