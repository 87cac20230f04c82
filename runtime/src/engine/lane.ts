import type { GeneratedRange } from '../connectors/source.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { previewValue } from '../operators/format-value.ts';
import type { CheckpointListener } from '../operators/checkpoint-listener.ts';
import type { Operator } from '../operators/operator.ts';
import { readTables, type KeyedTable } from '../state/entries.ts';
import { EventTimeAlarm } from '../time/event-time-alarm.ts';
import { MAX_TIMESTAMP } from '../time/timestamp.ts';
import type { WatermarkCombiner } from '../time/watermark-combiner.ts';
import { explainEventTime, type EventTimeOf } from './event-time-of.ts';
import { ExchangeOperator } from './exchange-operator.ts';
import { compileChain, type Fail } from './lane-fusion.ts';
import { KeySorter } from './key-sorter.ts';
import { LaneMeter } from './lane-meter.ts';
import { metricsOf, progressOf } from './lane-report.ts';
import { LanePlan, maxParallelismOf } from './lane-plan.ts';
import { LaneSinks } from './lane-sinks.ts';
import { forSubtasks, takeUpWatermarks } from './lane-restore.ts';
import type { LaneCutBegun, LaneSnapshot, NodeSnapshot } from './lane-snapshot.ts';
import { LaneSource } from './lane-source.ts';
import { VertexOutput, type Delivery, type LaneConsumer, type LaneVertex } from './lane-vertex.ts';
import { operatorFailure } from './operator-failure.ts';
import type { OperatorMetrics } from './operator-metrics.ts';
import { operatorOfNode, type LaneReaders } from './operator-of-node.ts';
import { UnfinishedWork } from './unfinished-work.ts';
import { letHold, nextEventTimeOf } from './watermarks-held.ts';
import type { WatermarkProgress } from './view.ts';

export interface LaneOptions extends LaneReaders {
  /** The clock's time when the lane starts, in epoch ms. */
  readonly startTime: number;
  /** Interval of periodic watermarks of `assignTimestampsAndWatermarks`, and of idleness checks, in ms. Default: 200. */
  readonly autoWatermarkInterval?: number;
  /** Names a node so that it is found again in a snapshot, after its graph was built anew. */
  readonly keyOf?: (node: StreamNode) => string;
  /** Sees everything that any operator sends to a side output. */
  readonly sideOutput?: (
    node: StreamNode,
    tag: string,
    value: unknown,
    timestamp: number | undefined,
  ) => void;
  /** True to refuse function instances that were opened before, even where they could be made anew. */
  readonly strictInstances?: boolean;
  /** True to keep sinks from writing until `unmute`. */
  readonly muted?: boolean;
  /** True once a firing that is long is to be left where it is; `goOn` is to follow in another slice. */
  readonly timeUp?: () => boolean;
  /** Called, at any time, when an operator has got something from outside: `processMail` is to follow in a slice. */
  readonly onMail?: () => void;
}

export type { LaneCutBegun, LaneSnapshot, NodeSnapshot } from './lane-snapshot.ts';

/**
 * A running copy of the part of a graph that its sinks need. It is driven from outside: batches, the passing of
 * processing time, the end of the inputs. After an error it is of no more use, and nothing else is touched.
 */
export class Lane implements Delivery {
  readonly sources: readonly StreamNode[];
  readonly #options: LaneOptions;
  readonly #vertices: readonly LaneVertex[];
  readonly #subtasks: ReadonlyMap<StreamNode, readonly LaneVertex[]>;
  readonly #sources = new Map<number, LaneSource>();
  /** Vertices that ask the world outside. */
  readonly #async: readonly LaneVertex[];
  /** Vertices that may hold watermarks back. */
  readonly #holding: readonly LaneVertex[];
  readonly sinks: LaneSinks;
  readonly #listeners: { readonly vertex: LaneVertex; readonly listener: CheckpointListener }[] = [];
  /** Records by the index of the vertex that takes them in, and by the edges of plan where several lead to one. */
  readonly #counts: Float64Array;
  readonly #alarm = new EventTimeAlarm(() => nextEventTimeOf(this.#vertices));
  readonly #meter: LaneMeter;
  readonly #unfinished: UnfinishedWork;
  readonly #batch: boolean;
  #now: number;

