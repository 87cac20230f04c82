import type { StreamEdge, StreamNode } from '../graph/stream-node.ts';
import type { Operator } from '../operators/operator.ts';
import { checkMaxParallelism, defaultMaxParallelism } from '../state/key-group.ts';
import { WatermarkCombiner } from '../time/watermark-combiner.ts';
import { forwardNeedsEqualParallelism } from './engine-errors.ts';
import { ExchangeOperator } from './exchange-operator.ts';
import type { LaneConsumer, LaneVertex, VertexOutput } from './lane-vertex.ts';

export interface LanePlanOptions {
  /** Names a node so that it is found again in a snapshot, after its graph was built anew. */
  readonly keyOf?: (node: StreamNode) => string;
  /** Makes the operator of one subtask, `undefined` for a source. */
  readonly operatorOf: (node: StreamNode, inputs: readonly (readonly LaneVertex[])[]) => Operator | undefined;
  readonly outputOf: (node: StreamNode) => VertexOutput;
}

const MAIN_OUTPUT: Pick<StreamEdge, 'sideOutput'> = {};

/** How the nodes that some sinks need become vertices: as many for each as it has subtasks. */
export class LanePlan {
  /** Inputs before those that read them. */
  readonly vertices: LaneVertex[] = [];
  /** Number of ways into vertices that have several; their counters come after those of the vertices. */
  edges = 0;
  readonly #options: LanePlanOptions;
  readonly #subtasks = new Map<StreamNode, readonly LaneVertex[]>();

  constructor(sinks: readonly StreamNode[], options: LanePlanOptions) {
    this.#options = options;
    for (const sink of sinks) this.#visit(sink);
    for (const { consumers, sideConsumers } of this.vertices) {
      for (const readers of [consumers, ...sideConsumers.values()]) {
        readers.forEach((reader, at) => {
          if (reader.vertex.combiner === undefined) return;
          readers[at] = { ...reader, edge: this.vertices.length + this.edges++ };
        });
      }
    }
  }

  /** The vertices of each node, in the order of the graph. */
  get subtasks(): ReadonlyMap<StreamNode, readonly LaneVertex[]> {
    return this.#subtasks;
  }

  #visit(node: StreamNode): readonly LaneVertex[] {
    const known = this.#subtasks.get(node);
    if (known !== undefined) return known;
    const { keyOf, operatorOf } = this.#options;
    const inputs = node.inputs.map(({ from }) => this.#visit(from));
    const first = operatorOf(node, inputs);
    // What only says how its records are spread has as many subtasks as what it hands on.
    const parallelism = node.partitioner === undefined ? parallelismOf(node, first) : inputs[0]!.length;
    const key = keyOf === undefined ? (node.uid ?? `${this.vertices.length}:${node.kind}`) : keyOf(node);
    // Where several subtasks are, exchanges come before them.
    const readers = node.inputs.map((edge, input) =>
      this.#readersOf(node, edge, input, inputs[input]!, first!, parallelism, key),
    );
    const subtasks = Array.from({ length: parallelism }, (_, subtask) => {
      const channels = readers.reduce((sum, { perSubtask }) => sum + perSubtask, 0);
      const operator = subtask === 0 ? first : operatorOf(node, inputs);
      return this.#add(node, subtask === 0 ? key : `${key}/${subtask}`, operator, channels);
    });
    for (const { connect } of readers) connect(subtasks);
    this.#subtasks.set(node, subtasks);
    return subtasks;
  }

  /** How the subtasks of a node read one of its inputs. */
  #readersOf(
    node: StreamNode,
    edge: StreamEdge,
    input: number,
    from: readonly LaneVertex[],
    operator: Operator,
    parallelism: number,
    key: string,
  ): { readonly perSubtask: number; readonly connect: (subtasks: readonly LaneVertex[]) => void } {
    const partitioning = operator.partitioning(input) ?? edge.from.partitioner;
    const channel = (subtask: number) => (from.length === 1 ? String(input) : `${input}/${subtask}`);
    if (partitioning === 'forward' && from.length !== parallelism)
      throw forwardNeedsEqualParallelism(edge.from.name, from.length, node.name, parallelism);
    if (parallelism === 1) {
      return {
        perSubtask: from.length,
        connect: ([vertex]) =>
          from.forEach((source, at) => link(source, edge, { vertex: vertex!, input, channel: channel(at) })),
      };
    }
    if (partitioning === 'forward' || (partitioning === undefined && from.length === parallelism)) {
      return {
        perSubtask: 1,
        connect: (subtasks) =>
          from.forEach((source, at) =>
            link(source, edge, { vertex: subtasks[at]!, input, channel: String(input) }),
          ),
      };
    }
    const exchanges = from.map((source, at) => {
      const exchange = this.#add(
        exchangeNode(node),
        `${key}/exchange/${channel(at)}`,
        new ExchangeOperator(partitioning, maxParallelismOf(node, parallelism)),
        1,
      );
      link(source, edge, { vertex: exchange, input: 0, channel: '0' });
      return exchange;
    });
    return {
      perSubtask: from.length,
      connect: (subtasks) =>
        exchanges.forEach((exchange, at) => {
          const reached = partitioning === 'rescale' ? shareOf(subtasks, at, from.length) : subtasks;
          for (const vertex of reached) link(exchange, MAIN_OUTPUT, { vertex, input, channel: channel(at) });
        }),
    };
  }

  #add(node: StreamNode, key: string, operator: Operator | undefined, channels: number): LaneVertex {
    const vertex: LaneVertex = {
      node,
      key,
      index: this.vertices.length,
      operator,
      output: this.#options.outputOf(node),
      combiner: channels > 1 ? new WatermarkCombiner() : undefined,
      sorter: undefined,
      consumers: [],
      sideConsumers: new Map(),
    };
    this.vertices.push(vertex);
    return vertex;
  }
}

/** Sources and what only looks at a stream have one subtask, and so has what groups all records as one. */
function parallelismOf(node: StreamNode, operator: Operator | undefined): number {
  if (operator === undefined || node.view !== undefined || node.kind === 'print') return 1;
  return operator.isParallel ? node.parallelism : 1;
}

/** The subtasks that one of `count` before them reaches when they are shared out among those (Flink's pointwise distribution). */
function shareOf(subtasks: readonly LaneVertex[], at: number, count: number): readonly LaneVertex[] {
  const { length } = subtasks;
  if (length < count) return [subtasks[Math.floor(((at + 1) * length - 1) / count)]!];
  return subtasks.slice(Math.ceil((at * length) / count), Math.ceil(((at + 1) * length) / count));
}

/** Number of key groups of a node that runs with so many subtasks. */
export function maxParallelismOf({ maxParallelism }: StreamNode, parallelism: number): number {
  if (maxParallelism === undefined) return defaultMaxParallelism(parallelism);
  return checkMaxParallelism(parallelism, maxParallelism);
}

function link(
  from: LaneVertex,
  { sideOutput }: Pick<StreamEdge, 'sideOutput'>,
  consumer: LaneConsumer,
): void {
  consumer.vertex.combiner?.register(consumer.channel);
  if (sideOutput === undefined) {
    from.consumers.push(consumer);
    return;
  }
  from.sideConsumers.set(sideOutput, [...(from.sideConsumers.get(sideOutput) ?? []), consumer]);
}

function exchangeNode(to: StreamNode): StreamNode {
  const { name, cell } = to;
  return {
    id: -1,
    kind: 'exchange',
    name,
    cell,
    parallelism: 1,
    inputs: [],
    parameters: {},
    functions: [],
    isSink: false,
  };
}
