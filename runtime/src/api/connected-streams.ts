import { badArgument } from '../errors.ts';
import type { NewNode } from '../graph/stream-graph.ts';
import {
  CoFlatMapAdapter,
  CoMapAdapter,
  type CoFlatMapFunction,
  type CoMapFunction,
} from '../operators/co-map-function.ts';
import type { CoProcessFunction, KeyedCoProcessFunction } from '../operators/co-process-function.ts';
import { CoProcessOperator, type AnyCoProcessFunction } from '../operators/co-process-operator.ts';
import type { Collector, Results } from '../operators/collector.ts';
import { FunctionSource } from '../operators/function-source.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import type { InputKeys } from '../operators/two-input-operator.ts';
import { DataStream } from './data-stream.ts';
import type { Key, KeyField, KeyFieldOf, KeyOf } from './field-types.ts';
import { keySelectorOf } from './key-argument.ts';
import { checkSameGraph, type InGraph } from './same-graph.ts';

/** Two streams, of types of their own, that one operator reads. */
export class ConnectedStreams<out T1, out T2> {
  readonly #first: InGraph;
  readonly #second: InGraph;
  readonly #keys: InputKeys;
  /** Only for the types: nothing is ever kept here. */
  declare readonly types?: readonly [T1, T2];

  /** Made by the methods of streams. @internal */
  constructor(first: InGraph, second: InGraph, keys: InputKeys = {}) {
    checkSameGraph('connect', first, second);
    this.#first = first;
    this.#second = second;
    this.#keys = keys;
  }