  constructor(sinks: readonly StreamNode[], options: LaneOptions) {
    this.#options = options;
    this.#now = options.startTime;
    this.#unfinished = new UnfinishedWork(options.timeUp);
    const plan = new LanePlan(sinks, {
      keyOf: options.keyOf,
      operatorOf: (node, inputs) => operatorOfNode(node, inputs, options),
      outputOf: (node) => new VertexOutput(node, this),
    });
    this.#vertices = plan.vertices;
    this.#subtasks = plan.subtasks;
    this.sources = this.#vertices.filter(({ operator }) => operator === undefined).map(({ node }) => node);
    this.#batch = this.sources.every(isBatchSource);
    for (const { node, operator, output } of this.#vertices) {
      if (operator !== undefined) continue;
      const now = () => this.#now;
      const mayStop = (work: () => void) => this.#unfinished.mayStop(work);
      this.#sources.set(
        node.id,
        new LaneSource(node, output, this.#intervalOf(node), now, mayStop, this.#batch),
      );
    }
    if (this.#batch) {
      for (const vertex of this.#vertices)
        if (vertex.operator?.showsOrder) vertex.sorter = new KeySorter(vertex.operator);
    }
    this.#async = this.#vertices.filter(({ operator }) => operator?.isAsync);
    this.sinks = new LaneSinks(this.#vertices, (vertex, work) => this.#guarded(vertex, work));
    this.#counts = new Float64Array(this.#vertices.length + plan.edges);
    this.#meter = new LaneMeter(this.#counts);
    for (const vertex of this.#vertices) this.#connect(vertex);
    this.#holding = this.#vertices.filter(letHold);
  }

  open(): void {
    // Sinks first: whatever an operator emits when it opens finds those behind it open.
    for (const vertex of [...this.#vertices].reverse()) {
      this.#guarded(vertex, () => vertex.operator?.open());
    }
    for (const source of this.#sources.values()) source.open();
  }

  /** Has operators make their results again from their state. */
  showAgain(nodes: readonly StreamNode[]): void {
    for (const node of nodes) {
      for (const vertex of this.#subtasks.get(node) ?? [])
        this.#guarded(vertex, () => vertex.operator?.showAgain());
    }
    this.#endBatch();
  }

  /** Resolves when sinks that take their time have closed; `undefined` if nothing takes any. */
  close(): Promise<void> | undefined {
    for (const vertex of this.#vertices) this.#guarded(vertex, () => vertex.operator?.close());
    return this.sinks.closing;
  }

  /** True if some function wants to know what becomes of cuts. */
  get listens(): boolean {
    return this.#listeners.length > 0;
  }

  /** Tells functions that a cut is durable, or will never be. */
  notifyCheckpoint(id: number, complete: boolean): void {
    for (const { vertex, listener } of this.#listeners) {
      this.#guarded(vertex, () => {
        if (complete) listener.notifyCheckpointComplete(id);
        else listener.notifyCheckpointAborted?.(id);
      });
    }
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

  /** True while the last watermark has left something to be done; whatever comes next does that first. */
  get unfinished(): boolean {
    return this.#unfinished.isThere;
  }

  /** Goes on with what the last watermark has left, until that is done or time is up again. */
  goOn(): void {
    this.#meter.measure(() => this.#unfinished.mayStop(() => this.#unfinished.goOn()));
  }

  /** A watermark of the source itself. */
  processWatermark(sourceId: number, timestamp: number): void {
    this.#unfinished.goOn();
    this.#source(sourceId).processWatermark(timestamp);
    this.#endBatch();
  }

  markIdle(sourceId: number, split?: string): void {
    this.#unfinished.goOn();
    this.#source(sourceId).setIdle(true, split);
  }

  markActive(sourceId: number, split?: string): void {
    this.#unfinished.goOn();
    this.#source(sourceId).setIdle(false, split);
  }

  /** Ends a split of a source: it no longer holds back the others. */
  endSplit(sourceId: number, split: string): void {
    this.#unfinished.goOn();
    this.#source(sourceId).endSplit(split);
  }

  /** How far a source has come, and whether the others of its alignment group are to wait for it. */
  sourceProgress(sourceId: number): { readonly watermark: number; readonly holdsBack: boolean } {
    const { watermark, idle, ended } = this.#source(sourceId);
    return { watermark, holdsBack: !idle && !ended };
  }

  /** The key under which the state of a node lies in a snapshot; `undefined` if the lane has no such node. */
  keyOf(node: StreamNode): string | undefined {
    return this.#subtasks.get(node)?.[0]?.key;
  }

  /** Its subtasks' operators; none of a source. */
  operatorsOf(node: StreamNode): Operator[] {
    return this.#subtasks.get(node)?.flatMap(({ operator }) => operator ?? []) ?? [];
  }

  /** What holds the event time of a node back, or does not. */
  explain(node: StreamNode): EventTimeOf {
    return explainEventTime(node, this.#subtasks, this.#sources);
  }

  /** Event time where the lane ends: the lowest watermark of its sinks and views. */
  get eventTime(): number {
    let lowest = MAX_TIMESTAMP;
    for (const { node, operator } of this.#vertices)
      if (node.isSink && operator) lowest = Math.min(lowest, operator.currentWatermark);
    return lowest;
  }

  /** Ends a source: its last watermark fires all windows and event-time timers, but no timers of processing time. */
  endInput(sourceId: number): void {
    this.#unfinished.goOn();
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

  /**
   * Lets the world's clock come to `now`. Timers fire when their millisecond is over, as with Flink's timer service: another
   * record may still come in it, and a window that had fired would begin anew.
   */
  comeTo(now: number): void {
    this.advanceProcessingTime(now - 1);
    if (now > this.#now) this.#now = now;
  }

  /** Lets the clock reach `now`. Timers that fall due fire in the order of their times, each with its own on the clock. */
  advanceProcessingTime(now: number): void {
    this.#unfinished.goOn();
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
    this.#endBatch();
  }

  /** Lets operators take what has come from outside. */
  processMail(): void {
    this.#unfinished.goOn();
    for (const vertex of this.#async) this.#guarded(vertex, () => vertex.operator!.onMail());
    this.#endBatch();
  }

  /** Records that wait for something outside; a lane has not ended before they are through. */
  get inFlight(): number {
    return this.#async.reduce((sum, { operator }) => sum + operator!.inFlight, 0);
  }

  /** True while it is to be handed no more records, as it waits for the world outside. */
  get blocked(): boolean {
    return this.#async.some(({ operator }) => operator!.blocked);
  }

  /** Answers from outside that are still to come. */
  get answersAwaited(): number {
    return this.#async.reduce((sum, { operator }) => sum + operator!.answersAwaited, 0);
  }

  get now(): number {
    return this.#now;
  }

  /** All state. It may share objects with the running operators: write or clone it before anything else happens. */
  snapshot(): LaneSnapshot {
    const { now, nodes } = this.#snapshotBesideTables();
    for (const { key, operator } of this.#vertices) {
      const tables = operator?.tables ?? [];
      if (tables.length > 0) nodes[key] = { ...nodes[key]!, tables: readTables(tables) };
    }
    return { now, nodes };
  }

  /** Begins a cut, which costs no more than what operators keep beside their tables is large; these follow later. */
  beginCut(): LaneCutBegun {
    // Functions that are told of the cut may write to keyed state: they come before it.
    const beside = this.#snapshotBesideTables();
    const tables = this.#vertices.flatMap(({ node, key, operator }) =>
      (operator?.tables ?? []).flatMap((table) =>
        Array.from(table.parts(), (part) => ({
          node: key,
          operator: node.name,
          table: table.name,
          cut: part.beginCut(),
        })),
      ),
    );
    return { beside, tables };
  }

  /** Forgets all cuts: the next one is of everything. */
  stopTracking(): void {
    for (const { operator } of this.#vertices) {
      for (const table of operator?.tables ?? []) for (const part of table.parts()) part.stopTracking();
    }
  }

  #snapshotBesideTables(): { now: number; nodes: Record<string, NodeSnapshot> } {
    // What was left would be lost.
    this.#unfinished.goOn();
    this.#endBatch();
    const nodes: Record<string, NodeSnapshot> = {};
    for (const vertex of this.#vertices) {
      const { node, key, index, operator, combiner, output } = vertex;
      const { length: parallelism } = this.#subtasks.get(node) ?? [vertex];
      nodes[key] = {
        name: node.name,
        watermark: operator?.currentWatermark ?? output.watermark,
        idle: output.idle,
        lateRecords: operator?.lateRecords ?? 0,
        lateSideOutputs: operator?.lateSideOutputs ?? 0,
        recordsIn: this.#counts[index]!,
        edges: edgesOf(vertex).map((edge) => this.#counts[edge]!),
        inputs: combiner?.snapshot(),
        ...(operator?.tables.length ? { maxParallelism: maxParallelismOf(node, parallelism) } : {}),
        ...schemasOf(operator?.tables ?? []),
        unsorted: vertex.sorter?.snapshot(),
        state: operator === undefined ? this.#sources.get(node.id)!.snapshot() : operator.snapshot(),
      };
    }
    return { now: this.#now, nodes };
  }

  /**
   * Takes up the state of nodes with equal keys, spread over as many subtasks as they have now; before `open`. The lane then
   * owns the snapshot's objects.
   * @throws {TidemarkError} `bad-parallelism`, `max-parallelism-differs`
   */
  restore(snapshot: LaneSnapshot): void {
    this.#now = snapshot.now;
    const nodes = forSubtasks(snapshot.nodes, this.#subtasks);
    for (const vertex of this.#vertices) {
      const saved = nodes[vertex.key];
      if (saved !== undefined) this.#restoreVertex(vertex, saved);
    }
    takeUpWatermarks(this.#vertices, nodes);
  }

  #restoreVertex(vertex: LaneVertex, saved: NodeSnapshot): void {
    const { node, index, operator, combiner, output } = vertex;
    output.watermark = saved.watermark;
    output.idle = saved.idle;
    this.#counts[index] = saved.recordsIn;
    edgesOf(vertex).forEach((edge, at) => (this.#counts[edge] = saved.edges?.[at] ?? 0));
    if (saved.inputs !== undefined && combiner?.fits(saved.inputs)) combiner.restore(saved.inputs);
    if (saved.unsorted !== undefined) vertex.sorter?.restore(saved.unsorted);
    if (operator === undefined) {
      this.#sources.get(node.id)!.restore(saved.state);
      return;
    }
    operator.currentWatermark = saved.watermark;
    operator.lateRecords = saved.lateRecords;
    operator.lateSideOutputs = saved.lateSideOutputs ?? 0;
    if (saved.state !== undefined) operator.restore(saved.state);
    for (const table of operator.tables) {
      table.restore(saved.tables?.[table.name] ?? [], saved.schemas?.[table.name]);
    }
  }

  /** Event time as each operator sees it, in the order of the graph; views are left out. */
  progress(): WatermarkProgress[] {
    return [...this.#subtasks].flatMap(([node, subtasks]) =>
      node.view === undefined ? progressOf(node, subtasks, this.#sources.get(node.id)?.maxTimestamp) : [],
    );
  }

  /** @param now the runtime's clock in epoch ms, by which watermarks lag */
  metrics(now = this.#now): OperatorMetrics[] {
    const rates = this.#meter.rates();
    return [...this.#subtasks].map(([node, subtasks]) => metricsOf(node, subtasks, this.#counts, rates, now));
  }

  /** Called by the outputs of vertices. */
  watermark(consumer: LaneConsumer, timestamp: number): void {
    if (this.#unfinished.isThere) return this.#unfinished.putOff(() => this.watermark(consumer, timestamp));
    const { vertex, channel } = consumer;
    const { operator, combiner } = vertex;
    if (combiner === undefined) {
      if (timestamp > operator!.currentWatermark) this.#advance(vertex, timestamp);
      return;
    }
    combiner.update(channel, timestamp);
    this.#combined(vertex, combiner);
  }

  /** Called by the outputs of vertices. */
  idle(consumer: LaneConsumer, idle: boolean): void {
    if (this.#unfinished.isThere) return this.#unfinished.putOff(() => this.idle(consumer, idle));
    const { vertex, channel } = consumer;
    const { operator, combiner } = vertex;
    if (combiner === undefined) {
      operator!.processIdle(idle);
      return;
    }
    combiner.setIdle(channel, idle);
    this.#combined(vertex, combiner);
  }

  /** Called by the outputs of vertices. */
  sideOutput(node: StreamNode, tag: string, value: unknown, timestamp: number | undefined): void {
    this.#options.sideOutput?.(node, tag, value, timestamp);
  }

  #process(sourceId: number, count: number, work: (source: LaneSource) => void): void {
    this.#unfinished.goOn();
    const source = this.#source(sourceId);
    const vertex = this.#vertices.find(({ node }) => node.id === sourceId)!;
    this.#counts[vertex.index]! += count;
    try {
      this.#meter.measure(() => {
        work(source);
        this.#endBatch();
      });
    } catch (error) {
      throw operatorFailure(error, vertex.node);
    }
  }

  /** Watermarks that were held back come through. */
  #endBatch(): void {
    for (const vertex of this.#holding) this.#guarded(vertex, () => vertex.operator!.endBatch());
  }

  #combined(vertex: LaneVertex, combiner: WatermarkCombiner): void {
    if (!combiner.combine()) return;
    const operator = vertex.operator!;
    if (!combiner.idle) operator.processIdle(false);
    if (combiner.watermark > operator.currentWatermark) {
      this.#advance(vertex, combiner.watermark);
    }
    if (combiner.idle) operator.processIdle(true);
  }

  #advance(vertex: LaneVertex, timestamp: number): void {
    const { operator, sorter } = vertex;
    if (timestamp === MAX_TIMESTAMP && sorter !== undefined) {
      const { mustStop } = this.#unfinished;
      this.#unfinished.firing(
        () => this.#guarded(vertex, () => sorter.release(mustStop)),
        () => this.#guarded(vertex, () => operator!.processWatermark(timestamp)),
      );
      return;
    }
    // Watermarks may be as many as records: none makes a function of its own here.
    try {
      operator!.processWatermark(timestamp);
    } catch (error) {
      throw failureOf(vertex, error);
    }
  }

  #connect(vertex: LaneVertex): void {
    const { node, operator, output, consumers, index } = vertex;
    const fail: Fail = (error, at, record) => {
      throw operatorFailure(error, this.#vertices[at]!.node, previewValue(record));
    };
    const compile = (readers: readonly LaneConsumer[]) => compileChain(readers, this.#counts, fail);
    output.connect(vertex, operator instanceof ExchangeOperator ? () => () => undefined : compile);
    if (operator instanceof ExchangeOperator)
      operator.connect(consumers.map((consumer) => compile([consumer])));
    if (operator === undefined) {
      this.#sources.get(node.id)!.compile(index, consumers, this.#counts, fail);
      return;
    }
    const subtasks = this.#subtasks.get(node) ?? [vertex];
    operator.setup(output, {
      name: node.name,
      subtask: subtasks.indexOf(vertex),
      parallelism: subtasks.length,
      currentProcessingTime: () => this.#now,
      alarm: this.#alarm,
      autoWatermarkInterval: this.#intervalOf(node),
      tracksEmission: consumers.some((consumer) => consumer.vertex.node.view !== undefined),
      strictInstances: this.#options.strictInstances ?? false,
      batch: this.#batch,
      muted: this.#options.muted ?? false,
      listen: (listener) => void this.#listeners.push({ vertex, listener }),
      mustStop: this.#unfinished.mustStop,
      firing: (fire, then) =>
        this.#unfinished.firing(
          () => this.#guarded(vertex, fire),
          () => this.#guarded(vertex, then),
        ),
      announceMail: () => this.#options.onMail?.(),
    });
  }

  #intervalOf({ parameters: { autoWatermarkInterval } }: StreamNode): number {
    if (typeof autoWatermarkInterval === 'number') return autoWatermarkInterval;
    return this.#options.autoWatermarkInterval ?? 200;
  }

  #nextTimeOf({ operator, node }: LaneVertex): number {
    if (operator === undefined) return this.#sources.get(node.id)!.nextProcessingTime;
    // In batch mode the clock's timers wait for the end of the input, but for those of requests to the world outside.
    return this.#batch && !operator.isAsync ? Infinity : operator.nextProcessingTime;
  }

  #guarded<R>(vertex: LaneVertex, work: () => R): R {
    try {
      return work();
    } catch (error) {
      throw failureOf(vertex, error);
    }
  }

  #source(id: number): LaneSource {
    const source = this.#sources.get(id);
    if (source === undefined) throw new RangeError(`the lane reads no source ${id}`);
    return source;
  }
}

/** What the states of an operator's tables are. */
function schemasOf(tables: readonly KeyedTable[]): Pick<NodeSnapshot, 'schemas'> {
  const schemas = tables.flatMap(({ name, schemas: known }) => (known === undefined ? [] : [[name, known]]));
  return schemas.length === 0 ? {} : { schemas: Object.fromEntries(schemas) as NodeSnapshot['schemas'] };
}

function failureOf({ operator, node }: LaneVertex, error: unknown): Error {
  const record = operator?.failedRecord;
  return operatorFailure(error, node, record === undefined ? undefined : previewValue(record));
}

/** Counters of the edges that start at a vertex. */
function edgesOf({ consumers, sideConsumers }: LaneVertex): number[] {
  return [...consumers, ...[...sideConsumers.values()].flat()].flatMap(({ edge }) => edge ?? []);
}

/** True if a source's input is to be processed as a whole: it ends, and its environment is not set to streaming. */
function isBatchSource({ source, parameters: { runtimeMode } }: StreamNode): boolean {
  return source?.boundedness === 'bounded' && (runtimeMode === 'batch' || runtimeMode === 'automatic');
}
