import { CellStateStore, type StateStore } from '../state/state-store.ts';
import type { KeyedStateBackend } from '../state/keyed-state-backend.ts';
import type { Window } from '../windows/window.ts';
import type { Collector } from './collector.ts';
import type { FunctionSource } from './function-source.ts';
import type { Operator, OperatorRuntime, Output } from './operator.ts';
import { tagId, type OutputTag } from './output-tag.ts';
import { ResultCollector } from './result-collector.ts';
import { ProcessWindowFunction, type WindowContext, type WindowFunction } from './window-function.ts';

/** States of one window of one key, by name. */
export type WindowCells = Map<string, unknown>;

/** What a user may give as a window function. */
export type AnyWindowFunction =
  | WindowFunction<unknown, unknown, unknown>
  | ProcessWindowFunction<unknown, unknown, unknown>
  | (() => ProcessWindowFunction<unknown, unknown, unknown>);

/** Makes the function objects of windows. */
export type WindowFunctionSource = FunctionSource<ProcessWindowFunction<unknown, unknown, unknown>>;

/** Emits the results of windows, through the window function if there is one. */
export class WindowEmitter implements WindowContext {
  readonly #given: AnyWindowFunction | undefined;
  readonly #instances: WindowFunctionSource | undefined;
  #function: WindowFunction<unknown, unknown, unknown> | undefined;
  #instance: ProcessWindowFunction<unknown, unknown, unknown> | undefined;
  #operator!: Operator;
  #output!: Output;
  #runtime!: OperatorRuntime;
  #collector!: ResultCollector;
  #backend!: KeyedStateBackend;
  #cells: WindowCells | undefined;
  #cellsOf!: () => WindowCells;
  readonly #windowStore: StateStore = new CellStateStore((name) => ({
    get: () => this.#cells?.get(name),
    set: (value) => {
      this.#cells ??= this.#cellsOf();
      if (value === undefined) this.#cells.delete(name);
      else this.#cells.set(name, value);
    },
  }));
  window!: Window;

  /** @param instances makes function objects, for all copies of the operator, if one was given */
  constructor(given: AnyWindowFunction | undefined, instances?: WindowFunctionSource) {
    this.#given = given;
    this.#instances = instances;
  }

  /** True if results go out as they are. */
  get bare(): boolean {
    return this.#given === undefined;
  }

  open(operator: Operator, output: Output, runtime: OperatorRuntime, backend: KeyedStateBackend): void {
    this.#operator = operator;
    this.#output = output;
    this.#runtime = runtime;
    this.#backend = backend;
    backend.sweeper.clock = () => runtime.currentProcessingTime();
    this.#collector = new ResultCollector(output);
    if (this.#instances !== undefined) this.#adopt(this.#instances.create(runtime.strictInstances));
    else this.#function = this.#given as WindowFunction<unknown, unknown, unknown>;
  }

  close(): void {
    this.#instance?.close();
  }

  /** True if windows must be told when they are cleaned up. */
  get clears(): boolean {
    return this.#instance !== undefined;
  }

  /**
   * Applies the window function to what a window holds.
   * @param cells the window's states; `makeCells` makes them when a first one is set
   */
  emit(
    key: unknown,
    window: Window,
    elements: readonly unknown[],
    cells: WindowCells | undefined,
    makeCells: () => WindowCells,
  ): void {
    const collector = this.#enter(key, window, cells, makeCells);
    if (this.#instance === undefined) {
      const results: unknown = this.#function!(key, this, elements, collector);
      if (!(results instanceof ProcessWindowFunction)) {
        if (results !== undefined) collector.drain(results);
        return;
      }
      // It was a factory. That shows with its first call only: a plain function without parameters looks the same.
      this.#adopt(results as ProcessWindowFunction<unknown, unknown, unknown>);
    }
    const results = this.#instance!.process(key, this, elements, collector as Collector<unknown>);
    if (results !== undefined) collector.drain(results);
  }

  clear(key: unknown, window: Window, cells: WindowCells | undefined, makeCells: () => WindowCells): void {
    this.#enter(key, window, cells, makeCells);
    this.#instance?.clear(this);
  }

  windowState(): StateStore {
    return this.#windowStore;
  }

  globalState(): StateStore {
    return this.#backend.store;
  }

  currentWatermark(): number {
    return this.#operator.currentWatermark;
  }

  currentProcessingTime(): number {
    return this.#runtime.currentProcessingTime();
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    this.#output.sideOutput(tagId(tag), value, this.#collector.timestamp);
  }

  #adopt(instance: ProcessWindowFunction<unknown, unknown, unknown>): void {
    const { store } = this.#backend;
    this.#instance = instance;
    instance.setRuntimeContext({
      getTaskName: () => this.#runtime.name,
      getState: (descriptor) => store.getState(descriptor),
      getListState: (descriptor) => store.getListState(descriptor),
      getMapState: (descriptor) => store.getMapState(descriptor),
      getReducingState: (descriptor) => store.getReducingState(descriptor),
      getAggregatingState: (descriptor) => store.getAggregatingState(descriptor),
    });
    instance.open();
  }

  #enter(
    key: unknown,
    window: Window,
    cells: WindowCells | undefined,
    makeCells: () => WindowCells,
  ): ResultCollector {
    this.#backend.setCurrentKey(key);
    this.window = window;
    this.#cells = cells;
    this.#cellsOf = makeCells;
    this.#collector.timestamp = window.maxTimestamp();
    return this.#collector;
  }
}
