import { badArgument, unsupported } from '../errors.ts';
import { collectionSource, sequenceSource } from '../connectors/collection-source.ts';
import { socketSource } from '../connectors/socket-source.ts';
import type { Source } from '../connectors/source.ts';
import type { ExecutionBackend } from '../engine/backend.ts';
import { localCheckpoints } from '../checkpoint/local-checkpoints.ts';
import { createLocalBackend } from '../engine/local-backend.ts';
import type { RestartStrategy } from '../engine/execution-settings.ts';
import { StreamGraph } from '../graph/stream-graph.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { WatermarkStrategy } from '../time/watermark-strategy.ts';
import { checkpointSettings, type CheckpointingOptions } from './checkpointing-options.ts';
import { DataStream } from './data-stream.ts';
import type { JobClient } from './job-client.ts';
import { checkKeyGroups } from './parallelism.ts';
import { checkSetting } from '../table/settings.ts';
import { TableEnvironment } from './table/table-environment.ts';

/** How jobs run: record by record, or over bounded input as a whole; `automatic` chooses by the input. */
export type RuntimeMode = 'streaming' | 'batch' | 'automatic';

/**
 * Settings of all jobs of an environment.
 * @example
 * env.getConfig().setAutoWatermarkInterval('1 s').getAutoWatermarkInterval(); // → 1000
 */
export class ExecutionConfig {
  readonly #graph: StreamGraph;

  /** Made by an environment. @internal */
  constructor(graph: StreamGraph) {
    this.#graph = graph;
  }

  /**
   * How often `assignTimestampsAndWatermarks` emits a watermark, 200 ms unless set; for streams made from now on.
   * Sources emit theirs after every batch of records.
   * @throws {TidemarkError} `bad-argument` unless it is positive.
   * @example
   * env.getConfig().setAutoWatermarkInterval(0); // throws 'bad-argument'
   */
  setAutoWatermarkInterval(interval: DurationLike): this {
    const millis = toMillis(interval);
    if (millis <= 0) {
      throw badArgument(
        'autoWatermarkInterval',
        interval,
        'It must be > 0.',
        "Give a duration such as '200 ms'.",
      );
    }
    this.#graph.autoWatermarkInterval = millis;
    return this;
  }

  /**
   * Sets an option of tables and SQL by Flink's key, for what is planned from now on: `table.exec.state.ttl`,
   * `table.exec.mini-batch.enabled`, `table.exec.mini-batch.size`, `table.exec.mini-batch.allow-latency`,
   * `table.optimizer.reuse-sub-plan-enabled`,
   * `table.exec.source.cdc-events-duplicate`, `table.local-time-zone`.
   * @throws {TidemarkError} `bad-argument` for another option, or a value that it does not take
   * @example
   * env.getConfig().set('table.exec.state.ttl', '1 h').get('table.exec.state.ttl'); // → '1 h'
   */
  set(key: string, value: string): this {
    checkSetting(key, value);
    this.#graph.options.set(key, value);
    return this;
  }

  /** What an option is set to; `undefined` if it is not. */
  get(key: string): string | undefined {
    return this.#graph.options.get(key);
  }

  /** The interval in ms. */
  getAutoWatermarkInterval(): number {
    return this.#graph.autoWatermarkInterval ?? 200;
  }
}

/** What a job may be started with besides a name. */
export interface ExecuteOptions {
  /** Names the job, and what `JobClient` and errors call it. */
  readonly name?: string;
  /** A savepoint to start from: state is found by the uids of operators. */
  readonly fromSavepoint?: string;
  /** Starts although the savepoint has state of operators that are gone. */
  readonly allowNonRestoredState?: boolean;
}

let registered: StreamExecutionEnvironment | undefined;

/** Sets what `getExecutionEnvironment` returns: a session's environment; `undefined` takes it back. */
export function setExecutionEnvironment(environment: StreamExecutionEnvironment | undefined): void {
  registered = environment;
}

/**
 * Where streams begin and jobs start.
 * @example
 * const env = StreamExecutionEnvironment.getExecutionEnvironment();
 * env
 *   .fromData(1, 2, 3)
 *   .map((n) => n * 2)
 *   .print();
 * await (await env.execute('doubles')).finished(); // prints '2', '4', '6'
 */
