import type { StreamNode } from '../graph/stream-node.ts';
import { checkParallelism } from './parallelism.ts';

/** The end of a stream. */
export class DataStreamSink {
  readonly node: StreamNode;

  constructor(node: StreamNode) {
    this.node = node;
  }

  uid(uid: string, options: { onEdit?: 'rebuild' | 'keep' } = {}): this {
    this.node.uid = uid;
    this.node.onEdit = options.onEdit;
    return this;
  }

  name(name: string): this {
    this.node.name = name;
    return this;
  }

  setParallelism(parallelism: number): this {
    this.node.parallelism = checkParallelism(parallelism);
    return this;
  }
}
