import type { GeneratedRange } from '../connectors/source.ts';
import { OperatorError } from '../errors.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { previewValue } from '../operators/format-value.ts';
import type { Operator } from '../operators/operator.ts';
import { TimestampsOperator } from '../operators/timestamps-operator.ts';
import { WatermarkCombiner, type WatermarkCombinerState } from '../time/watermark-combiner.ts';
import { compileChain, type Fail } from './lane-fusion.ts';
import { LaneSource } from './lane-source.ts';
import { VertexOutput, type Delivery, type LaneConsumer, type LaneVertex } from './lane-vertex.ts';
import { PrintOperator, ViewOperator } from './operator-ends.ts';
import type { ViewObserver, WatermarkProgress } from './view.ts';

export interface LaneOptions {
  /** The clock's time when the lane starts, in epoch ms. */
  readonly startTime: number;
  /** Interval of periodic watermarks of `assignTimestampsAndWatermarks`, and of idleness checks, in ms. Default: 200. */
  readonly autoWatermarkInterval?: number;
  /** Names a node so that it is found again in a snapshot, after its graph was built anew. */
  readonly keyOf?: (node: StreamNode) => string;
  /** Called once a view, in the order of the sinks, when the lane is made. */
  readonly views?: (node: StreamNode) => ViewObserver;
  readonly print?: (node: StreamNode, text: string) => void;
  /** Sees everything that any operator sends to a side output. */
  readonly sideOutput?: (
    node: StreamNode,
    tag: string,
    value: unknown,
    timestamp: number | undefined,
  ) => void;
  /** True to refuse function instances that were opened before, even where they could be made anew. */
  readonly strictInstances?: boolean;
}

export interface NodeSnapshot {
  readonly watermark: number;
  readonly idle: boolean;
  readonly lateRecords: number;
  readonly recordsIn: number;
  readonly inputs?: WatermarkCombinerState;
  readonly state: unknown;
}

/** All state of a lane, by the keys of its nodes. */
export interface LaneSnapshot {
  readonly now: number;
  readonly nodes: Readonly<Record<string, NodeSnapshot>>;
}

export interface OperatorMetrics {
  readonly operator: string;
  readonly kind: string;
  readonly recordsIn: number;
  readonly lateRecords: number;
  readonly timers: number;
  readonly stateEntries: number;
}

/**
 * A running copy of the part of a graph that its sinks need. It is driven from outside: batches, the passing of
 * processing time, the end of the inputs. After an error it is of no more use, and nothing else is touched.
 */
export class Lane implements Delivery {
  readonly sources: readonly StreamNode[];
  readonly #options: LaneOptions;
  readonly #vertices: LaneVertex[] = [];
  readonly #byNode = new Map<StreamNode, LaneVertex>();
  readonly #sources = new Map<number, LaneSource>();
  readonly #counts: Float64Array;
  #now: number;

