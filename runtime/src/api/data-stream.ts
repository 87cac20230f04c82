import { badArgument } from '../errors.ts';
import type { NewNode, StreamGraph } from '../graph/stream-graph.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { Collector, Results } from '../operators/collector.ts';
import { ForwardOperator } from '../operators/forward-operator.ts';
import { FunctionSource } from '../operators/function-source.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import type { OutputTag } from '../operators/output-tag.ts';
import type { FieldName } from '../operators/field-aggregate.ts';
import { KeyedProcessOperator } from '../operators/keyed-process-operator.ts';
import type { KeyedProcessFunction, ProcessFunction } from '../operators/process-function.ts';
import type { MapStateDescriptor } from '../state/map-state.ts';
import type { ReduceFunction } from '../state/reducing-state.ts';
import { ProcessOperator } from '../operators/process-operator.ts';
import type {
  RichFilterFunction,
  RichFlatMapFunction,
  RichMapFunction,
} from '../operators/rich-record-functions.ts';
import type { PartitionFunction, StreamPartitioner } from '../operators/stream-partitioner.ts';
import { TimestampsOperator } from '../operators/timestamps-operator.ts';
import type { WatermarkStrategy } from '../time/watermark-strategy.ts';
import { CountEvictor } from '../windows/count-evictor.ts';
import { CountTrigger } from '../windows/count-trigger.ts';
import { GlobalWindows } from '../windows/global-windows.ts';
import { PurgingTrigger } from '../windows/purging-trigger.ts';
import type { WindowAssigner } from '../windows/window-assigner.ts';
import type { GlobalWindow, Window } from '../windows/window.ts';
import { AllWindowedStream } from './all-windowed-stream.ts';
import { BaseStream } from './base-stream.ts';
import {
  BroadcastConnectedStream,
  BroadcastStream,
  KeyedBroadcastConnectedStream,
} from './broadcast-stream.ts';
import { ConnectedStreams, KeyedConnectedStreams } from './connected-streams.ts';
import type { AnyField, Key, KeyField, KeyOf, NumericField } from './field-types.ts';
import { IntervalJoin } from './interval-join.ts';
import { JoinedStreams } from './joined-streams.ts';
import { keySelectorOf, notKeyed } from './key-argument.ts';
import { partitionNode } from './partition-node.ts';
import { recordNode } from './record-nodes.ts';
import { checkSameGraph } from './same-graph.ts';
import { rollingNumber, rollingRecord, rollingReduce } from './rolling-aggregation.ts';
import { WindowedStream } from './windowed-stream.ts';

type AnyFunction = KeyedProcessFunction<unknown, unknown, unknown> | ProcessFunction<unknown, unknown>;

/**
 * A stream of records. Its methods describe operators; nothing runs before a sink or a view needs it.
 * @example
 * const loud = env.fromData('a', 'b').map((letter) => letter.toUpperCase());
 * await loud.executeAndCollect(); // → ['A', 'B']
 */
export class DataStream<out T> extends BaseStream<T> {
  /**
   * One record for each record: what a function returns, or a `RichMapFunction`.
   * @throws {TidemarkError} `bad-argument` unless `fn` is a function.
   * @example
   * const doubled = env.fromData(1, 2, 3).map((n) => n * 2);
   * await doubled.executeAndCollect(); // → [2, 4, 6]
   */
  // A factory takes no value; that it may keeps a plain function's parameter typed while overloads are tried.
  map<R>(fn: RichMapFunction<T, R> | ((value: T) => RichMapFunction<T, R>)): DataStream<R>;
  map<R>(fn: (value: T) => R): DataStream<R>;
  map<R>(fn: unknown): DataStream<R> {
    return this.next(recordNode('map', fn, this.keys));
  }

  /**
   * Only the records for which `fn` is true; a type guard narrows the type of the stream.
   * @throws {TidemarkError} `bad-argument` unless `fn` is a function.
   * @example
   * const even = env.fromSequence(1, 6).filter((n) => n % 2 === 0);
   * await even.executeAndCollect(); // → [2, 4, 6]
   */
  filter<R extends T>(fn: (value: T) => value is R): DataStream<R>;
  filter(fn: RichFilterFunction<T> | ((value: T) => RichFilterFunction<T>)): DataStream<T>;
  filter(fn: (value: T) => boolean): DataStream<T>;
  filter(fn: unknown): DataStream<T> {
    return this.next(recordNode('filter', fn, this.keys));
  }

