import { noCurrentKey } from '../errors.ts';
import { CellBroadcastState, ReadOnlyMapState, type BroadcastState } from '../state/broadcast-state.ts';
import { stateBy } from '../state/state-by.ts';
import { cellIn } from '../state/state-cell.ts';
import { CellStateStore, cellNameOf, type StateDescriptor, type StateStore } from '../state/state-store.ts';
import type {
  BroadcastProcessFunction,
  KeyedBroadcastProcessFunction,
} from './broadcast-process-function.ts';
import { BroadcastProcessContext } from './broadcast-process-context.ts';
import { refuseState, type FunctionHostSnapshot } from './function-host.ts';
import type { FunctionSource } from './function-source.ts';
import type { KeySelector } from './key-selector.ts';
import type { Partitioning } from './stream-partitioner.ts';
import { ResultCollector } from './result-collector.ts';
import { keyedRuntimeContext, keylessRuntimeContext } from './runtime-context.ts';
import type { TimeDomain } from './process-function.ts';
import { TwoInputFunctionOperator } from './two-input-function-operator.ts';

export type AnyBroadcastFunction =
  | BroadcastProcessFunction<unknown, unknown, unknown>
  | KeyedBroadcastProcessFunction<unknown, unknown, unknown, unknown>;

interface BroadcastOperatorState {
  readonly broadcast: ReadonlyMap<string, unknown>;
  readonly host: FunctionHostSnapshot;
}

/**
 * Runs one function on a stream and a broadcast stream. Broadcast records write to the broadcast states, the others read
 * them. With keys, the other records have keyed state and timers too, and broadcast records reach those of all keys.
 */
export class BroadcastProcessOperator extends TwoInputFunctionOperator {
  readonly #source: FunctionSource<AnyBroadcastFunction>;
  readonly #names: readonly string[];
  readonly #keyed: boolean;
  readonly #broadcast = new Map<string, unknown>();
  #function: AnyBroadcastFunction | undefined;
  #collector!: ResultCollector;
  #context!: BroadcastProcessContext;
  #broadcastContext!: BroadcastProcessContext;
  #atBroadcast = false;

  /** @param names of the broadcast states */
  constructor(
    source: FunctionSource<AnyBroadcastFunction>,
    names: readonly string[],
    keySelector?: KeySelector,
  ) {
    super({ first: keySelector });
    this.#source = source;
    this.#names = names;
    this.#keyed = keySelector !== undefined;
  }

  override partitioning(input: number): Partitioning {
    return input === 1 ? 'broadcast' : super.partitioning(input);
  }

  override open(): void {
    const { runtime } = this;
    const host = this.host;
    const collector = (this.#collector = new ResultCollector(this.output));
    const states = new Map(this.#names.map((name) => [name, this.#stateOf(name)]));
    const readOnly = new Map([...states].map(([name, state]) => [name, new ReadOnlyMapState(state, name)]));
    const applyToKeyedState = this.#keyed ? this.#applyToKeyedState : refuseState;
    this.#context = new BroadcastProcessContext(
      this.output,
      collector,
      this.#keyed ? host.keyedTimers(runtime) : host.keylessTimers(runtime),
      {
        broadcast: readOnly,
        currentKey: this.#keyed ? () => host.backend.currentKey : refuseState,
        applyToKeyedState,
      },
    );
    const refuse = (what: string) => (): never => {
      throw noCurrentKey(what);
    };
    this.#broadcastContext = new BroadcastProcessContext(
      this.output,
      collector,
      this.#keyed ? host.keylessTimers(runtime, refuse('A timer')) : host.keylessTimers(runtime),
      {
        broadcast: states,
        currentKey: this.#keyed ? refuse('The current key') : refuseState,
        applyToKeyedState,
      },
    );
    this.#function = this.#source.create(runtime.strictInstances);
    this.#function.setRuntimeContext(
      this.#keyed
        ? keyedRuntimeContext(this, this.#guardedStore())
        : keylessRuntimeContext(this, refuseState),
    );
    const keyedStates = this.#keyed ? () => host.backend.store : refuseState;
    host.checkpoints.initialize(this.#function, runtime, keyedStates);
    this.#function.open();
  }

  override close(): void {
    this.#function?.close();
  }

  processElement1(value: unknown, timestamp: number | undefined, key: unknown): void {
    if (this.#keyed) this.host.backend.setCurrentKey(key);
    const collector = this.#collector;
    collector.timestamp = timestamp;
    const results = this.#function!.processElement(value, this.#context, collector);
    if (results !== undefined) collector.drain(results);
  }

  processElement2(value: unknown, timestamp: number | undefined): void {
    const collector = this.#collector;
    collector.timestamp = timestamp;
    this.#atBroadcast = true;
    // What the function returns may be a generator, which runs while it is drained.
    collector.drain(this.#function!.processBroadcastElement(value, this.#broadcastContext, collector));
    this.#atBroadcast = false;
  }

  protected override onTimer(time: number, domain: TimeDomain): void {
    const fn = this.#function!;
    this.#context.domain = domain;
    this.#collector.timestamp = time;
    if ('onTimer' in fn) this.#collector.drain(fn.onTimer(time, this.#context, this.#collector));
  }

  override snapshot(): BroadcastOperatorState {
    return { broadcast: new Map(this.#broadcast), host: this.host.snapshot() };
  }

  override restore(state: unknown): void {
    const { broadcast, host } = state as BroadcastOperatorState;
    for (const [name, map] of broadcast) this.#broadcast.set(name, map);
    this.host.restore(host);
  }

  #stateOf(name: string): BroadcastState<unknown, unknown> {
    return new CellBroadcastState(cellIn(name, () => this.#broadcast));
  }

  /** Keyed state that refuses to be touched while a broadcast record, which has no key, is handled. */
  #guardedStore(): StateStore {
    return new CellStateStore((name) => {
      const cell = this.host.backend.cell(name);
      const check = () => {
        if (this.#atBroadcast) throw noCurrentKey(`The state '${name}'`);
      };
      return {
        get: () => {
          check();
          return cell.get();
        },
        set: (value) => {
          check();
          cell.set(value);
        },
        look: (value) => cell.look(value),
        describe: (state) => cell.describe?.(state),
      };
    }, this.host.backend.sweeper);
  }

  readonly #applyToKeyedState = (
    descriptor: StateDescriptor,
    fn: (key: unknown, state: unknown) => void,
  ): void => {
    const { backend } = this.host;
    const state = stateBy(backend.store, descriptor);
    for (const key of backend.keysWith(cellNameOf(descriptor))) {
      backend.setCurrentKey(key);
      fn(key, state);
    }
  };
}
