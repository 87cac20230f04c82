import type { OperatorStateSnapshot, OperatorStateStore } from '../state/operator-state.ts';
import { OperatorStates, withUnions } from '../state/operator-state.ts';
import type { StateStore } from '../state/state-store.ts';
import { registerListener } from './checkpoint-listener.ts';
import type { OperatorRuntime } from './operator.ts';

/** What a function may ask when a snapshot is taken. */
export interface FunctionSnapshotContext {
  /** The lane's clock in epoch ms. */
  getCheckpointTimestamp(): number;
}

/** What a function may ask when it begins. */
export interface FunctionInitializationContext {
  /** True if it goes on from a snapshot. */
  isRestored(): boolean;
  /** State of the operator itself: lists, and broadcast maps. */
  getOperatorStateStore(): OperatorStateStore;
  /** State by keys; an error on a stream without keys. */
  getKeyedStateStore(): StateStore;
}

/**
 * A process function that keeps something beside its keyed state. `initializeState` comes before `open`.
 * @example
 * class Buffering extends ProcessFunction<number, number> implements CheckpointedFunction {
 *   #buffer: number[] = [];
 *   #saved!: ListState<number>;
 *   initializeState(context: FunctionInitializationContext) {
 *     this.#saved = context
 *       .getOperatorStateStore()
 *       .getListState(new ListStateDescriptor<number>('buffer'));
 *     this.#buffer = [...this.#saved.get()];
 *   }
 *   snapshotState() {
 *     this.#saved.update(this.#buffer);
 *   }
 *   processElement(value: number) {
 *     this.#buffer.push(value);
 *     return this.#buffer.length < 3 ? [] : this.#buffer.splice(0);
 *   }
 * }
 * const result = await testJob([element(1), element(2), snapshot(), element(3)], (numbers) =>
 *   numbers.process(() => new Buffering()),
 * );
 * result.records.map(({ value }) => value); // → [1, 2, 3]
 */
export interface CheckpointedFunction {
  /** Called before `open`: the place to get operator state, and to take up what a snapshot holds. */
  initializeState(context: FunctionInitializationContext): void;
  /** Called when a snapshot is taken: what is kept in fields goes into the state. */
  snapshotState(context: FunctionSnapshotContext): void;
}

/** A function object that runs another one, which is the user's. */
export interface FunctionAdapter {
  /** Calls back with the function inside, before that is opened. */
  onInner(callback: (inner: object) => void): void;
}

function isAdapter(fn: object): fn is FunctionAdapter {
  return typeof (fn as Partial<FunctionAdapter>).onInner === 'function';
}

/** The operator's end of a function with operator state. */
export class FunctionCheckpoints {
  readonly #states = new OperatorStates();
  #restored = false;
  #function: CheckpointedFunction | undefined;
  #runtime: OperatorRuntime | undefined;

  /** To be called before the function's `open`. */
  initialize(fn: object, runtime: OperatorRuntime, keyedStates: () => StateStore): void {
    if (isAdapter(fn)) return fn.onInner((inner) => this.initialize(inner, runtime, keyedStates));
    registerListener(fn, runtime);
    if (!isCheckpointed(fn)) return;
    this.#function = fn;
    this.#runtime = runtime;
    fn.initializeState({
      isRestored: () => this.#restored,
      getOperatorStateStore: () => this.#states,
      getKeyedStateStore: keyedStates,
    });
  }

  /** `undefined` if the function has no operator state. */
  snapshot(): OperatorStateSnapshot | undefined {
    const runtime = this.#runtime;
    // A function that is made for its first record may not be there yet.
    if (this.#function === undefined || runtime === undefined)
      return this.#restored ? this.#states.snapshot() : undefined;
    this.#function.snapshotState({ getCheckpointTimestamp: () => runtime.currentProcessingTime() });
    return this.#states.snapshot();
  }

  restore(snapshot: OperatorStateSnapshot | undefined): void {
    if (snapshot === undefined) return;
    this.#restored = true;
    this.#states.restore(snapshot);
  }
}

/** Gives every subtask the union lists of all, in what they are to be restored from. */
export function shareUnionLists(states: readonly unknown[]): void {
  const holders = states.flatMap((state) => holderOf(state) ?? []);
  const shared = withUnions(holders.map(({ operatorState }) => operatorState));
  holders.forEach((holder, at) => (holder.operatorState = shared[at]!));
}

function holderOf(state: unknown): { operatorState: OperatorStateSnapshot } | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  if ('host' in state) return holderOf(state.host);
  const { operatorState } = state as { operatorState?: OperatorStateSnapshot };
  return operatorState === undefined ? undefined : (state as { operatorState: OperatorStateSnapshot });
}

function isCheckpointed(fn: object): fn is CheckpointedFunction {
  const { initializeState, snapshotState } = fn as Partial<CheckpointedFunction>;
  return typeof initializeState === 'function' && typeof snapshotState === 'function';
}