  /**
   * Any number of records for each record: those that `fn` returns, yields or collects. A string is not taken for a
   * list of its characters: returning one is a type error.
   * @throws {TidemarkError} `bad-argument` unless `fn` is a function.
   * @example
   * const words = env.fromData('to be', 'or not').flatMap((line) => line.split(' '));
   * await words.executeAndCollect(); // → ['to', 'be', 'or', 'not']
   */
  flatMap<R>(
    fn: RichFlatMapFunction<T, R> | ((value: T, out: Collector<R>) => RichFlatMapFunction<T, R>),
  ): DataStream<R>;
  flatMap<R>(fn: (value: T, out: Collector<R>) => Results<R>): DataStream<R>;
  flatMap<R>(fn: unknown): DataStream<R> {
    return this.next(recordNode('flatMap', fn, this.keys));
  }

  /**
   * Groups records by a field or by what a function returns; keys compare by value, arrays and plain objects too. A
   * record whose key is `null`, `undefined`, `NaN`, a `Date` or a function fails the stream with `bad-key`.
   * @throws {TidemarkError} `bad-argument` unless it is given a field or a function.
   * @example
   * const totals = orders.keyBy('user').sum(({ amount }) => amount);
   * await totals.executeAndCollect(); // → [3, 5, 7, 7]
   */
  keyBy<F extends KeyField<T>, K extends KeyOf<T, F> = KeyOf<T, F>>(field: F): KeyedStream<T, K>;
  keyBy<K extends Key>(fn: (value: T) => K): KeyedStream<T, K>;
  keyBy(selector: string | number | ((value: T) => unknown)): KeyedStream<T, unknown> {
    return new KeyedStream<T, unknown>(this.graph, this.node, keySelectorOf('keyBy', selector));
  }

  /**
   * Runs a process function, given as an instance or as a factory of instances. What runs again after a restore or
   * an edit, and has fields of its own, needs a factory: an instance that was open before fails with
   * `instance-reused`.
   * @example
   * class WithTimestamp extends ProcessFunction<{ user: string }, string> {
   *   *processElement(order: { user: string }, context: Context) {
   *     yield `${order.user} at ${context.timestamp()}`;
   *   }
   * }
   * const lines = orders.process(() => new WithTimestamp());
   * await lines.executeAndCollect({ limit: 2 }); // → ['ann at 1000', 'bob at 4000']
   */
  process<R>(fn: ProcessFunction<T, R> | (() => ProcessFunction<T, R>)): DataStream<R> {
    const source = new FunctionSource(
      fn as ProcessFunction<unknown, unknown> | (() => ProcessFunction<unknown, unknown>),
    );
    return this.next({
      kind: 'process',
      functions: [source.given],
      createOperator: () => new ProcessOperator(source),
    });
  }

  /**
   * All records of this and other streams of one environment; its watermark is the lowest of theirs.
   * @throws {TidemarkError} `bad-argument` for a stream of another environment.
   * @example
   * await env.fromData(1, 2).union(env.fromData(3)).executeAndCollect(); // → [1, 2, 3]
   */
  union(...streams: readonly DataStream<T>[]): DataStream<T> {
    for (const stream of streams) checkSameGraph('union', this, stream);
    return this.next({
      kind: 'union',
      inputs: [this, ...streams].map(({ node }) => ({ from: node })),
      createOperator: () => new ForwardOperator(),
    });
  }

  /**
   * Puts another stream beside it, for one operator that reads both; or a broadcast stream, for its broadcast
   * states.
   * @throws {TidemarkError} `bad-argument` for a stream of another environment.
   * @example
   * const both = orders.connect(payments).map(
   *   ({ amount }) => amount,
   *   ({ paid }) => -paid,
   * );
   * await both.windowAll(TumblingEventTimeWindows.of('20 s')).sum(0).executeAndCollect(); // → [6]
   */
  connect<U>(broadcast: BroadcastStream<U>): BroadcastConnectedStream<T, U>;
  connect<U>(other: DataStream<U>): ConnectedStreams<T, U>;
  connect<U>(
    other: DataStream<U> | BroadcastStream<U>,
  ): ConnectedStreams<T, U> | BroadcastConnectedStream<T, U> {
    if (other instanceof BroadcastStream) return new BroadcastConnectedStream<T, U>(this, other);
    return new ConnectedStreams<T, U>(this, other);
  }

