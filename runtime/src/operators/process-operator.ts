import { unsupported } from '../errors.ts';
import type { OperatorStateSnapshot } from '../state/operator-state.ts';
import { FunctionCheckpoints } from './checkpointed-function.ts';
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
  readonly #source: Pick<FunctionSource<ProcessFunction<unknown, unknown>>, 'create'>;
  readonly #checkpoints = new FunctionCheckpoints();
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
    const timers = {
      currentProcessingTime: () => runtime.currentProcessingTime(),
      currentWatermark: () => this.currentWatermark,
      registerEventTimeTimer: refuseTimers,
      registerProcessingTimeTimer: refuseTimers,
      deleteEventTimeTimer: refuseTimers,
      deleteProcessingTimeTimer: refuseTimers,
    };
    this.#context = new ProcessContext(this.output, this.#collector, timers, refuseState);
    this.#function = this.#source.create(runtime.strictInstances);
    this.#function.setRuntimeContext(keylessRuntimeContext(this, refuseState));
    this.#checkpoints.initialize(this.#function, runtime, refuseState);
    this.#function.open();
  }

  override close(): void {
    this.#function?.close();
  }

  override snapshot(): { readonly operatorState: OperatorStateSnapshot } | undefined {
    const operatorState = this.#checkpoints.snapshot();
    return operatorState && { operatorState };
  }

  override restore(state: unknown): void {
    this.#checkpoints.restore((state as { operatorState: OperatorStateSnapshot }).operatorState);
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const collector = this.#collector;
    collector.timestamp = timestamp;
    collector.drain(this.#function!.processElement(value, this.#context, collector));
  }
}
