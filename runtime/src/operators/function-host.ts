import { unsupported } from '../errors.ts';
import type { KeyedTable } from '../state/entries.ts';
import { KeyedStateBackend } from '../state/keyed-state-backend.ts';
import type { OperatorStateSnapshot } from '../state/operator-state.ts';
import { FunctionCheckpoints } from './checkpointed-function.ts';
import { KeyedTimers } from '../state/keyed-timers.ts';
import type { SweepSnapshot } from '../state/ttl-sweeper.ts';
import type { Operator, OperatorRuntime } from './operator.ts';
import type { TimeDomain, TimerService } from './process-function.ts';

export interface FunctionHostSnapshot {
  readonly sweep: SweepSnapshot | undefined;
  readonly operatorState?: OperatorStateSnapshot;
}

/** Called for a timer that is due; the current key is the timer's. */
export type OnDueTimer = (time: number, domain: TimeDomain) => void;

/** State and timers of a function object that is called with several kinds of records. */
export class FunctionHost {
  readonly backend = new KeyedStateBackend();
  /** Operator state of the function. */
  readonly checkpoints = new FunctionCheckpoints();
  readonly #eventTimers = new KeyedTimers('event-timers');
  readonly #processingTimers = new KeyedTimers('processing-timers');
  readonly #operator: Operator;
  readonly #onTimer: OnDueTimer;

  /** @param onTimer left out where there are no timers, as records have no key */
  constructor(operator: Operator, onTimer: OnDueTimer = () => undefined) {
    this.#operator = operator;
    this.#onTimer = onTimer;
  }

  /** Timers of the current key. */
  keyedTimers(runtime: OperatorRuntime): TimerService {
    const { backend } = this;
    backend.sweeper.clock = () => runtime.currentProcessingTime();
    return {
      ...this.#clocks(runtime),
      registerEventTimeTimer: (time) => this.#eventTimers.register(backend.currentKey, time),
      registerProcessingTimeTimer: (time) => this.#processingTimers.register(backend.currentKey, time),
      deleteEventTimeTimer: (time) => this.#eventTimers.delete(backend.currentKey, time),
      deleteProcessingTimeTimer: (time) => this.#processingTimers.delete(backend.currentKey, time),
    };
  }

  /** A timer service where there is no key: it tells the time and refuses timers. */
  keylessTimers(runtime: OperatorRuntime, refuse: () => never = refuseTimers): TimerService {
    return {
      ...this.#clocks(runtime),
      registerEventTimeTimer: refuse,
      registerProcessingTimeTimer: refuse,
      deleteEventTimeTimer: refuse,
      deleteProcessingTimeTimer: refuse,
    };
  }

  /** @returns false if it was left in the middle: it is to be called again */
  onWatermark(timestamp: number, { mustStop }: OperatorRuntime): boolean {
    return this.#fire(this.#eventTimers, timestamp, 'event-time', mustStop);
  }

  get nextProcessingTime(): number {
    return Math.min(this.#processingTimers.nextTime, this.backend.sweeper.nextTime);
  }

  get lastProcessingTime(): number {
    return this.#processingTimers.lastTime;
  }

  onProcessingTime(time: number): void {
    this.#fire(this.#processingTimers, time, 'processing-time');
    if (this.backend.sweeper.nextTime <= time) this.backend.sweeper.sweep();
  }

  get timerCount(): number {
    return this.#eventTimers.size + this.#processingTimers.size;
  }

  get stateEntryCount(): number {
    return this.backend.entryCount;
  }

  get tables(): readonly KeyedTable[] {
    return [this.backend, this.#eventTimers, this.#processingTimers];
  }

  snapshot(): FunctionHostSnapshot {
    // The function comes first: it may write to keyed state as well.
    const operatorState = this.checkpoints.snapshot();
    return { sweep: this.backend.sweeper.snapshot(), operatorState };
  }

  restore({ sweep, operatorState }: FunctionHostSnapshot): void {
    this.checkpoints.restore(operatorState);
    this.backend.sweeper.restore(sweep);
  }

  #clocks(runtime: OperatorRuntime): Pick<TimerService, 'currentProcessingTime' | 'currentWatermark'> {
    return {
      currentProcessingTime: () => runtime.currentProcessingTime(),
      currentWatermark: () => this.#operator.currentWatermark,
    };
  }

  #fire(timers: KeyedTimers, now: number, domain: TimeDomain, mustStop?: () => boolean): boolean {
    for (let due = timers.poll(now); due !== undefined; due = timers.poll(now)) {
      this.backend.setCurrentKey(due.key);
      this.#onTimer(due.time, domain);
      if (mustStop?.()) return false;
    }
    return true;
  }
}

/** Refuses the key, or state by it, where records have none. */
export function refuseState(): never {
  throw unsupported(
    'Keyed state on a stream without keys',
    'state belongs to a key.',
    'Group both streams by key before they meet: connected.keyBy(…, …).',
  );
}

function refuseTimers(): never {
  throw unsupported(
    'A timer on a stream without keys',
    'timers belong to a key.',
    'Group both streams by key before they meet: connected.keyBy(…, …).',
  );
}