export class StreamExecutionEnvironment extends TableEnvironment {
  readonly #graph: StreamGraph;
  readonly #config: ExecutionConfig;

  /** Use `getExecutionEnvironment()`. @internal */
  constructor(backend: ExecutionBackend) {
    super();
    this.#graph = new StreamGraph(backend);
    this.#graph.environment = this;
    this.#config = new ExecutionConfig(this.#graph);
  }

  /**
   * The session's environment in a notebook, elsewhere a new one that runs jobs in this process.
   * @example
   * const numbers = StreamExecutionEnvironment.getExecutionEnvironment().fromData(1, 2);
   * await numbers.executeAndCollect(); // → [1, 2]
   */
  static getExecutionEnvironment(): StreamExecutionEnvironment {
    return registered ?? new StreamExecutionEnvironment(createLocalBackend(localCheckpoints));
  }

  /** The graph that its streams are added to. @internal */
  get graph(): StreamGraph {
    return this.#graph;
  }

  /**
   * Settings of all its jobs.
   * @example
   * env.getConfig().getAutoWatermarkInterval(); // → 200
   */
  getConfig(): ExecutionConfig {
    return this.#config;
  }

  /**
   * How jobs of sources made from now on run. `'streaming'`, the default: results as records come. `'batch'`, for
   * input that ends: event time stands still until then, so that nothing is late; running aggregates emit one result
   * a key, timers of the clock fire at the end, and results are those that streaming has in the end. `'automatic'`:
   * batch if all input of a job is bounded.
   * @throws {TidemarkError} `bad-argument`; and in batch mode from `fromSource`, `unsupported` for a source
   *   without an end
   * @example
   * env.setRuntimeMode('batch');
   * const sums = env.fromData({ k: 'a', n: 1 }, { k: 'a', n: 2 }).keyBy('k').sum('n');
   * await sums.executeAndCollect(); // → [{ k: 'a', n: 3 }]
   */
  setRuntimeMode(mode: RuntimeMode): this {
    if (mode !== 'streaming' && mode !== 'batch' && mode !== 'automatic') {
      throw badArgument(
        'runtime mode',
        mode,
        'There is no such mode.',
        "Give 'streaming', 'batch' or 'automatic'.",
      );
    }
    this.#graph.runtimeMode = mode;
    return this;
  }

  /**
   * Sets the number of key groups of operators made from now on: the most subtasks that their state can ever be spread over. It
   * cannot be changed once there is state. Default: 128, more for a parallelism above 85.
   * @throws {TidemarkError} `bad-argument` unless it is a whole number from 1 to 32768
   * @example
   * env.setMaxParallelism(0); // throws 'bad-argument'
   */
  setMaxParallelism(maxParallelism: number): this {
    this.#graph.maxParallelism = checkKeyGroups(maxParallelism);
    return this;
  }

  /**
   * Takes a checkpoint of jobs executed from now on every so often: where their sources stand and all of their state,
   * consistently. Then sinks that commit do so, and a job that fails goes on from there, with growing delays unless
   * `setRestartStrategy` says otherwise. A notebook has its snapshots, and takes them as often while streams run.
   * @param interval at least 10 ms
   * @throws {TidemarkError} `bad-argument`
   * @example
   * env.enableCheckpointing('10 s', { timeout: '1 min', minPause: '5 s', tolerableFailures: 2 });
   * const numbers = env.fromSource(generatorSource((n) => n, { rate: 1_000 }));
   * numbers.filter((n) => n < 0).print();
   * const job = await env.execute('negative numbers');
   * (await job.triggerCheckpoint()).id; // → 1
   * await job.cancel();
   */
  enableCheckpointing(interval: DurationLike, options: CheckpointingOptions = {}): this {
    this.#graph.backend.configure?.({ checkpointing: checkpointSettings(interval, options) });
    return this;
  }

  /**
   * What becomes of jobs executed from now on that fail. In a notebook it changes nothing, which it says once: what fails waits
   * with its state for its cell to be corrected.
   */
  setRestartStrategy(strategy: RestartStrategy): this {
    this.#graph.backend.configure?.({ restart: strategy });
    return this;
  }

