import { unknownBroadcastState } from '../errors.ts';
import type { BroadcastState } from '../state/broadcast-state.ts';
import type { MapStateDescriptor } from '../state/map-state.ts';
import type { StateDescriptor } from '../state/state-store.ts';
import type { BroadcastOnTimerContext, KeyedBroadcastContext } from './broadcast-process-function.ts';
import type { Output } from './operator.ts';
import { ProcessContext } from './process-context.ts';
import type { TimerService } from './process-function.ts';
import type { ResultCollector } from './result-collector.ts';

/** What a context reaches of its operator's state. */
export interface BroadcastStates {
  /** Broadcast states by name, as this side may use them. */
  readonly broadcast: ReadonlyMap<string, BroadcastState<unknown, unknown>>;
  readonly currentKey: () => unknown;
  readonly applyToKeyedState: (
    descriptor: StateDescriptor,
    fn: (key: unknown, state: unknown) => void,
  ) => void;
}

/** The context of functions on broadcast streams: one object for each side. */
export class BroadcastProcessContext
  extends ProcessContext
  implements Omit<BroadcastOnTimerContext, 'getBroadcastState'>
{
  readonly #timers: TimerService;
  readonly #states: BroadcastStates;

  constructor(output: Output, collector: ResultCollector, timers: TimerService, states: BroadcastStates) {
    super(output, collector, timers, states.currentKey);
    this.#timers = timers;
    this.#states = states;
  }

  currentProcessingTime(): number {
    return this.#timers.currentProcessingTime();
  }

  currentWatermark(): number {
    return this.#timers.currentWatermark();
  }

  getBroadcastState<K, V>({ name }: MapStateDescriptor<K, V>): BroadcastState<K, V> {
    const { broadcast } = this.#states;
    const state = broadcast.get(name);
    if (state === undefined) throw unknownBroadcastState(name, [...broadcast.keys()]);
    return state as BroadcastState<unknown, unknown> as BroadcastState<K, V>;
  }

  readonly applyToKeyedState: KeyedBroadcastContext['applyToKeyedState'] = (
    descriptor: unknown,
    fn: (key: never, state: never) => void,
  ): void => {
    this.#states.applyToKeyedState(
      descriptor as StateDescriptor,
      fn as (key: unknown, state: unknown) => void,
    );
  };
}
