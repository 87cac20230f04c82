import type { ExecutionBackend } from '../engine/backend.ts';
import { userLocation } from '../user-location.ts';
import type { StreamEdge, StreamNode } from './stream-node.ts';

/** What the API says of a node it makes; what is left out has a default. */
export type NewNode = Partial<Omit<StreamNode, 'id' | 'inputs' | 'isSink'>> &
  Pick<StreamNode, 'kind'> & { readonly inputs?: readonly StreamEdge[]; readonly isSink?: boolean };

/** The dataflow as the user has written it so far. Its backend hears of every node. */
export class StreamGraph {
  readonly backend: ExecutionBackend;
  /** Interval of periodic watermarks in ms; a node keeps the one it was made under. */
  autoWatermarkInterval: number | undefined;
  /** A source keeps the one it was made under. */
  runtimeMode: 'streaming' | 'batch' | 'automatic' = 'streaming';
  /** Number of key groups of operators made from now on; by their parallelism if it was not set. */
  maxParallelism: number | undefined;
  /** Options by Flink's keys, as they were set. */
  readonly options = new Map<string, string>();
  /** The environment that made it: what a stream's `getExecutionEnvironment` returns. */
  environment: unknown;
  readonly #nodes: StreamNode[] = [];

  constructor(backend: ExecutionBackend) {
    this.backend = backend;
  }

  get nodes(): readonly StreamNode[] {
    return this.#nodes;
  }

  add(node: NewNode): StreamNode {
    const { autoWatermarkInterval, runtimeMode } = this;
    const periodic = node.kind === 'source' || node.kind === 'timestamps';
    const interval = periodic && autoWatermarkInterval !== undefined ? { autoWatermarkInterval } : {};
    const mode = node.kind === 'source' && runtimeMode !== 'streaming' ? { runtimeMode } : {};
    // Its text is made when somebody asks: only failures do.
    const made = new Error('made here');
    const added: StreamNode = {
      name: node.kind,
      parallelism: 1,
      ...(this.maxParallelism === undefined ? {} : { maxParallelism: this.maxParallelism }),
      parameters: {},
      functions: [],
      inputs: [],
      isSink: false,
      get location() {
        return userLocation(made.stack);
      },
      ...node,
      ...(periodic ? { parameters: { ...node.parameters, ...interval, ...mode } } : {}),
      id: this.#nodes.length + 1,
    };
    this.#nodes.push(added);
    this.backend.onNode(added);
    return added;
  }
}