  /**
   * Its records go to the subtasks of the next operator in turn. Flink's `rebalance`; like the methods beside it, it
   * makes no difference before an operator of parallelism 1.
   * @throws {TidemarkError} `unsupported` on a keyed stream, whose keys say where records go.
   * @example
   * const halves = env.fromData(1, 2, 3).rebalance().map((n) => n / 2).setParallelism(2);
   * (await halves.executeAndCollect()).sort(); // → [0.5, 1, 1.5]
   */
  rebalance(): DataStream<T> {
    return this.partitioned('rebalance');
  }

  /**
   * In turn among its share of the next subtasks: with 2 subtasks before 4, each sends to two of its own.
   * @throws {TidemarkError} `unsupported` on a keyed stream.
   * @example
   * const both = env.fromData(1, 2).rescale().map((n) => n + 1).setParallelism(2);
   * (await both.executeAndCollect()).sort(); // → [2, 3]
   */
  rescale(): DataStream<T> {
    return this.partitioned('rescale');
  }

  /**
   * Each to a subtask that looks random; in every run the same (law 11).
   * @throws {TidemarkError} `unsupported` on a keyed stream.
   * @example
   * const spread = env.fromData(1, 2).shuffle().map((n) => n + 1).setParallelism(2);
   * (await spread.executeAndCollect()).sort(); // → [2, 3]
   */
  shuffle(): DataStream<T> {
    return this.partitioned('shuffle');
  }

  /**
   * All to the first subtask of the next operator.
   * @throws {TidemarkError} `unsupported` on a keyed stream.
   * @example
   * const inOrder = env.fromData(1, 2).global().map((n) => n + 1).setParallelism(2);
   * await inOrder.executeAndCollect(); // → [2, 3]
   */
  global(): DataStream<T> {
    return this.partitioned('global');
  }

  /**
   * From each subtask to the one of the same number.
   * @throws {TidemarkError} `unsupported` on a keyed stream; when it runs `bad-parallelism`, unless the next operator has as
   *   many subtasks.
   * @example
   * const more = env.fromData(1, 2).map((n) => n + 1).setParallelism(2);
   * const pairs = more.forward().map((n) => [n]).setParallelism(3);
   * await pairs.executeAndCollect(); // throws 'bad-parallelism'
   */
  forward(): DataStream<T> {
    return this.partitioned('forward');
  }

  /**
   * A function chooses each record's subtask by a key. Unlike `keyBy` it makes no keyed stream.
   * @param partitioner gets the key and the number of subtasks, and returns one, from 0
   * @throws {TidemarkError} `bad-argument` unless both can be used; `unsupported` on a keyed stream; when it runs `bad-partition` for a
   *   number that is no subtask.
   * @example
   * const spread = orders.partitionCustom((amount, n) => amount % n, 'amount');
   * await spread.map(({ amount }) => amount).setParallelism(2).executeAndCollect(); // → [3, 5, 4, 2]
   */
  partitionCustom<F extends KeyField<T>, K extends KeyOf<T, F> = KeyOf<T, F>>(
    partitioner: PartitionFunction<NoInfer<K>>,
    field: F,
  ): DataStream<T>;
  partitionCustom<K extends Key>(partitioner: PartitionFunction<K>, fn: (value: T) => K): DataStream<T>;
  partitionCustom(
    partitioner: PartitionFunction<never>,
    selector: string | number | ((value: T) => unknown),
  ): DataStream<T> {
    if (typeof partitioner !== 'function') {
      throw badArgument('partitioner', partitioner, 'It must be a function.', 'As in (key, n) => key % n.');
    }
    const keySelector = keySelectorOf('partitionCustom', selector);
    return this.partitioned({ by: partitioner as PartitionFunction<unknown>, keySelector });
  }

  /**
   * Its records go to all subtasks of the next operator; with descriptors, to keep broadcast states with them.
   * @throws {TidemarkError} `unsupported` on a keyed stream, without descriptors.
   * @example
   * const rules = env.fromData('rule').broadcast(new MapStateDescriptor<string, number>('rules'));
   */
  broadcast(): DataStream<T>;
  broadcast(...descriptors: readonly MapStateDescriptor<unknown, unknown>[]): BroadcastStream<T>;
  broadcast(
    ...descriptors: readonly MapStateDescriptor<unknown, unknown>[]
  ): DataStream<T> | BroadcastStream<T> {
    return descriptors.length === 0
      ? this.partitioned('broadcast')
      : new BroadcastStream<T>(this, descriptors);
  }

