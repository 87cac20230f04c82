import { badArgument } from '../errors.ts';
import { FunctionSource } from '../operators/function-source.ts';
import { IntervalJoinOperator, type AnyJoinFunction } from '../operators/interval-join-operator.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import type { OutputTag } from '../operators/output-tag.ts';
import type { JoinPairFunction, ProcessJoinFunction } from '../operators/process-join-function.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { DataStream } from './data-stream.ts';
import type { InGraph } from './same-graph.ts';

interface JoinSide {
  readonly stream: InGraph;
  readonly keySelector: KeySelector;
}

/** Two keyed streams that are to be joined where their timestamps are near; `between` says how near. */
export class IntervalJoin<T1, T2> {
  readonly #left: JoinSide;
  readonly #right: JoinSide;
  declare readonly types?: readonly [T1, T2];

  /** Made by the methods of streams. @internal */
  constructor(left: InGraph, leftKey: KeySelector, right: InGraph, rightKey: KeySelector) {
    this.#left = { stream: left, keySelector: leftKey };
    this.#right = { stream: right, keySelector: rightKey };
  }

  /**
   * Pairs a left record with the right ones whose timestamps are from `lower` before or after its own to `upper`;
   * both bounds are durations, negative for earlier, and belong to the interval.
   * @throws {TidemarkError} `bad-argument` if `lower` is above `upper`
   * @example
   * const prompt = orders
   *   .keyBy('user')
   *   .intervalJoin(payments.keyBy('user'))
   *   .between('0 s', '2 s')
   *   .process((order, payment) => [order.user]);
   * await prompt.executeAndCollect(); // → ['ann']
   */
  between(lower: DurationLike, upper: DurationLike): IntervalJoined<T1, T2> {
    const bounds = { lower: toMillis(lower), upper: toMillis(upper) };
    if (bounds.lower > bounds.upper) {
      throw badArgument(
        'between',
        bounds,
        'The lower bound must not be above the upper one.',
        "Write the earlier one first: between('-5 s', '5 s').",
      );
    }
    return new IntervalJoined<T1, T2>(this.#left, this.#right, bounds);
  }
}

interface IntervalSettings {
  /** ms */
  readonly lower: number;
  readonly upper: number;
  readonly excludesLower?: boolean;
  readonly excludesUpper?: boolean;
  readonly leftLateTag?: string;
  readonly rightLateTag?: string;
}

/** An interval join, before it is said what becomes of its pairs. */
export class IntervalJoined<T1, T2> {
  readonly #left: JoinSide;
  readonly #right: JoinSide;
  #settings: IntervalSettings;

  /** Made by the methods of streams. @internal */
  constructor(left: JoinSide, right: JoinSide, settings: IntervalSettings) {
    this.#left = left;
    this.#right = right;
    this.#settings = settings;
  }

  /**
   * The lower bound itself no longer belongs to the interval.
   * @example
   * const after = orders
   *   .keyBy('user')
   *   .intervalJoin(payments.keyBy('user'))
   *   .between('1 s', '5 s')
   *   .lowerBoundExclusive();
   * await after.process(({ user }) => [user]).executeAndCollect(); // → ['bob']
   */
  lowerBoundExclusive(): this {
    return this.#set({ excludesLower: true });
  }

  /**
   * The upper bound itself no longer belongs to the interval.
   * @example
   * const before = orders
   *   .keyBy('user')
   *   .intervalJoin(payments.keyBy('user'))
   *   .between('1 s', '5 s')
   *   .upperBoundExclusive();
   * await before.process(({ user }) => [user]).executeAndCollect(); // → ['ann']
   */
  upperBoundExclusive(): this {
    return this.#set({ excludesUpper: true });
  }

  /** Where left records go that are behind the watermark; without it they are only counted. */
  sideOutputLeftLateData(tag: OutputTag<T1>): this {
    return this.#set({ leftLateTag: tag.id });
  }

  /** Where right records go that are behind the watermark; without it they are only counted. */
  sideOutputRightLateData(tag: OutputTag<T2>): this {
    return this.#set({ rightLateTag: tag.id });
  }

  /**
   * Calls a function for every pair; results have the higher timestamp of both.
   * @example
   * const pairs = orders
   *   .keyBy('user')
   *   .intervalJoin(payments.keyBy('user'))
   *   .between('-10 s', '10 s')
   *   .process((order, payment, context) => [context.getTimestamp()]);
   * (await pairs.executeAndCollect()).sort((a, b) => a - b); // → [2000, 8000, 9000, 12000]
   */
  process<R>(
    fn: ProcessJoinFunction<T1, T2, R> | (() => ProcessJoinFunction<T1, T2, R>) | JoinPairFunction<T1, T2, R>,
  ): DataStream<R> {
    const { lower, upper, excludesLower, excludesUpper, leftLateTag, rightLateTag } = this.#settings;
    const given = fn as AnyJoinFunction;
    const source = typeof given === 'function' ? undefined : new FunctionSource(given);
    const [left, right] = [this.#left, this.#right];
    const options = {
      leftKey: left.keySelector,
      rightKey: right.keySelector,
      lower: excludesLower ? lower + 1 : lower,
      upper: excludesUpper ? upper - 1 : upper,
      leftLateTag,
      rightLateTag,
    };
    const node = left.stream.graph.add({
      kind: 'interval-join',
      name: 'interval join',
      inputs: [{ from: left.stream.node }, { from: right.stream.node }],
      parameters: {
        key1: left.keySelector.parameters,
        key2: right.keySelector.parameters,
        lower: options.lower,
        upper: options.upper,
        leftLateTag,
        rightLateTag,
      },
      functions: [...left.keySelector.functions, ...right.keySelector.functions, given],
      createOperator: () => new IntervalJoinOperator(options, given, source),
    });
    return new DataStream<R>(left.stream.graph, node);
  }

  #set(settings: Partial<IntervalSettings>): this {
    this.#settings = { ...this.#settings, ...settings };
    return this;
  }
}
