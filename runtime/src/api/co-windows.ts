import { coGroupAggregate, type BothSides } from '../operators/co-group-aggregate.ts';
import { AlignedWindowOperator } from '../operators/aligned-window-operator.ts';
import type { Collector, Results } from '../operators/collector.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import type { TaggedUnion } from '../operators/tagged-union.ts';
import { AggregatedContents, EvictedContents } from '../operators/window-contents.ts';
import { WindowEmitter } from '../operators/window-emitter.ts';
import type { WindowFunction } from '../operators/window-function.ts';
import { WindowOperator } from '../operators/window-operator.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import type { Evictor } from '../windows/evictor.ts';
import type { Trigger } from '../windows/trigger.ts';
import type { WindowAssigner } from '../windows/window-assigner.ts';
import type { Window } from '../windows/window.ts';
import { DataStream } from './data-stream.ts';
import { checkFunction } from './function-argument.ts';
import type { InGraph } from './same-graph.ts';
import { windowPartFunctions } from './window-part-functions.ts';
import { alignedWindows, checkWindow, type WindowSettings } from './window-plan.ts';

/** Two streams with the keys by which they meet. */
export interface CoWindows {
  readonly first: InGraph;
  readonly second: InGraph;
  readonly firstKey: KeySelector;
  readonly secondKey: KeySelector;
}

/** What is made of the records that met in a window. */
type OnBothSides = (sides: BothSides, out: Collector<unknown>) => unknown;

/** Windows that two streams meet in, before it is said what becomes of them. */
abstract class MeetingWindows<T1, T2, W extends Window> {
  readonly #sides: CoWindows;
  #settings: Omit<WindowSettings, 'lateTag'>;

  /** Made by the methods of streams. @internal */
  constructor(sides: CoWindows, assigner: WindowAssigner<TaggedUnion<T1, T2>, W>) {
    this.#sides = sides;
    this.#settings = { assigner: assigner as unknown as WindowAssigner };
  }

  /** When windows fire, in place of the assigner's default. */
  trigger(trigger: Trigger<TaggedUnion<T1, T2>, W>): this {
    return this.#set({ trigger: trigger as unknown as Trigger });
  }

  /** Which records a window drops before or after it fires; it sees those of both streams in one list. */
  evictor(evictor: Evictor<TaggedUnion<T1, T2>, W>): this {
    return this.#set({ evictor: evictor as unknown as Evictor });
  }

  /** How long after its end a window is kept for late records, each of which makes it fire again. Event time only. */
  allowedLateness(lateness: DurationLike): this {
    return this.#set({ allowedLateness: toMillis(lateness) });
  }

  protected meet<R>(kind: string, fn: unknown, onBothSides: OnBothSides): DataStream<R> {
    const settings = this.#settings;
    const { assigner, trigger, evictor, allowedLateness } = settings;
    const { first, second, firstKey, secondKey } = this.#sides;
    const aggregate = coGroupAggregate as AggregateFunction<unknown, unknown, unknown>;
    checkWindow(settings, aggregate);
    const aligned = alignedWindows(settings);
    const apply: WindowFunction<unknown, unknown, unknown> = (_key, _context, [sides], out) =>
      onBothSides(sides as BothSides, out) as Results<unknown>;
    const node = first.graph.add({
      kind,
      name: kind.replaceAll('-', ' '),
      inputs: [{ from: first.node }, { from: second.node }],
      parameters: {
        key1: firstKey.parameters,
        key2: secondKey.parameters,
        ...assigner.parameters,
        trigger: trigger?.parameters,
        evictor: evictor?.parameters,
        allowedLateness,
      },
      functions: [
        ...firstKey.functions,
        ...secondKey.functions,
        ...windowPartFunctions(assigner),
        ...windowPartFunctions(trigger),
        ...windowPartFunctions(evictor),
        fn,
      ],
      createOperator: () => {
        const common = {
          keySelector: firstKey,
          secondKey,
          emitter: new WindowEmitter(apply),
          allowedLateness: allowedLateness ?? 0,
        };
        if (aligned !== undefined) {
          return new AlignedWindowOperator({ ...common, ...aligned, aggregate });
        }
        const contents =
          evictor === undefined ? new AggregatedContents(aggregate) : new EvictedContents(evictor, aggregate);
        return new WindowOperator({
          ...common,
          assigner,
          trigger: trigger ?? assigner.getDefaultTrigger(),
          contents,
        });
      },
    });
    return new DataStream<R>(first.graph, node);
  }

