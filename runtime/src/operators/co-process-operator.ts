import { refuseState } from './function-host.ts';
import type { CoProcessFunction, KeyedCoProcessFunction } from './co-process-function.ts';
import { ProcessContext } from './process-context.ts';
import type { TimeDomain } from './process-function.ts';
import { ResultCollector } from './result-collector.ts';
import { keyedRuntimeContext, keylessRuntimeContext } from './runtime-context.ts';
import { TwoInputFunctionOperator } from './two-input-function-operator.ts';
import type { InputKeys } from './two-input-operator.ts';

export type AnyCoProcessFunction =
  CoProcessFunction<unknown, unknown, unknown> | KeyedCoProcessFunction<unknown, unknown, unknown, unknown>;

/** Runs one function on two connected streams; with keys, state and timers of a key are one for both inputs. */
export class CoProcessOperator extends TwoInputFunctionOperator {
  readonly #create: (strict: boolean) => AnyCoProcessFunction;
  readonly #keyed: boolean;
  #function: AnyCoProcessFunction | undefined;
  #collector!: ResultCollector;
  #context!: ProcessContext;

  /** @param create makes the function object of this copy; `strict` refuses one that was opened before */
  constructor(create: (strict: boolean) => AnyCoProcessFunction, keys: InputKeys = {}) {
    super(keys);
    this.#create = create;
    this.#keyed = keys.first !== undefined;
  }

  override open(): void {
    const { runtime } = this;
    const host = this.host;
    const { backend } = host;
    this.#collector = new ResultCollector(this.output);
    this.#context = this.#keyed
      ? new ProcessContext(this.output, this.#collector, host.keyedTimers(runtime), () => backend.currentKey)
      : new ProcessContext(this.output, this.#collector, host.keylessTimers(runtime), refuseState);
    this.#function = this.#create(runtime.strictInstances);
    this.#function.setRuntimeContext(
      this.#keyed ? keyedRuntimeContext(this, backend.store) : keylessRuntimeContext(this, refuseState),
    );
    const states = this.#keyed ? () => backend.store : refuseState;
    host.checkpoints.initialize(this.#function, runtime, states);
    this.#function.open();
  }

  override close(): void {
    this.#function?.close();
  }

  processElement1(value: unknown, timestamp: number | undefined, key: unknown): void {
    if (this.#keyed) this.host.backend.setCurrentKey(key);
    const collector = this.#collector;
    collector.timestamp = timestamp;
    const results = this.#function!.processElement1(value, this.#context, collector);
    if (results !== undefined) collector.drain(results);
  }

  processElement2(value: unknown, timestamp: number | undefined, key: unknown): void {
    if (this.#keyed) this.host.backend.setCurrentKey(key);
    const collector = this.#collector;
    collector.timestamp = timestamp;
    const results = this.#function!.processElement2(value, this.#context, collector);
    if (results !== undefined) collector.drain(results);
  }

  protected override onTimer(time: number, domain: TimeDomain): void {
    this.#context.domain = domain;
    this.#collector.timestamp = time;
    this.#collector.drain(this.#function!.onTimer(time, this.#context, this.#collector));
  }
}
