import { unsupported } from '../errors.ts';
import { FunctionHost } from './function-host.ts';
import { Operator } from './operator.ts';
import type { FunctionSource } from './function-source.ts';
import { ProcessContext } from './process-context.ts';
import type { ProcessFunction } from './process-function.ts';
import { ResultCollector } from './result-collector.ts';
import { keylessRuntimeContext } from './runtime-context.ts';

function refuseTimers(): never {
  throw unsupported(
    'A timer on a stream without keys',
    'timers belong to a key.',
    'Use keyBy(…) and a KeyedProcessFunction.',
  );
}

function refuseState(): never {
  throw unsupported(
    'Keyed state on a stream without keys',
    'state belongs to a key.',
    'Use keyBy(…) and a KeyedProcessFunction.',
  );
}

/** Runs a process function on a stream without keys. */
export class ProcessOperator extends Operator {
  protected override readonly host: FunctionHost = new FunctionHost(this);
  readonly #source: Pick<FunctionSource<ProcessFunction<unknown, unknown>>, 'create'>;
  #function: ProcessFunction<unknown, unknown> | undefined;
  #collector!: ResultCollector;
  #context!: ProcessContext;

  constructor(source: Pick<FunctionSource<ProcessFunction<unknown, unknown>>, 'create'>) {
    super();
    this.#source = source;
  }

  override open(): void {
    const { runtime } = this;
    this.#collector = new ResultCollector(this.output);
    const timers = this.host.keylessTimers(runtime, refuseTimers);
    this.#context = new ProcessContext(this.output, this.#collector, timers, refuseState);
    this.#function = this.#source.create(runtime.strictInstances);
    this.#function.setRuntimeContext(keylessRuntimeContext(this, refuseState));
    this.host.checkpoints.initialize(this.#function, runtime, refuseState);
    this.#function.open();
  }

  override close(): void {
    this.#function?.close();
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const collector = this.#collector;
    collector.timestamp = timestamp;
    collector.drain(this.#function!.processElement(value, this.#context, collector));
  }
}