  constructor(sinks: readonly StreamNode[], options: LaneOptions) {
    this.#options = options;
    this.#now = options.startTime;
    for (const sink of sinks) this.#visit(sink);
    this.sources = this.#vertices.filter(({ operator }) => operator === undefined).map(({ node }) => node);
    this.#counts = new Float64Array(this.#vertices.length);
    for (const vertex of this.#vertices) this.#connect(vertex);
  }

  open(): void {
    // Sinks first: whatever an operator emits when it opens finds those behind it open.
    for (const vertex of [...this.#vertices].reverse()) {
      this.#guarded(vertex, () => vertex.operator?.open());
    }
    for (const source of this.#sources.values()) source.open();
  }

  close(): void {
    for (const vertex of this.#vertices) this.#guarded(vertex, () => vertex.operator?.close());
  }

  /** Processes records of a source one after the other, then lets its strategy emit a watermark. */
  processBatch(
    sourceId: number,
    values: readonly unknown[],
    timestamps: readonly (number | undefined)[] | undefined,
    split = '',
  ): void {
    this.#process(sourceId, values.length, (source) => source.processBatch(values, timestamps, split));
  }

  /** As `processBatch`, with records that are made one by one as they are processed. */
  processRange(sourceId: number, range: GeneratedRange<unknown>): void {
    this.#process(sourceId, range.to - range.from, (source) => source.processRange(range));
  }

  /** A watermark of the source itself. */
  processWatermark(sourceId: number, timestamp: number): void {
    this.#source(sourceId).processWatermark(timestamp);
  }

  markIdle(sourceId: number, split?: string): void {
    this.#source(sourceId).setIdle(true, split);
  }

  markActive(sourceId: number, split?: string): void {
    this.#source(sourceId).setIdle(false, split);
  }

  /** Ends a source: its last watermark fires all windows and event-time timers, but no timers of processing time. */
  endInput(sourceId: number): void {
    this.#source(sourceId).end();
  }

  get allInputsEnded(): boolean {
    for (const source of this.#sources.values()) if (!source.ended) return false;
    return true;
  }

  /** When the next timer of processing time is due (epoch ms), `Infinity` if there is none. */
  get nextProcessingTime(): number {
    let next = Infinity;
    for (const vertex of this.#vertices) next = Math.min(next, this.#nextTimeOf(vertex));
    return next;
  }

  /** Lets the clock reach `now`. Timers that fall due fire in the order of their times, each with its own on the clock. */
  advanceProcessingTime(now: number): void {
    for (;;) {
      let first: LaneVertex | undefined;
      let time = Infinity;
      for (const vertex of this.#vertices) {
        const due = this.#nextTimeOf(vertex);
        if (due < time) {
          first = vertex;
          time = due;
        }
      }
      if (first === undefined || time > now) break;
      if (time > this.#now) this.#now = time;
      const vertex = first;
      this.#guarded(vertex, () => {
        if (vertex.operator !== undefined) vertex.operator.onProcessingTime(time);
        else this.#sources.get(vertex.node.id)!.onProcessingTime();
      });
    }
    if (now > this.#now) this.#now = now;
  }

  /** All state. It may share objects with the running operators: write or clone it before anything else happens. */
  snapshot(): LaneSnapshot {
    const nodes: Record<string, NodeSnapshot> = {};
    for (const { node, key, index, operator, combiner, output } of this.#vertices) {
      nodes[key] = {
        watermark: operator?.currentWatermark ?? output.watermark,
        idle: output.idle,
        lateRecords: operator?.lateRecords ?? 0,
        recordsIn: this.#counts[index]!,
        inputs: combiner?.snapshot(),
        state: operator === undefined ? this.#sources.get(node.id)!.snapshot() : operator.snapshot(),
      };
    }
    return { now: this.#now, nodes };
  }

  /** Takes up the state of nodes with equal keys; before `open`. The lane then owns the snapshot's objects. */
  restore(snapshot: LaneSnapshot): void {
    this.#now = snapshot.now;
    for (const { node, key, index, operator, combiner, output } of this.#vertices) {
      const saved = snapshot.nodes[key];
      if (saved === undefined) continue;
      output.watermark = saved.watermark;
      output.idle = saved.idle;
      this.#counts[index] = saved.recordsIn;
      if (saved.inputs !== undefined) combiner?.restore(saved.inputs);
      if (operator === undefined) {
        this.#sources.get(node.id)!.restore(saved.state);
        continue;
      }
      operator.currentWatermark = saved.watermark;
      operator.lateRecords = saved.lateRecords;
      if (saved.state !== undefined) operator.restore(saved.state);
    }
  }

  /** Event time as each operator sees it, in the order of the graph; views are left out. */
  progress(): WatermarkProgress[] {
    return this.#vertices
      .filter(({ node }) => node.view === undefined)
      .map(({ node, operator, output }) => ({
        operator: node.name,
        watermark: output.watermark,
        maxTimestamp:
          operator === undefined
            ? this.#sources.get(node.id)!.maxTimestamp
            : operator instanceof TimestampsOperator
              ? operator.maxTimestamp
              : undefined,
        idle: output.idle,
        lateRecords: operator?.lateRecords ?? 0,
      }));
  }

  metrics(): OperatorMetrics[] {
    return this.#vertices.map(({ node, operator, index }) => ({
      operator: node.name,
      kind: node.kind,
      recordsIn: this.#counts[index]!,
      lateRecords: operator?.lateRecords ?? 0,
      timers: operator?.timerCount ?? 0,
      stateEntries: operator?.stateEntryCount ?? 0,
    }));
  }

  /** Called by the outputs of vertices. */
  watermark({ vertex, input }: LaneConsumer, timestamp: number): void {
    const { operator, combiner } = vertex;
    if (combiner === undefined) {
      if (timestamp > operator!.currentWatermark)
        this.#guarded(vertex, () => operator!.processWatermark(timestamp));
      return;
    }
    combiner.update(String(input), timestamp);
    this.#combined(vertex, combiner);
  }

  /** Called by the outputs of vertices. */
  idle({ vertex, input }: LaneConsumer, idle: boolean): void {
    const { operator, combiner } = vertex;
    if (combiner === undefined) {
      operator!.processIdle(idle);
      return;
    }
    combiner.setIdle(String(input), idle);
    this.#combined(vertex, combiner);
  }

  /** Called by the outputs of vertices. */
  sideOutput(node: StreamNode, tag: string, value: unknown, timestamp: number | undefined): void {
    this.#options.sideOutput?.(node, tag, value, timestamp);
  }

  #process(sourceId: number, count: number, work: (source: LaneSource) => void): void {
    const source = this.#source(sourceId);
    const vertex = this.#vertices.find(({ node }) => node.id === sourceId)!;
    this.#counts[vertex.index]! += count;
    try {
      work(source);
    } catch (error) {
      throw this.#failure(error, vertex);
    }
  }

  #combined(vertex: LaneVertex, combiner: WatermarkCombiner): void {
    if (!combiner.combine()) return;
    const operator = vertex.operator!;
    if (!combiner.idle) operator.processIdle(false);
    if (combiner.watermark > operator.currentWatermark) {
      this.#guarded(vertex, () => operator.processWatermark(combiner.watermark));
    }
    if (combiner.idle) operator.processIdle(true);
  }

  #visit(node: StreamNode): LaneVertex {
    const known = this.#byNode.get(node);
    if (known !== undefined) return known;
    const inputs = node.inputs.map(({ from }) => this.#visit(from));
    const { keyOf } = this.#options;
    const index = this.#vertices.length;
    const output = new VertexOutput(node, this);
    const vertex: LaneVertex = {
      node,
      key: keyOf === undefined ? (node.uid ?? `${index}:${node.kind}`) : keyOf(node),
      index,
      operator: this.#operatorOf(node, inputs),
      output,
      combiner: node.inputs.length > 1 ? new WatermarkCombiner() : undefined,
      consumers: [],
      sideConsumers: new Map(),
    };
    if (node.source !== undefined) {
      this.#sources.set(node.id, new LaneSource(node, output, this.#intervalOf(node), () => this.#now));
    }
    node.inputs.forEach(({ sideOutput }, input) => {
      vertex.combiner?.register(String(input));
      const from = inputs[input]!;
      if (sideOutput === undefined) {
        from.consumers.push({ vertex, input });
        return;
      }
      const others = from.sideConsumers.get(sideOutput) ?? [];
      from.sideConsumers.set(sideOutput, [...others, { vertex, input }]);
    });
    this.#vertices.push(vertex);
    this.#byNode.set(node, vertex);
    return vertex;
  }

  #operatorOf(node: StreamNode, inputs: readonly LaneVertex[]): Operator | undefined {
    const { views, print } = this.#options;
    if (node.source !== undefined) return undefined;
    if (node.view !== undefined) {
      if (views === undefined) throw new TypeError(`nobody looks at ${node.name}`);
      const direct =
        node.inputs.length === 1 && node.inputs[0]!.sideOutput === undefined ? inputs[0] : undefined;
      return new ViewOperator(views(node), direct?.operator);
    }
    if (node.kind === 'print') {
      const { prefix } = node.parameters;
      return new PrintOperator(typeof prefix === 'string' ? prefix : undefined, (text) =>
        print?.(node, text),
      );
    }
    if (node.createOperator === undefined) throw new TypeError(`${node.name} has no operator`);
    return node.createOperator();
  }

  #connect(vertex: LaneVertex): void {
    const { node, operator, output, consumers, index } = vertex;
    const fail: Fail = (error, at, record) => {
      throw this.#failure(error, this.#vertices[at]!, previewValue(record));
    };
    output.connect(vertex, (readers) => compileChain(readers, this.#counts, fail));
    if (operator === undefined) {
      this.#sources.get(node.id)!.compile(index, consumers, this.#counts, fail);
      return;
    }
    operator.setup(output, {
      name: node.name,
      currentProcessingTime: () => this.#now,
      autoWatermarkInterval: this.#intervalOf(node),
      tracksEmission: consumers.some((consumer) => consumer.vertex.node.view !== undefined),
      strictInstances: this.#options.strictInstances ?? false,
    });
  }

  #intervalOf({ parameters: { autoWatermarkInterval } }: StreamNode): number {
    if (typeof autoWatermarkInterval === 'number') return autoWatermarkInterval;
    return this.#options.autoWatermarkInterval ?? 200;
  }

  #nextTimeOf({ operator, node }: LaneVertex): number {
    return operator === undefined
      ? this.#sources.get(node.id)!.nextProcessingTime
      : operator.nextProcessingTime;
  }

  #guarded(vertex: LaneVertex, work: () => void): void {
    try {
      work();
    } catch (error) {
      throw this.#failure(error, vertex);
    }
  }

  #failure(error: unknown, { node }: LaneVertex, record?: string): OperatorError {
    if (error instanceof OperatorError) return error;
    return new OperatorError({ operator: node.name, kind: node.kind, cell: node.cell, record }, error);
  }

  #source(id: number): LaneSource {
    const source = this.#sources.get(id);
    if (source === undefined) throw new RangeError(`the lane reads no source ${id}`);
    return source;
  }
}
