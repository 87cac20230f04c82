import type { View, ViewOptions } from '../engine/view.ts';
import type { NewNode, StreamGraph } from '../graph/stream-graph.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { PrintSink } from '../connectors/print-sink.ts';
import type { Sink } from '../operators/sink.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { DataStreamSink, sinkNode, type SinkToOptions } from './data-stream-sink.ts';
import { NamedOperator } from './named-operator.ts';
import type { StreamExecutionEnvironment } from './stream-execution-environment.ts';

/**
 * What any stream has: what its operator is called, and the ends that make it run.
 * @example
 * const firstOf = <T>(stream: BaseStream<T>) => stream.executeAndCollect({ limit: 1 });
 * await firstOf(orders.keyBy('user').sum('amount')); // → [{ user: 'ann', amount: 3, time: 1000 }]
 */
export class BaseStream<out T> extends NamedOperator {
  /** The graph that its operators are added to. @internal */
  readonly graph: StreamGraph;

  /** Made by the methods of streams and environments. @internal */
  constructor(graph: StreamGraph, node: StreamNode) {
    super(node);
    this.graph = graph;
  }

  /**
   * Hands every record to a sink, which makes the stream run.
   * @example
   * const written: number[] = [];
   * const createWriter = () => ({ write: (n: number) => void written.push(n) });
   * env.fromData(1, 2).sinkTo({ kind: 'array', createWriter });
   * await (await env.execute()).finished();
   * written; // → [1, 2]
   */
  sinkTo(sink: Sink<T>, options: SinkToOptions = {}): DataStreamSink {
    if (sink instanceof PrintSink) return this.print(sink.prefix);
    return new DataStreamSink(this.#end(sinkNode(sink as Sink<unknown>, options)));
  }

  /**
   * Writes every record as a line of text, after `prefix> ` if one is given: under the cell in a notebook, else to
   * the console.
   * @example
   * env.fromData('a', 'b').print('letters');
   * await (await env.execute()).finished(); // prints 'letters> a', 'letters> b'
   */
  print(prefix?: string): DataStreamSink {
    const end = this.#end({
      kind: 'print',
      parameters: prefix === undefined ? {} : { prefix },
      isSink: true,
    });
    return new DataStreamSink(end);
  }

  /**
   * Makes a live view of it.
   * @example
   * const view = env.fromSequence(1, 100).show({ title: 'numbers' });
   * const firstThree = view.take(3);
   * await env.execute();
   * await firstThree; // → [1, 2, 3]
   */
  show(options: ViewOptions = {}): View<T> {
    const end = this.#end({
      kind: 'view',
      name:
        options.title ??
        (options.kind === 'watermarks' ? `Watermarks up to ${this.node.name}` : this.node.name),
      parameters: { ...options },
      view: options,
      isSink: true,
    });
    return this.graph.backend.show(end, options) as View<T>;
  }

  /**
   * Runs what it hangs on and collects its records.
   * @param options.limit how many at most; all when left out, which an unbounded stream never has
   * @param options.timeout after which it rejects
   * @throws {TidemarkError} `collect-timed-out`; what the stream failed with
   * @example
   * await env.fromSequence(1, 1_000_000).executeAndCollect({ limit: 3 }); // → [1, 2, 3]
   * const slow = env.fromSource(generatorSource((index) => index, { rate: 1 }));
   * await slow.executeAndCollect({ timeout: 20 }); // throws 'collect-timed-out'
   */
  executeAndCollect(options: { limit?: number; timeout?: DurationLike } = {}): Promise<T[]> {
    const { limit, timeout } = options;
    return this.graph.backend.collect(this.node, {
      limit,
      timeout: timeout === undefined ? undefined : toMillis(timeout),
    }) as Promise<T[]>;
  }

  /**
   * The environment that it belongs to: in a job under test, the way to tables and SQL.
   * @example
   * orders.getExecutionEnvironment() === env; // → true
   */
  getExecutionEnvironment(): StreamExecutionEnvironment {
    return this.graph.environment as StreamExecutionEnvironment;
  }

  #end(node: NewNode): StreamNode {
    return this.graph.add({ inputs: [{ from: this.node }], ...node });
  }
}