  /**
   * One record for each record: by one function for each stream, or by one object with `map1` and `map2`.
   * @throws {TidemarkError} `bad-argument` for anything else.
   * @example
   * const lengths = env
   *   .fromData(1, 2)
   *   .connect(env.fromData('abc'))
   *   .map(
   *     (n) => n * 2,
   *     (word) => word.length,
   *   );
   * await lengths.executeAndCollect(); // → [2, 4, 3]
   */
  map<R>(map1: (value: T1) => R, map2: (value: T2) => R): DataStream<R>;
  map<R1, R2>(map1: (value: T1) => R1, map2: (value: T2) => R2): DataStream<R1 | R2>;
  map<R>(fn: CoMapFunction<T1, T2, R> | (() => CoMapFunction<T1, T2, R>)): DataStream<R>;
  map<R>(first: unknown, second?: unknown): DataStream<R> {
    return this.#mapped('map', 'map1', 'map2', first, second, (fn) => {
      return new CoMapAdapter(fn as CoMapFunction<unknown, unknown, unknown>);
    });
  }

  /**
   * Any number of records for each record: by one function for each stream, or by one object with `flatMap1` and
   * `flatMap2`.
   * @throws {TidemarkError} `bad-argument` for anything else.
   * @example
   * const letters = env
   *   .fromData('ab')
   *   .connect(env.fromData(2))
   *   .flatMap(
   *     (word) => word.split(''),
   *     (n) => Array(n).fill('*'),
   *   );
   * await letters.executeAndCollect(); // → ['a', 'b', '*', '*']
   */
  flatMap<R>(
    flatMap1: (value: T1, out: Collector<R>) => Results<R>,
    flatMap2: (value: T2, out: Collector<R>) => Results<R>,
  ): DataStream<R>;
  flatMap<R1 = never, R2 = never>(
    flatMap1: (value: T1, out: Collector<R1>) => Results<R1>,
    flatMap2: (value: T2, out: Collector<R2>) => Results<R2>,
  ): DataStream<R1 | R2>;
  flatMap<R>(fn: CoFlatMapFunction<T1, T2, R> | (() => CoFlatMapFunction<T1, T2, R>)): DataStream<R>;
  flatMap<R>(first: unknown, second?: unknown): DataStream<R> {
    return this.#mapped('flatMap', 'flatMap1', 'flatMap2', first, second, (fn) => {
      return new CoFlatMapAdapter(fn as CoFlatMapFunction<unknown, unknown, unknown>);
    });
  }

  /**
   * Runs a function on the records of both streams, given as an instance or as a factory of instances.
   * @example
   * class Labelled extends CoProcessFunction<number, string, string> {
   *   *processElement1(n: number) {
   *     yield `number ${n}`;
   *   }
   *   *processElement2(word: string) {
   *     yield `word ${word}`;
   *   }
   * }
   * const labels = env
   *   .fromData(1)
   *   .connect(env.fromData('one'))
   *   .process(() => new Labelled());
   * await labels.executeAndCollect(); // → ['number 1', 'word one']
   */
  process<R>(fn: CoProcessFunction<T1, T2, R> | (() => CoProcessFunction<T1, T2, R>)): DataStream<R> {
    return this.processBy(fn);
  }

  /**
   * Groups both streams by keys of one type: records with equal keys share state and timers.
   * @throws {TidemarkError} `bad-argument` unless each is a field or a function.
   * @example
   * const both = orders.connect(payments).keyBy('user', 'user');
   * const lengths = both.map(
   *   ({ amount }) => amount,
   *   ({ paid }) => paid,
   * );
   * (await lengths.executeAndCollect()).length; // → 6
   */
  keyBy<
    F extends KeyField<T1>,
    G extends KeyFieldOf<T2, KeyOf<T1, F>>,
    K extends KeyOf<T1, F> = KeyOf<T1, F>,
  >(field1: F, field2: G): KeyedConnectedStreams<T1, T2, K>;
  keyBy<K extends Key>(
    key1: (value: T1) => K,
    key2: (value: T2) => NoInfer<K>,
  ): KeyedConnectedStreams<T1, T2, K>;
  keyBy<K extends Key, G extends KeyFieldOf<T2, NoInfer<K>>>(
    key1: (value: T1) => K,
    field2: G,
  ): KeyedConnectedStreams<T1, T2, K>;
  keyBy<F extends KeyField<T1>, K extends KeyOf<T1, F> = KeyOf<T1, F>>(
    field1: F,
    key2: (value: T2) => NoInfer<K>,
  ): KeyedConnectedStreams<T1, T2, K>;
  keyBy(key1: unknown, key2: unknown): KeyedConnectedStreams<T1, T2, unknown> {
    return new KeyedConnectedStreams<T1, T2, unknown>(
      this.#first,
      this.#second,
      keySelectorOf('keyBy', key1),
      keySelectorOf('keyBy', key2),
    );
  }

  /** Runs any function on both streams. */
  protected processBy<R>(fn: unknown): DataStream<R> {
    const source = new FunctionSource(fn as AnyCoProcessFunction | (() => AnyCoProcessFunction));
    return this.#next('co-process', 'process', [source.given], (strict) => source.create(strict));
  }

  #mapped<R>(
    method: string,
    name1: string,
    name2: string,
    first: unknown,
    second: unknown,
    adapt: (fn: object) => AnyCoProcessFunction,
  ): DataStream<R> {
    const kind = method === 'map' ? 'co-map' : 'co-flat-map';
    if (typeof first === 'function' && typeof second === 'function') {
      return this.#next(kind, method, [first, second], () => adapt({ [name1]: first, [name2]: second }));
    }
    if (
      second !== undefined ||
      first === null ||
      (typeof first !== 'object' && typeof first !== 'function')
    ) {
      throw badArgument(
        method,
        second === undefined ? first : second,
        'Connected streams take one function for each of both, or one object that has both.',
        `Write ${method}((left) => …, (right) => …).`,
      );
    }
    if (typeof first === 'object' && Object.getPrototypeOf(first) === Object.prototype) {
      return this.#next(kind, method, Object.values(first), () => adapt(first));
    }
    const source = new FunctionSource(first as object | (() => object));
    return this.#next(kind, method, [source.given], (strict) => adapt(source.create(strict)));
  }

  #next<R>(
    kind: string,
    name: string,
    functions: readonly unknown[],
    create: (strict: boolean) => AnyCoProcessFunction,
  ): DataStream<R> {
    const { first, second } = this.#keys;
    const node: NewNode = {
      kind,
      name,
      inputs: [{ from: this.#first.node }, { from: this.#second.node }],
      parameters: { key1: first?.parameters, key2: second?.parameters },
      functions: [...(first?.functions ?? []), ...(second?.functions ?? []), ...functions],
      createOperator: () => new CoProcessOperator(create, this.#keys),
    };
    return new DataStream<R>(this.#first.graph, this.#first.graph.add(node));
  }
}

/** Two connected streams that are grouped by keys of one type. */
export class KeyedConnectedStreams<out T1, out T2, out K> extends ConnectedStreams<T1, T2> {
  declare readonly keyType?: K;

  /** Made by the methods of streams. @internal */
  constructor(first: InGraph, second: InGraph, key1: KeySelector, key2: KeySelector) {
    super(first, second, { first: key1, second: key2 });
  }

  /**
   * Runs a function on the records of both streams, with state and timers of the key that they share.
   * @example
   * class Balance extends KeyedCoProcessFunction<string, number, number, number> {
   *   #balance!: ValueState<number>;
   *   override open() {
   *     this.#balance = this.getRuntimeContext().getState(new ValueStateDescriptor('balance', 0));
   *   }
   *   *processElement1(earned: number) {
   *     this.#balance.update(this.#balance.value() + earned);
   *     yield this.#balance.value();
   *   }
   *   *processElement2(spent: number) {
   *     this.#balance.update(this.#balance.value() - spent);
   *     yield this.#balance.value();
   *   }
   * }
   * const result = await testJob(
   *   [on('earned', element(10)), on('spent', element(3)), on('earned', element(5))],
   *   ({ earned, spent }) =>
   *     earned
   *       .connect(spent)
   *       .keyBy(
   *         () => 'ann',
   *         () => 'ann',
   *       )
   *       .process(() => new Balance()),
   *   { inputs: ['earned', 'spent'] },
   * );
   * result.records.map(({ value }) => value); // → [10, 7, 12]
   */
  override process<R>(
    fn:
      | KeyedCoProcessFunction<K, T1, T2, R>
      | CoProcessFunction<T1, T2, R>
      | (() => KeyedCoProcessFunction<K, T1, T2, R>)
      | (() => CoProcessFunction<T1, T2, R>),
  ): DataStream<R> {
    return this.processBy(fn);
  }
}