  /**
   * An inner join with another stream within windows: each pair of records with equal keys.
   * @throws {TidemarkError} `bad-argument` for a stream of another environment.
   * @example
   * const matched = orders.join(payments).where('user').equalTo('user');
   * const open = matched
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .apply((order, payment) => order.amount - payment.paid);
   * await open.executeAndCollect(); // → [0, 1, 0]
   */
  join<U>(other: DataStream<U>): JoinedStreams<T, U, 'join'> {
    return new JoinedStreams<T, U, 'join'>('join', this, other);
  }

  /**
   * Groups with another stream within windows: for each key both groups at once, one of which may be empty (an outer
   * join).
   * @throws {TidemarkError} `bad-argument` for a stream of another environment.
   * @example
   * const matched = orders.coGroup(payments).where('user').equalTo('user');
   * const counts = matched
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .apply((ofOrders, ofPayments) => [[ofOrders.length, ofPayments.length]]);
   * await counts.executeAndCollect(); // → [[2, 1], [1, 1], [1, 0]]
   */
  coGroup<U>(other: DataStream<U>): JoinedStreams<T, U, 'coGroup'> {
    return new JoinedStreams<T, U, 'coGroup'>('coGroup', this, other);
  }

  /**
   * What the operator right before has sent to `tag`.
   * @example
   * const late = new OutputTag<number>('late');
   * const sums = (numbers: DataStream<number>) =>
   *   numbers.windowAll(TumblingEventTimeWindows.of('10 s')).sideOutputLateData(late).sum(0);
   * const result = await testJob([watermark(10_000), element(2, 2_000)], (numbers) => sums(numbers).getSideOutput(late));
   * result.records; // → [{ value: 2, timestamp: 2000 }]
   */
  getSideOutput<X>(tag: OutputTag<X>): DataStream<X> {
    return this.next({
      kind: 'side-output',
      name: `side output ${tag.id}`,
      parameters: { tag: tag.id },
      inputs: [{ from: this.node, sideOutput: tag.id }],
      createOperator: () => new ForwardOperator(),
    });
  }

  /**
   * Windows over the whole stream, without keys.
   * @example
   * const sums = orders.windowAll(TumblingEventTimeWindows.of('10 s')).sum(({ amount }) => amount);
   * await sums.executeAndCollect(); // → [12, 2]
   */
  windowAll<W extends Window>(assigner: WindowAssigner<T, W>): AllWindowedStream<T, W> {
    return new AllWindowedStream<T, W>(this.graph, this.node, assigner);
  }

  /**
   * Windows of `n` records each, or, with `slide`, of the last `n` records after every `slide` of them. Records that do
   * not fill a window are not seen.
   * @throws {TidemarkError} `bad-argument` unless both are whole numbers > 0.
   * @example
   * const numbers = env.fromData(1, 2, 3, 4, 5);
   * await numbers.countWindowAll(2).sum(0).executeAndCollect(); // → [3, 7]
   * await numbers.countWindowAll(3, 2).sum(0).executeAndCollect(); // → [3, 9]
   */
  countWindowAll(n: number, slide?: number): AllWindowedStream<T, GlobalWindow> {
    const windows = this.windowAll(GlobalWindows.create());
    if (slide === undefined) return windows.trigger(PurgingTrigger.of(CountTrigger.of(n)));
    return windows.evictor(CountEvictor.of(n)).trigger(CountTrigger.of(slide));
  }

  /**
   * Gives records timestamps and the stream watermarks, in place of those it has. Watermarks come at the interval of
   * `env.getConfig()`, 200 ms unless set.
   * @example
   * const times = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n);
   * const numbers = env.fromData(1_000, 2_000, 9_000).assignTimestampsAndWatermarks(times);
   * const counts = numbers.windowAll(TumblingEventTimeWindows.of('5 s')).sum(() => 1);
   * await counts.executeAndCollect(); // → [2, 1]
   */
  assignTimestampsAndWatermarks(strategy: WatermarkStrategy<T>): DataStream<T> {
    const described = strategy as unknown as WatermarkStrategy<unknown>;
    return this.next({
      kind: 'timestamps',
      name: 'timestamps and watermarks',
      parameters: strategy.parameters,
      functions: strategy.functions,
      createOperator: () => new TimestampsOperator(described),
    });
  }

  /** By what a keyed stream is keyed. @internal */
  get keys(): KeySelector | undefined {
    return undefined;
  }

