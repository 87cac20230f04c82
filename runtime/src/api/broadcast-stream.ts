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

/** A stream whose records go to all copies of the operator that it is connected to, for its broadcast states. */
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

  /** Runs a function on the records of both, given as an instance or as a factory of instances. */
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

  /** Runs a function on the records of both, with state and timers a key. */
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
