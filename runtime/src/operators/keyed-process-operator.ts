import type { KeyedTable } from '../state/entries.ts';
import { KeyedStateBackend } from '../state/keyed-state-backend.ts';
import { KeyedTimers } from '../state/keyed-timers.ts';
import type { SweepSnapshot } from '../state/ttl-sweeper.ts';
import type { FusionScope } from './fusion-scope.ts';
import type { OperatorStateSnapshot } from '../state/operator-state.ts';
import { FunctionCheckpoints } from './checkpointed-function.ts';
import { keyedRuntimeContext } from './runtime-context.ts';
import type { FunctionSource } from './function-source.ts';
import type { KeySelector } from './key-selector.ts';
import { KeyedOperator } from './keyed-operator.ts';
import { ProcessContext } from './process-context.ts';
import type { KeyedProcessFunction, ProcessFunction } from './process-function.ts';
import { ResultCollector } from './result-collector.ts';

interface KeyedProcessState {
  readonly sweep: SweepSnapshot | undefined;
  readonly operatorState?: OperatorStateSnapshot;
}

type AnyKeyedFunction = KeyedProcessFunction<unknown, unknown, unknown> | ProcessFunction<unknown, unknown>;

/** Runs a process function with state and timers a key. */
export class KeyedProcessOperator extends KeyedOperator {
  override readonly showsOrder = true;
  readonly #source: Pick<FunctionSource<AnyKeyedFunction>, 'create'>;
  // Generated code reads those without `#`.
  readonly backend = new KeyedStateBackend();
  readonly #eventTimers = new KeyedTimers('event-timers');
  readonly #processingTimers = new KeyedTimers('processing-timers');
  readonly #checkpoints = new FunctionCheckpoints();
  function: AnyKeyedFunction | undefined;
  collector!: ResultCollector;
  context!: ProcessContext;

  constructor(keySelector: KeySelector, source: Pick<FunctionSource<AnyKeyedFunction>, 'create'>) {
    super(keySelector);
    this.#source = source;
  }

  override open(): void {
    const { runtime } = this;
    const backend = this.backend;
    backend.sweeper.clock = () => runtime.currentProcessingTime();
    this.collector = new ResultCollector(this.output);
    const timers = {
      currentProcessingTime: () => runtime.currentProcessingTime(),
      currentWatermark: () => this.currentWatermark,
      registerEventTimeTimer: (time: number) => this.#eventTimers.register(backend.currentKey, time),
      registerProcessingTimeTimer: (time: number) =>
        this.#processingTimers.register(backend.currentKey, time),
      deleteEventTimeTimer: (time: number) => this.#eventTimers.delete(backend.currentKey, time),
      deleteProcessingTimeTimer: (time: number) => this.#processingTimers.delete(backend.currentKey, time),
    };
    this.context = new ProcessContext(this.output, this.collector, timers, () => backend.currentKey);
    const { store } = backend;
    this.function = this.#source.create(runtime.strictInstances);
    this.function.setRuntimeContext(keyedRuntimeContext(this, store));
    this.#checkpoints.initialize(this.function, runtime, () => store);
    this.function.open();
  }

  override close(): void {
    this.function?.close();
  }

  processKeyed(key: unknown, value: unknown, timestamp: number | undefined): void {
    this.backend.setCurrentKey(key);
    const collector = this.collector;
    collector.timestamp = timestamp;
    const results = this.function!.processElement(value, this.context, collector);
    if (results !== undefined) collector.drain(results);
  }

  override fuse(
    scope: FusionScope,
    value: string,
    timestamp: string,
    _next: (value: string) => string,
    _input: number,
  ): string {
    const operator = scope.bind(this);
    const collector = scope.local();
    const results = scope.local();
    return `
${scope.bind(this.backend)}.setCurrentKey(${this.keySelector.write(scope, value)});
const ${collector} = ${operator}.collector;
${collector}.timestamp = ${timestamp};
const ${results} = ${operator}.function.processElement(${value}, ${operator}.context, ${collector});
if (${results} !== undefined) ${collector}.drain(${results});`;
  }

  protected override onWatermark(timestamp: number): boolean {
    this.context.domain = 'event-time';
    return this.#fire(this.#eventTimers, timestamp, this.runtime.mustStop);
  }

  override get nextProcessingTime(): number {
    return Math.min(this.#processingTimers.nextTime, this.backend.sweeper.nextTime);
  }

  override get lastProcessingTime(): number {
    return this.#processingTimers.lastTime;
  }

  override onProcessingTime(time: number): void {
    this.context.domain = 'processing-time';
    this.#fire(this.#processingTimers, time);
    if (this.backend.sweeper.nextTime <= time) this.backend.sweeper.sweep();
  }

  override get timerCount(): number {
    return this.#eventTimers.size + this.#processingTimers.size;
  }

  override get stateEntryCount(): number {
    return this.backend.entryCount;
  }

  override get tables(): readonly KeyedTable[] {
    return [this.backend, this.#eventTimers, this.#processingTimers];
  }

  override snapshot(): KeyedProcessState {
    // The function comes first: it may write to keyed state as well.
    const operatorState = this.#checkpoints.snapshot();
    return { sweep: this.backend.sweeper.snapshot(), operatorState };
  }

  override restore(state: unknown): void {
    const { sweep, operatorState } = state as KeyedProcessState;
    this.#checkpoints.restore(operatorState);
    this.backend.sweeper.restore(sweep);
  }

  #fire(timers: KeyedTimers, now: number, mustStop?: () => boolean): boolean {
    const fn = this.function!;
    for (let due = timers.poll(now); due !== undefined; due = timers.poll(now)) {
      this.backend.setCurrentKey(due.key);
      this.collector.timestamp = due.time;
      if ('onTimer' in fn) this.collector.drain(fn.onTimer(due.time, this.context, this.collector));
      if (mustStop?.()) return false;
    }
    return true;
  }
}
