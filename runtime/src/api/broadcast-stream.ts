import type { MapStateDescriptor } from '../state/map-state.ts';
import type {
  BroadcastProcessFunction,
  KeyedBroadcastProcessFunction,
} from '../operators/broadcast-process-function.ts';
import {
  BroadcastProcessOperator,
  type AnyBroadcastFunction,
} from '../operators/broadcast-process-operator.ts';
import { FunctionSource } from '../operators/function-source.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import { DataStream } from './data-stream.ts';
import { checkSameGraph, type InGraph } from './same-graph.ts';

/**
 * A stream whose records go to all copies of the operator that it is connected to, for its broadcast states.
 * @example
 * const rules = env
 *   .fromData({ name: 'limit', value: 10 })
 *   .broadcast(new MapStateDescriptor<string, number>('rules'));
 * rules.descriptors.map(({ name }) => name); // → ['rules']
 */
export class BroadcastStream<T> {
  /** The stream that is broadcast. */
  readonly stream: DataStream<T>;
  /** The broadcast states that its records keep. */
  readonly descriptors: readonly MapStateDescriptor<unknown, unknown>[];

  /** Made by the methods of streams. @internal */
  constructor(stream: DataStream<T>, descriptors: readonly MapStateDescriptor<unknown, unknown>[]) {
    this.stream = stream;
    this.descriptors = descriptors;
  }
}

/** A stream beside a broadcast stream. */
export class BroadcastConnectedStream<T1, T2> {
  readonly #first: InGraph;
  readonly #broadcast: BroadcastStream<T2>;
  readonly #keySelector: KeySelector | undefined;
  declare readonly firstType?: T1;

  /** Made by the methods of streams. @internal */
  constructor(first: InGraph, broadcast: BroadcastStream<T2>, keySelector?: KeySelector) {
    checkSameGraph('connect', first, broadcast.stream);
    this.#first = first;
    this.#broadcast = broadcast;
    this.#keySelector = keySelector;
  }

  /**
   * Runs a function on the records of both, given as an instance or as a factory of instances.
   * @example
   * const RULES = new MapStateDescriptor<string, number>('rules');
   * class Counted extends BroadcastProcessFunction<string, string, string> {
   *   *processElement(value: string) {
   *     yield value;
   *   }
   *   processBroadcastElement(rule: string, context: BroadcastContext) {
   *     context.getBroadcastState(RULES).put(rule, rule.length);
   *   }
   * }
   * const values = env
   *   .fromData('a', 'b')
   *   .connect(env.fromData('rule').broadcast(RULES))
   *   .process(() => new Counted());
   * await values.executeAndCollect(); // → ['a', 'b']
   */
  process<R>(
    fn: BroadcastProcessFunction<T1, T2, R> | (() => BroadcastProcessFunction<T1, T2, R>),
  ): DataStream<R> {
    return this.processBy(fn);
  }

  /** Runs any function on the records of both. */
  protected processBy<R>(fn: unknown): DataStream<R> {
    const source = new FunctionSource(fn as AnyBroadcastFunction | (() => AnyBroadcastFunction));
    const { stream, descriptors } = this.#broadcast;
    const names = descriptors.map(({ name }) => name);
    const keySelector = this.#keySelector;
    const { graph, node } = this.#first;
    const added = graph.add({
      kind: keySelector === undefined ? 'broadcast-process' : 'keyed-broadcast-process',
      name: 'process',
      inputs: [{ from: node }, { from: stream.node }],
      parameters: { ...keySelector?.parameters, broadcastStates: names },
      functions: [...(keySelector?.functions ?? []), source.given],
      createOperator: () => new BroadcastProcessOperator(source, names, keySelector),
    });
    return new DataStream<R>(graph, added);
  }
}

/** A keyed stream beside a broadcast stream. */
export class KeyedBroadcastConnectedStream<T1, T2, K> extends BroadcastConnectedStream<T1, T2> {
  declare readonly keyType?: K;

  /** Made by the methods of streams. @internal */
  constructor(first: InGraph, broadcast: BroadcastStream<T2>, keySelector: KeySelector) {
    super(first, broadcast, keySelector);
  }

  /**
   * Runs a function on the records of both, with state and timers a key.
   * @example
   * const FACTOR = new MapStateDescriptor<string, number>('factor');
   * class Scaled extends KeyedBroadcastProcessFunction<string, number, number, number> {
   *   #sum!: ValueState<number>;
   *   override open() {
   *     this.#sum = this.getRuntimeContext().getState(new ValueStateDescriptor('sum', 0));
   *   }
   *   *processElement(n: number, context: KeyedReadOnlyContext<string>) {
   *     this.#sum.update(
   *       this.#sum.value() + n * (context.getBroadcastState(FACTOR).get('factor') ?? 1),
   *     );
   *     yield this.#sum.value();
   *   }
   *   processBroadcastElement(factor: number, context: KeyedBroadcastContext<string>) {
   *     context.getBroadcastState(FACTOR).put('factor', factor);
   *   }
   * }
   * const result = await testJob(
   *   [on('factors', element(10)), on('numbers', element(3)), on('numbers', element(4))],
   *   ({ factors, numbers }) =>
   *     numbers
   *       .keyBy(() => 'all')
   *       .connect(factors.broadcast(FACTOR))
   *       .process(() => new Scaled()),
   *   { inputs: ['factors', 'numbers'] },
   * );
   * result.records.map(({ value }) => value); // → [30, 70]
   */
  override process<R>(
    fn:
      | KeyedBroadcastProcessFunction<K, T1, T2, R>
      | BroadcastProcessFunction<T1, T2, R>
      | (() => KeyedBroadcastProcessFunction<K, T1, T2, R>)
      | (() => BroadcastProcessFunction<T1, T2, R>),
  ): DataStream<R> {
    return this.processBy(fn);
  }
}