  #set(settings: Partial<WindowSettings>): this {
    this.#settings = { ...this.#settings, ...settings };
    return this;
  }
}

/** The type of a join's results: those that are collected or yielded, or what is returned for each pair. */
export type JoinResult<Collected, Returned> = [Returned] extends [void | undefined]
  ? Collected
  : Returned extends Generator<infer Yielded>
    ? Yielded
    : Returned;

/** Windows in which two streams are joined: an inner join, each pair of records with equal keys. */
export class JoinedWindows<T1, T2, W extends Window> extends MeetingWindows<T1, T2, W> {
  /**
   * Makes one record of each pair: what the function returns. With a third parameter, or as a generator, it makes
   * any number.
   * @throws {TidemarkError} `bad-argument` unless it is given a function.
   * @example
   * const pairs = orders
   *   .join(payments)
   *   .where('user')
   *   .equalTo('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .apply((order, payment) => [order.amount, payment.paid]);
   * await pairs.executeAndCollect(); // → [[3, 3], [4, 3], [5, 5]]
   */
  apply<Collected, Returned>(
    fn: (left: T1, right: T2, out: Collector<Collected>) => Returned,
  ): DataStream<JoinResult<Collected, Returned>>;
  apply<R>(fn: (left: T1, right: T2, out: Collector<R>) => R | Generator<R> | void): DataStream<R>;
  apply(fn: (left: T1, right: T2, out: Collector<unknown>) => unknown): DataStream<unknown> {
    checkFunction('apply', fn, 'left, right');
    const makesMany = fn.length > 2 || isGeneratorFunction(fn);
    return this.meet('window-join', fn, ([lefts, rights], out) => {
      for (const left of lefts as readonly T1[]) {
        for (const right of rights as readonly T2[]) {
          const result = fn(left, right, out);
          if (!makesMany) out.collect(result);
          else if (result !== undefined) for (const one of result as Iterable<unknown>) out.collect(one);
        }
      }
    });
  }
}

/** Windows in which two streams are grouped: an outer join, both groups of a key at once, one of which may be empty. */
export class CoGroupedWindows<T1, T2, W extends Window> extends MeetingWindows<T1, T2, W> {
  /**
   * Calls a function for the records of each key and window; it may return, yield or collect any number of results.
   * @throws {TidemarkError} `bad-argument` unless it is given a function.
   * @example
   * const unpaid = orders
   *   .coGroup(payments)
   *   .where('user')
   *   .equalTo('user')
   *   .window(TumblingEventTimeWindows.of('10 s'))
   *   .apply((ofOrders, ofPayments) =>
   *     ofPayments.length === 0 ? ofOrders.map(({ user }) => user) : [],
   *   );
   * await unpaid.executeAndCollect(); // → ['bob']
   */
  apply<R>(
    fn: (lefts: readonly T1[], rights: readonly T2[], out: Collector<R>) => Results<R>,
  ): DataStream<R> {
    checkFunction('apply', fn, 'lefts, rights');
    return this.meet('co-group', fn, ([lefts, rights], out) =>
      fn(lefts as readonly T1[], rights as readonly T2[], out as Collector<R>),
    );
  }
}

function isGeneratorFunction(fn: unknown): boolean {
  return Object.prototype.toString.call(fn) === '[object GeneratorFunction]';
}
