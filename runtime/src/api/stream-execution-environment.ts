import { badArgument, notYet } from '../errors.ts';
import { collectionSource, sequenceSource } from '../connectors/collection-source.ts';
import { socketSource } from '../connectors/socket-source.ts';
import type { Source } from '../connectors/source.ts';
import type { ExecutionBackend } from '../engine/backend.ts';
import { createLocalBackend } from '../engine/local-backend.ts';
import { StreamGraph } from '../graph/stream-graph.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { WatermarkStrategy } from '../time/watermark-strategy.ts';
import { DataStream } from './data-stream.ts';
import type { JobClient } from './job-client.ts';

export type RuntimeMode = 'streaming' | 'batch' | 'automatic';

/** Settings of all jobs of an environment. */
export class ExecutionConfig {
  readonly #graph: StreamGraph;

  constructor(graph: StreamGraph) {
    this.#graph = graph;
  }

  /**
   * How often `assignTimestampsAndWatermarks` emits a watermark; for streams made from now on.
   * @throws {TidemarkError} `bad-argument` unless it is positive.
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

  /** ms */
  getAutoWatermarkInterval(): number {
    return this.#graph.autoWatermarkInterval ?? 200;
  }
}

/** What a job may be started with besides a name. */
export interface ExecuteOptions {
  readonly name?: string;
  readonly fromSavepoint?: string;
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
 * env.fromData(1, 2, 3).map((n) => n * 2).print();
 * await (await env.execute('doubles')).finished();
 */
export class StreamExecutionEnvironment {
  readonly #graph: StreamGraph;
  readonly #config: ExecutionConfig;

  constructor(backend: ExecutionBackend) {
    this.#graph = new StreamGraph(backend);
    this.#config = new ExecutionConfig(this.#graph);
  }

  /** The session's environment in a notebook, elsewhere a new one that runs jobs in this process. */
  static getExecutionEnvironment(): StreamExecutionEnvironment {
    return registered ?? new StreamExecutionEnvironment(createLocalBackend());
  }

  get graph(): StreamGraph {
    return this.#graph;
  }

  getConfig(): ExecutionConfig {
    return this.#config;
  }

  setRuntimeMode(mode: RuntimeMode): this {
    if (mode === 'batch')
      throw notYet('Batch mode', "Use 'streaming'; bounded inputs end by themselves there too.");
    return this;
  }

  fromData<T>(...values: readonly T[]): DataStream<T> {
    return this.#from(collectionSource(values), WatermarkStrategy.noWatermarks<T>(), 'fromData');
  }

  fromCollection<T>(values: Iterable<T>): DataStream<T> {
    return this.#from(collectionSource(values), WatermarkStrategy.noWatermarks<T>(), 'fromCollection');
  }

  /** The whole numbers from `from` to `to`, both included. */
  fromSequence(from: number, to: number): DataStream<number> {
    return this.#from(sequenceSource(from, to), WatermarkStrategy.noWatermarks<number>(), 'fromSequence');
  }

  /** The lines of text that a socket sends. */
  socketTextStream(host: string, port: number): DataStream<string> {
    return this.fromSource(
      socketSource(host, port),
      WatermarkStrategy.noWatermarks<string>(),
      `socket ${host}:${port}`,
    );
  }

  /**
   * The records of a source.
   * @throws {TidemarkError} what the source says if it can tell at once that it cannot be read
   */
  fromSource<T>(
    source: Source<T>,
    strategy: WatermarkStrategy<T> = WatermarkStrategy.noWatermarks<T>(),
    name?: string,
  ): DataStream<T> {
    source.validate?.();
    return this.#from(source, strategy, name ?? source.kind);
  }

  /** Starts what is observed and not yet running; does not wait for its end. */
  execute(options: string | ExecuteOptions = {}): Promise<JobClient> {
    const request = typeof options === 'string' ? { name: options } : options;
    if (request.fromSavepoint !== undefined)
      throw notYet('Starting from a savepoint', 'Start without fromSavepoint.');
    return this.#graph.backend.execute(request);
  }

  #from<T>(source: Source<T>, strategy: WatermarkStrategy<T>, name: string): DataStream<T> {
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
