import { unsupported } from '../errors.ts';
import { cellIn } from '../state/state-cell.ts';
import { CellStateStore, type StateStore } from '../state/state-store.ts';
import type { KeyedStateBackend } from '../state/keyed-state-backend.ts';
import type { Window } from '../windows/window.ts';
import type { FunctionSource } from './function-source.ts';
import type { Operator, OperatorRuntime, Output } from './operator.ts';
import { tagId, type OutputTag } from './output-tag.ts';
import { ResultCollector } from './result-collector.ts';
import { keyedRuntimeContext } from './runtime-context.ts';
import { RichFunction } from './rich-function.ts';
import {
  ProcessAllWindowFunction,
  type AllWindowFunction,
  type ProcessWindowFunction,
  type WindowContext,
  type WindowFunction,
} from './window-function.ts';

/** States of one window of one key, by name. */
export type WindowCells = Map<string, unknown>;

type WindowObject =
  ProcessWindowFunction<unknown, unknown, unknown> | ProcessAllWindowFunction<unknown, unknown>;
type PlainWindowFunction = WindowFunction<unknown, unknown, unknown> | AllWindowFunction<unknown, unknown>;

/** What a user may give as a window function. */
export type AnyWindowFunction = PlainWindowFunction | WindowObject | (() => WindowObject);

/** Makes the function objects of windows. */
export type WindowFunctionSource = FunctionSource<WindowObject>;

export interface WindowEmitterOptions {
  /** Makes function objects, for all copies of the operator, if one was given. */
  readonly instances?: WindowFunctionSource;
  /** True if windows merge, and so have no state of their own. */
  readonly merging?: boolean;
  /** True on a stream without keys: functions are given none. */
  readonly keyless?: boolean;
}

/** Emits the results of windows, through the window function if there is one. */
export class WindowEmitter implements WindowContext {
  readonly #given: AnyWindowFunction | undefined;
  readonly #options: WindowEmitterOptions;
  #call: ((key: unknown, elements: readonly unknown[]) => unknown) | undefined;
  #instance: WindowObject | undefined;
  #operator!: Operator;
  #output!: Output;
  #runtime!: OperatorRuntime;
  #collector!: ResultCollector;
  #backend!: KeyedStateBackend;
  #cells: WindowCells | undefined;
  #cellsOf!: () => WindowCells;
  readonly #windowStore: StateStore = new CellStateStore(
    (name) =>
      cellIn(
        name,
        (make) => (make ? (this.#cells ??= this.#cellsOf()) : this.#cells),
        () => this.#backend.currentKey,
      ),
    // What expires is gone when it is read, and with its window at the latest: nothing sweeps here.
    { now: () => this.#runtime.currentProcessingTime(), written: () => undefined },
  );
  window!: Window;

  constructor(given: AnyWindowFunction | undefined, options: WindowEmitterOptions = {}) {
    this.#given = given;
    this.#options = options;
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
    const { instances, keyless } = this.#options;
    const given = this.#given as never;
    if (instances !== undefined) this.#adopt(instances.create(runtime.strictInstances));
    else this.#call = this.#caller(given, keyless ?? false);
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
   * @param cells the window's states; `makeCells` makes them when a first one is set; windows that merge have none
   */
  emit(
    key: unknown,
    window: Window,
    elements: readonly unknown[],
    cells?: WindowCells,
    makeCells: () => WindowCells = noCells,
  ): void {
    const collector = this.#enter(key, window, cells, makeCells);
    let results = this.#call!(key, elements);
    // It was a factory. That shows with its first call only: a plain function without parameters looks the same.
    if (results instanceof RichFunction) {
      this.#adopt(results as WindowObject);
      results = this.#call!(key, elements);
    }
    if (results !== undefined) collector.drain(results);
  }

  clear(key: unknown, window: Window, cells?: WindowCells, makeCells: () => WindowCells = noCells): void {
    this.#enter(key, window, cells, makeCells);
    this.#instance?.clear(this);
  }

  windowState(): StateStore {
    if (this.#options.merging) {
      throw unsupported(
        'State of a window that may merge',
        'windows would come with states that nobody knows how to merge.',
        'Keep it in context.globalState(), or use windows that do not merge.',
      );
    }
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

  #adopt(instance: WindowObject): void {
    const { store } = this.#backend;
    this.#instance = instance;
    const process = instance.process.bind(instance) as never;
    this.#call = this.#caller(process, instance instanceof ProcessAllWindowFunction);
    instance.setRuntimeContext(keyedRuntimeContext(this.#operator, store));
    instance.open();
  }

  #caller(fn: never, keyless: boolean): (key: unknown, elements: readonly unknown[]) => unknown {
    const collector = this.#collector;
    if (keyless) {
      const plain = fn as AllWindowFunction<unknown, unknown>;
      return (_key, elements) => plain(this, elements, collector);
    }
    const plain = fn as WindowFunction<unknown, unknown, unknown>;
    return (key, elements) => plain(key, this, elements, collector);
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

function noCells(): never {
  throw new TypeError('windows that merge have no state of their own');
}
