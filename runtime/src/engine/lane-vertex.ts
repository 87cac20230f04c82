import type { StreamNode } from '../graph/stream-node.ts';
import type { Operator, Output } from '../operators/operator.ts';
import type { WatermarkCombiner } from '../time/watermark-combiner.ts';
import type { KeySorter } from './key-sorter.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';

/** A node of the graph as it runs in a lane. */
export interface LaneVertex {
  readonly node: StreamNode;
  readonly key: string;
  /** Place in the lane, inputs before those that read them. */
  readonly index: number;
  /** Absent for sources. */
  readonly operator: Operator | undefined;
  readonly output: VertexOutput;
  /** With several inputs: their watermarks. */
  readonly combiner: WatermarkCombiner | undefined;
  /** In batch mode, before an operator that shows the order of its records. */
  sorter: KeySorter | undefined;
  readonly consumers: LaneConsumer[];
  readonly sideConsumers: Map<string, LaneConsumer[]>;
}

/** A vertex that reads another, by which of its inputs. */
export interface LaneConsumer {
  readonly vertex: LaneVertex;
  readonly input: number;
  /** Where watermarks come from, as the reader's combiner knows it: an input, or one subtask of it. */
  readonly channel: string;
  /** Counter of what comes this way, where the reader's own counts several ways. */
  readonly edge?: number;
}

export type Collect = (value: unknown, timestamp: number | undefined) => void;

/** Delivers watermarks and idleness to a vertex; set by the lane, which knows how failures are told. */
export interface Delivery {
  watermark(consumer: LaneConsumer, timestamp: number): void;
  idle(consumer: LaneConsumer, idle: boolean): void;
  sideOutput(node: StreamNode, tag: string, value: unknown, timestamp: number | undefined): void;
}

/** What a vertex emits, and where it goes. */
export class VertexOutput implements Output {
  readonly #node: StreamNode;
  readonly #delivery: Delivery;
  #consumers: readonly LaneConsumer[] = [];
  /** All that read it, side outputs too: event time is the operator's, not one output's. */
  #all: readonly LaneConsumer[] = [];
  readonly #sides = new Map<string, Collect>();
  collect: Collect = () => undefined;
  watermark = MIN_TIMESTAMP;
  idle = false;

  constructor(node: StreamNode, delivery: Delivery) {
    this.#node = node;
    this.#delivery = delivery;
  }

  connect(vertex: LaneVertex, compile: (consumers: readonly LaneConsumer[]) => Collect): void {
    this.#consumers = vertex.consumers;
    this.#all = [...vertex.consumers, ...[...vertex.sideConsumers.values()].flat()];
    this.collect = compile(this.#consumers);
    for (const [tag, consumers] of vertex.sideConsumers) this.#sides.set(tag, compile(consumers));
  }

  readonly emitWatermark = (timestamp: number): void => {
    if (timestamp <= this.watermark) return;
    this.watermark = timestamp;
    for (const consumer of this.#all) this.#delivery.watermark(consumer, timestamp);
  };

  readonly emitIdle = (idle: boolean): void => {
    if (idle === this.idle) return;
    this.idle = idle;
    for (const consumer of this.#all) this.#delivery.idle(consumer, idle);
  };

  readonly sideOutput = (tag: string, value: unknown, timestamp: number | undefined): void => {
    this.#sides.get(tag)?.(value, timestamp);
    this.#delivery.sideOutput(this.#node, tag, value, timestamp);
  };
}
