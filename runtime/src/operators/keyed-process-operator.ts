import type { FusionScope } from './fusion-scope.ts';
import { FunctionHost } from './function-host.ts';
import { keyedRuntimeContext } from './runtime-context.ts';
import type { FunctionSource } from './function-source.ts';
import type { KeySelector } from './key-selector.ts';
import { KeyedOperator } from './keyed-operator.ts';
import { ProcessContext } from './process-context.ts';
import type { KeyedProcessFunction, ProcessFunction, TimeDomain } from './process-function.ts';
import { ResultCollector } from './result-collector.ts';

type AnyKeyedFunction = KeyedProcessFunction<unknown, unknown, unknown> | ProcessFunction<unknown, unknown>;

/** Runs a process function with state and timers a key. */
export class KeyedProcessOperator extends KeyedOperator {
  override readonly showsOrder = true;
  protected override readonly host: FunctionHost = new FunctionHost(this, (time, domain) =>
    this.#onTimer(time, domain),
  );
  readonly #source: Pick<FunctionSource<AnyKeyedFunction>, 'create'>;
  // Generated code reads those without `#`.
  readonly backend = this.host.backend;
  override readonly ahead = this.backend;
  function: AnyKeyedFunction | undefined;
  collector!: ResultCollector;
  context!: ProcessContext;

  constructor(keySelector: KeySelector, source: Pick<FunctionSource<AnyKeyedFunction>, 'create'>) {
    super(keySelector);
    this.#source = source;
  }

  override open(): void {
    const { runtime, host } = this;
    const { backend, checkpoints } = host;
    this.collector = new ResultCollector(this.output);
    const timers = host.keyedTimers(runtime);
    this.context = new ProcessContext(this.output, this.collector, timers, () => backend.currentKey);
    this.function = this.#source.create(runtime.strictInstances);
    this.function.setRuntimeContext(keyedRuntimeContext(this, backend.store));
    checkpoints.initialize(this.function, runtime, () => backend.store);
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
${scope.bind(this.backend)}.setCurrentKey(${scope.keyOf(this.keySelector, value)});
const ${collector} = ${operator}.collector;
${collector}.timestamp = ${timestamp};
const ${results} = ${operator}.function.processElement(${value}, ${operator}.context, ${collector});
if (${results} !== undefined) ${collector}.drain(${results});`;
  }

  #onTimer(time: number, domain: TimeDomain): void {
    const fn = this.function!;
    if (!('onTimer' in fn)) return;
    this.context.domain = domain;
    this.collector.timestamp = time;
    const results = fn.onTimer(time, this.context, this.collector);
    if (results !== undefined) this.collector.drain(results);
  }
}
