import type { KeySelector } from '../operators/key-selector.ts';
import type { TaggedUnion } from '../operators/tagged-union.ts';
import type { WindowAssigner } from '../windows/window-assigner.ts';
import type { Window } from '../windows/window.ts';
import { CoGroupedWindows, JoinedWindows, type CoWindows } from './co-windows.ts';
import type { Key, KeyField, KeyFieldOf, KeyOf } from './field-types.ts';
import { keySelectorOf } from './key-argument.ts';
import { checkSameGraph, type InGraph } from './same-graph.ts';

/** How two streams meet in windows: `join` makes pairs, `coGroup` hands over both groups whole. */
export type Meeting = 'join' | 'coGroup';

/** Two streams that are to meet; `where` says by what key of the first. */
export class JoinedStreams<out T1, out T2, M extends Meeting> {
  readonly #first: InGraph;
  readonly #second: InGraph;
  readonly #meeting: M;
  declare readonly types?: readonly [T1, T2];

  /** Made by the methods of streams. @internal */
  constructor(meeting: M, first: InGraph, second: InGraph) {
    checkSameGraph(meeting, first, second);
    this.#meeting = meeting;
    this.#first = first;
    this.#second = second;
  }

  /**
   * The key of the first stream: a field or what a function returns.
   * @throws {TidemarkError} `bad-argument` unless it is a field or a function.
   * @example
   * const pairs = orders
   *   .join(payments)
   *   .where((order) => order.user)
   *   .equalTo('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .apply((order, payment) => [order.amount, payment.paid]);
   * await pairs.executeAndCollect(); // → [[3, 3], [4, 3], [5, 5]]
   */
  where<F extends KeyField<T1>, K extends KeyOf<T1, F> = KeyOf<T1, F>>(
    field: F,
  ): JoinedStreamsWhere<T1, T2, K, M>;
  where<K extends Key>(fn: (value: T1) => K): JoinedStreamsWhere<T1, T2, K, M>;
  where(selector: unknown): unknown {
    return new JoinedStreamsWhere<T1, T2, unknown, M>(this.#meeting, {
      first: this.#first,
      second: this.#second,
      firstKey: keySelectorOf('where', selector),
    });
  }
}

interface Where {
  readonly first: InGraph;
  readonly second: InGraph;
  readonly firstKey: KeySelector;
}

/** Two streams with the key of the first; `equalTo` says what it is to equal. */
export class JoinedStreamsWhere<T1, T2, K, M extends Meeting> {
  readonly #meeting: M;
  readonly #where: Where;
  declare readonly types?: readonly [T1, T2, K];

  /** Made by the methods of streams. @internal */
  constructor(meeting: M, where: Where) {
    this.#meeting = meeting;
    this.#where = where;
  }

  /**
   * The key of the second stream, of the same type.
   * @throws {TidemarkError} `bad-argument` unless it is a field or a function.
   * @example
   * const pairs = orders
   *   .join(payments)
   *   .where('user')
   *   .equalTo((payment) => payment.user)
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .apply((order, payment) => [order.amount, payment.paid]);
   * await pairs.executeAndCollect(); // → [[3, 3], [4, 3], [5, 5]]
   */
  equalTo<F extends KeyFieldOf<T2, K>>(field: F): JoinedStreamsEqualTo<T1, T2, M>;
  equalTo(fn: (value: T2) => K): JoinedStreamsEqualTo<T1, T2, M>;
  equalTo(selector: unknown): JoinedStreamsEqualTo<T1, T2, M> {
    const secondKey = keySelectorOf('equalTo', selector);
    return new JoinedStreamsEqualTo<T1, T2, M>(this.#meeting, { ...this.#where, secondKey });
  }
}

/** Two streams with their keys; `window` says within what they meet. */
export class JoinedStreamsEqualTo<T1, T2, M extends Meeting> {
  readonly #meeting: M;
  readonly #sides: CoWindows;
  declare readonly types?: readonly [T1, T2];

  /** Made by the methods of streams. @internal */
  constructor(meeting: M, sides: CoWindows) {
    this.#meeting = meeting;
    this.#sides = sides;
  }

  /**
   * The windows within which they meet; what becomes of them is said next.
   * @example
   * const pairs = orders
   *   .join(payments)
   *   .where('user')
   *   .equalTo('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .apply((order, payment) => [order.amount, payment.paid]);
   * await pairs.executeAndCollect(); // → [[3, 3], [4, 3], [5, 5]]
   */
  window<W extends Window>(
    assigner: WindowAssigner<TaggedUnion<T1, T2>, W>,
  ): M extends 'join' ? JoinedWindows<T1, T2, W> : CoGroupedWindows<T1, T2, W>;
  window<W extends Window>(
    assigner: WindowAssigner<TaggedUnion<T1, T2>, W>,
  ): JoinedWindows<T1, T2, W> | CoGroupedWindows<T1, T2, W> {
    return this.#meeting === 'join'
      ? new JoinedWindows<T1, T2, W>(this.#sides, assigner)
      : new CoGroupedWindows<T1, T2, W>(this.#sides, assigner);
  }
}