  /**
   * A bounded stream of the values given, without timestamps.
   * @example
   * await env.fromData('a', 'b').executeAndCollect(); // → ['a', 'b']
   */
  fromData<T>(...values: readonly T[]): DataStream<T> {
    return this.#from(collectionSource(values), WatermarkStrategy.noWatermarks<T>(), 'fromData');
  }

  /**
   * A bounded stream of what an iterable holds now, without timestamps.
   * @example
   * await env.fromCollection(new Set([1, 2, 2])).executeAndCollect(); // → [1, 2]
   */
  fromCollection<T>(values: Iterable<T>): DataStream<T> {
    return this.#from(collectionSource(values), WatermarkStrategy.noWatermarks<T>(), 'fromCollection');
  }

  /**
   * The whole numbers from `from` to `to`, both included.
   * @throws {TidemarkError} `source-option-invalid` unless both are whole numbers.
   * @example
   * await env.fromSequence(-1, 1).executeAndCollect(); // → [-1, 0, 1]
   */
  fromSequence(from: number, to: number): DataStream<number> {
    return this.#from(sequenceSource(from, to), WatermarkStrategy.noWatermarks<number>(), 'fromSequence');
  }

  /**
   * The lines of text that a socket sends, until the other side closes it. The connection is made when the stream
   * runs.
   * @throws {TidemarkError} `source-option-invalid` for a port out of 1 to 65535; while running, `socket-failed`.
   * @example
   * const lines = env.socketTextStream('localhost', port).filter((line) => line.startsWith('INFO'));
   * await lines.executeAndCollect(); // → ['INFO started', 'INFO stopped']
   */
  socketTextStream(host: string, port: number): DataStream<string> {
    return this.fromSource(
      socketSource(host, port),
      WatermarkStrategy.noWatermarks<string>(),
      `socket ${host}:${port}`,
    );
  }

  /**
   * The records of a source. Its watermark advances after every batch that the source hands over.
   * @throws {TidemarkError} what the source says if it can tell at once that it cannot be read
   * @example
   * const trips = env.fromSource(
   *   fileSource<{ pickup: number; fare: number }>('trips.csv', {
   *     format: csv({ types: { pickup: 'timestamp' } }),
   *   }),
   *   WatermarkStrategy.forBoundedOutOfOrderness<{ pickup: number }>('1 min').withTimestampAssigner(
   *     ({ pickup }) => pickup,
   *   ),
   *   'trips',
   * );
   * env.fromSource(fileSource('nowhere.csv')); // throws 'file-not-found'
   */
  fromSource<T>(
    source: Source<T>,
    strategy: WatermarkStrategy<T> = WatermarkStrategy.noWatermarks<T>(),
    name?: string,
  ): DataStream<T> {
    source.validate?.();
    return this.#from(source, strategy, name ?? source.kind);
  }

  /**
   * Starts what is observed and not yet running, and names it; does not wait for its end. In a notebook what a cell
   * observes starts by itself when the cell ends, named or not; with `fromSavepoint`, what the cell has made starts from there.
   * @throws {TidemarkError} `nothing-to-execute` unless some stream has a sink or a view; with `fromSavepoint`, `no-savepoint`,
   *   `savepoint-damaged`, `savepoint-too-new`, `state-not-restored`, `source-not-restored`, `max-parallelism-differs`
   * @example
   * env.fromData('a').print();
   * await (await env.execute('letters')).finished(); // prints 'a'
   */
  execute(options: string | ExecuteOptions = {}): Promise<JobClient> {
    const request = typeof options === 'string' ? { name: options } : options;
    return this.#graph.backend.execute(request);
  }

  #from<T>(source: Source<T>, strategy: WatermarkStrategy<T>, name: string): DataStream<T> {
    if (this.#graph.runtimeMode === 'batch' && source.boundedness === 'unbounded') {
      throw unsupported(
        `Batch mode over ${name}`,
        'it has no end, and results come at the end.',
        "Use env.setRuntimeMode('automatic') or 'streaming', or a source that ends.",
      );
    }
    const node = this.#graph.add({
      kind: 'source',
      name,
      parameters: { source: source.kind, ...source.parameters, watermarks: strategy.parameters },
      functions: [...(source.functions ?? []), ...strategy.functions],
      source: source as Source<unknown>,
      watermarkStrategy: strategy as unknown as WatermarkStrategy<unknown>,
    });
    return new DataStream<T>(this.#graph, node);
  }
}