  /** The same records, spread as the partitioner says. */
  protected partitioned(partitioner: StreamPartitioner): DataStream<T> {
    return this.next(partitionNode(partitioner, this.keys !== undefined));
  }

  /** Adds an operator behind this one. */
  protected next<R>(node: NewNode): DataStream<R> {
    return new DataStream<R>(this.graph, this.graph.add({ inputs: [{ from: this.node }], ...node }));
  }
}

// Beside DataStream, not in a file of its own: each makes or extends the other, and modules that need each other to be
// evaluated first cannot both come first.
/**
 * A stream of records that are grouped by key: state, timers and windows are each key's own.
 * @example
 * const counts = orders.keyBy('user').sum(() => 1);
 * await counts.executeAndCollect(); // → [1, 1, 2, 2]
 */
export class KeyedStream<out T, out K> extends DataStream<T> {
  readonly #keySelector: KeySelector;

  /** Made by the methods of streams and environments. @internal */
  constructor(graph: StreamGraph, node: StreamNode, keySelector: KeySelector) {
    super(graph, node);
    this.#keySelector = keySelector;
  }

  /** @internal */
  override get keys(): KeySelector {
    return this.#keySelector;
  }

  /**
   * For each record, what all records of its key so far reduce to; the first record of a key as it is.
   * @example
   * const longest = env.fromData('ab', 'c', 'abc').keyBy(() => 'all').reduce((a, b) => (b.length > a.length ? b : a));
   * await longest.executeAndCollect(); // → ['ab', 'ab', 'abc']
   */
  reduce(fn: ReduceFunction<T>): DataStream<T> {
    return this.next(rollingReduce(this.#keySelector, fn));
  }

  /**
   * The running sum a key: of a field, in the first record with that field replaced; of a function, as a number.
   * @example
   * const pairs = env.fromData<[string, number]>(['a', 1], ['a', 2]).keyBy(0);
   * await pairs.sum(1).executeAndCollect(); // → [['a', 1], ['a', 3]]
   * await pairs.sum(([, n]) => n).executeAndCollect(); // → [1, 3]
   */
  sum<F extends NumericField<T>>(field: F): DataStream<T>;
  sum(fn: (value: T) => number): DataStream<number>;
  sum(field: FieldName | ((value: T) => number)): DataStream<T> | DataStream<number> {
    return this.next<T>(rollingNumber(this.#keySelector, 'sum', field));
  }

  /**
   * The running minimum a key: of a field, in the first record with that field replaced; of a function, as a number.
   * @example
   * const minima = orders.keyBy('user').min(({ amount }) => amount);
   * await minima.executeAndCollect(); // → [3, 5, 3, 2]
   */
  min<F extends NumericField<T>>(field: F): DataStream<T>;
  min(fn: (value: T) => number): DataStream<number>;
  min(field: FieldName | ((value: T) => number)): DataStream<T> | DataStream<number> {
    return this.next<T>(rollingNumber(this.#keySelector, 'min', field));
  }

  /**
   * The running maximum a key: of a field, in the first record with that field replaced; of a function, as a number.
   * @example
   * const maxima = orders.keyBy('user').max(({ amount }) => amount);
   * await maxima.executeAndCollect(); // → [3, 5, 4, 5]
   */
  max<F extends NumericField<T>>(field: F): DataStream<T>;
  max(fn: (value: T) => number): DataStream<number>;
  max(field: FieldName | ((value: T) => number)): DataStream<T> | DataStream<number> {
    return this.next<T>(rollingNumber(this.#keySelector, 'max', field));
  }

  /**
   * The record with the lowest value of a field or function so far, the first of equals.
   * @example
   * const least = orders
   *   .keyBy('user')
   *   .minBy('amount')
   *   .map(({ time }) => time);
   * await least.executeAndCollect(); // → [1000, 4000, 1000, 12000]
   */
  minBy<F extends AnyField<T>>(field: F | ((value: T) => unknown)): DataStream<T> {
    return this.next(rollingRecord(this.#keySelector, 'minBy', field));
  }

  /**
   * The record with the highest value of a field or function so far, the first of equals.
   * @example
   * const most = orders
   *   .keyBy('user')
   *   .maxBy('amount')
   *   .map(({ time }) => time);
   * await most.executeAndCollect(); // → [1000, 4000, 8000, 4000]
   */
  maxBy<F extends AnyField<T>>(field: F | ((value: T) => unknown)): DataStream<T> {
    return this.next(rollingRecord(this.#keySelector, 'maxBy', field));
  }

  /**
   * Runs a process function with state and timers a key, given as an instance or as a factory of instances.
   * @example
   * class Labelled extends KeyedProcessFunction<string, { amount: number }, string> {
   *   *processElement(order: { amount: number }, context: KeyedContext<string>) {
   *     yield `${context.getCurrentKey()} ${order.amount}`;
   *   }
   * }
   * const lines = orders.keyBy('user').process(() => new Labelled());
   * await lines.executeAndCollect({ limit: 2 }); // → ['ann 3', 'bob 5']
   */
  override process<R>(
    fn:
      | KeyedProcessFunction<K, T, R>
      | ProcessFunction<T, R>
      | (() => KeyedProcessFunction<K, T, R>)
      | (() => ProcessFunction<T, R>),
  ): DataStream<R> {
    const source = new FunctionSource(fn as AnyFunction | (() => AnyFunction));
    return this.next({
      kind: 'keyed-process',
      name: 'process',
      parameters: this.#keySelector.parameters,
      functions: [...this.#keySelector.functions, source.given],
      createOperator: () => new KeyedProcessOperator(this.#keySelector, source),
    });
  }

  /**
   * Windows of each key; what becomes of them is said next.
   * @example
   * const sums = orders
   *   .keyBy('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .sum(({ amount }) => amount);
   * await sums.executeAndCollect(); // → [7, 5, 2]
   */
  window<W extends Window>(assigner: WindowAssigner<T, W>): WindowedStream<T, K, W> {
    return new WindowedStream<T, K, W>(this.graph, this.node, this.#keySelector, assigner);
  }

  /**
   * Puts another stream beside it, for one operator that reads both: one of equal keys, so that they share state and
   * timers, one without keys, or a broadcast stream, for its broadcast states.
   * @throws {TidemarkError} `bad-argument` for a stream of another environment.
   * @example
   * const both = orders.keyBy('user').connect(payments.keyBy('user'));
   * (await both.map(({ amount }) => amount, ({ paid }) => -paid).executeAndCollect()).length; // → 6
   */
  override connect<U>(broadcast: BroadcastStream<U>): KeyedBroadcastConnectedStream<T, U, K>;
  override connect<U>(other: KeyedStream<U, K>): KeyedConnectedStreams<T, U, K>;
  override connect<U>(other: DataStream<U>): ConnectedStreams<T, U>;
  override connect<U>(
    other: DataStream<U> | BroadcastStream<U>,
  ): ConnectedStreams<T, U> | BroadcastConnectedStream<T, U> {
    const selector = this.#keySelector;
    if (other instanceof BroadcastStream)
      return new KeyedBroadcastConnectedStream<T, U, K>(this, other, selector);
    if (!(other instanceof KeyedStream)) return new ConnectedStreams<T, U>(this, other);
    const keyed = other as KeyedStream<U, K>;
    return new KeyedConnectedStreams<T, U, K>(this, keyed, selector, keyed.#keySelector);
  }

  /**
   * Pairs its records with those of another keyed stream of equal keys whose timestamps are near; `between` says how
   * near.
   * @throws {TidemarkError} `bad-argument` for a stream of another environment.
   * @example
   * const near = orders.keyBy('user').intervalJoin(payments.keyBy('user')).between('0 s', '6 s');
   * await near.process((order, payment) => [order.amount - payment.paid]).executeAndCollect(); // → [0, 0]
   */
  intervalJoin<U>(other: KeyedStream<U, K>): IntervalJoin<T, U> {
    checkSameGraph('intervalJoin', this, other);
    if (!(#keySelector in other)) throw notKeyed('intervalJoin');
    return new IntervalJoin<T, U>(this, this.#keySelector, other, other.#keySelector);
  }

  /**
   * Windows of `n` records a key each, or, with `slide`, of a key's last `n` records after every `slide` of them.
   * Records that do not fill a window are not seen.
   * @throws {TidemarkError} `bad-argument` unless both are whole numbers > 0.
   * @example
   * const sums = orders.keyBy('user').countWindow(2).sum(({ amount }) => amount);
   * await sums.executeAndCollect(); // → [7, 7]
   */
  countWindow(n: number, slide?: number): WindowedStream<T, K, GlobalWindow> {
    const windows = this.window(GlobalWindows.create());
    if (slide === undefined) return windows.trigger(PurgingTrigger.of(CountTrigger.of(n)));
    return windows.evictor(CountEvictor.of(n)).trigger(CountTrigger.of(slide));
  }
}
