import { DataStream } from '../api/data-stream.ts';
import { badArgument } from '../errors.ts';
import type { Results } from '../operators/collector.ts';
import { FunctionSource } from '../operators/function-source.ts';
import { KeySelector } from '../operators/key-selector.ts';
import { tagId, type OutputTag } from '../operators/output-tag.ts';
import { notAFunction } from './cep-errors.ts';
import { CepOperator, type AnyPatternFunction, type EventComparator } from './cep-operator.ts';
import type { FoundMatch } from './matcher.ts';
import { compilePattern } from './nfa-compiler.ts';
import { allPartsOf, describePart, partsOf } from './pattern-part.ts';
import { PatternProcessFunction, type PatternContext } from './pattern-process-function.ts';
import { Pattern, type Match, type Retyped } from './pattern.ts';

/** Makes a result of a match. */
export type PatternSelectFunction<M, R> = (match: M) => R;

/** Makes any number of results of a match: those that it returns, yields or collects. */
export type PatternFlatSelectFunction<M, R> = (match: M, out: { collect(value: R): void }) => Results<R>;

/** Makes a value of a match that was begun and has run out of time, at `time` (epoch ms). */
export type PatternTimeoutFunction<M, L> = (match: Partial<M>, time: number) => L;

interface PatternSettings {
  readonly inProcessingTime: boolean;
  readonly comparator?: EventComparator<unknown> | undefined;
  readonly lateTag?: string;
}

/**
 * Looks for a pattern of events.
 * @example
 * const pattern = Pattern.begin('start')
 *   .where((order: { amount: number; user: string }) => order.amount > 2)
 *   .followedBy('end')
 *   .where(({ amount }) => amount < 3)
 *   .within('10 s');
 * const drops = CEP.pattern(orders.keyBy('user'), pattern);
 * await drops.select(({ start, end }) => `${start[0].user} ${end[0].amount}`).executeAndCollect(); // → ['bob 2']
 */
export const CEP = {
  /**
   * Looks for a pattern in the events of each key, or of the whole stream where there are no keys.
   * @param comparator orders events with equal timestamps, which otherwise come in the order of their arrival
   * @throws {TidemarkError} `malformed-pattern`
   */
  pattern<E, T extends E, Before extends object, Own extends object, F>(
    stream: DataStream<T>,
    pattern: Pattern<E, Before, Own, F>,
    comparator?: EventComparator<T>,
  ): PatternStream<T, Match<unknown extends E ? Retyped<Before & Own, T> : Before & Own>> {
    if (!(pattern instanceof Pattern)) {
      throw badArgument('pattern', pattern, 'It is none.', "Make one: Pattern.begin('first').where(…).");
    }
    // What is wrong with it is said where it is applied.
    compilePattern(pattern.part);
    return new PatternStream(stream, pattern as unknown as Pattern<unknown, object, object, unknown>, {
      inProcessingTime: false,
      comparator: comparator as EventComparator<unknown> | undefined,
    });
  },
} as const;

/** The matches of a pattern in a stream, before it is said what becomes of them. */
export class PatternStream<T, M> {
  readonly #stream: DataStream<T>;
  readonly #pattern: Pattern<unknown, object, object, unknown>;
  readonly #settings: PatternSettings;
  declare readonly types?: M;

  /** Made by `CEP.pattern`. @internal */
  constructor(
    stream: DataStream<T>,
    pattern: Pattern<unknown, object, object, unknown>,
    settings: PatternSettings,
  ) {
    this.#stream = stream;
    this.#pattern = pattern;
    this.#settings = settings;
  }

  /** Events are matched in the order of their timestamps, when the watermark has reached them. This is so unless told otherwise. */
  inEventTime(): PatternStream<T, M> {
    return this.#with({ inProcessingTime: false });
  }

  /** Events are matched in the order of their arrival, and time is the clock's. Results have no timestamps. */
  inProcessingTime(): PatternStream<T, M> {
    return this.#with({ inProcessingTime: true });
  }

  /**
   * Where events go that come behind the watermark; without it they are only counted.
   * @example
   * const late = new OutputTag<number>('late');
   * const ones = (numbers: DataStream<number>) =>
   *   CEP.pattern(numbers, Pattern.begin<number>('one')).sideOutputLateData(late).select(() => 1).getSideOutput(late);
   * (await testJob([watermark(9), element(7, 8)], ones)).records; // → [{ value: 7, timestamp: 8 }]
   */
  sideOutputLateData(tag: OutputTag<T>): PatternStream<T, M> {
    return this.#with({ lateTag: tagId(tag) });
  }

  /**
   * One result a match. With a tag and a function in front, matches that were begun and ran out of time go to a side output.
   * @throws {TidemarkError} `bad-argument` unless they are functions
   * @example
   * const slow = new OutputTag<string>('slow');
   * const pattern = Pattern.begin<{ user: string; amount: number }, 'first'>('first').followedBy('second').within('5 s');
   * const pairs = CEP.pattern(orders.keyBy('user'), pattern).select(
   *   slow,
   *   ({ first }, time) => `${first?.[0].user} at ${time}`,
   *   ({ first, second }) => first[0].amount + second[0].amount,
   * );
   * await pairs.executeAndCollect(); // → []
   * (await pairs.getSideOutput(slow).executeAndCollect()).length; // → 4
   */
  select<R>(fn: PatternSelectFunction<M, R>): DataStream<R>;
  select<R, L>(
    timedOut: OutputTag<L>,
    onTimeOut: PatternTimeoutFunction<M, L>,
    fn: PatternSelectFunction<M, R>,
  ): DataStream<R>;
  select<R, L>(
    first: PatternSelectFunction<M, R> | OutputTag<L>,
    onTimeOut?: PatternTimeoutFunction<M, L>,
    last?: PatternSelectFunction<M, R>,
  ): DataStream<R> {
    const fn = typeof first === 'function' ? first : last;
    if (typeof fn !== 'function') throw notAFunction('select', fn);
    if (typeof first === 'function') return this.#apply(() => new SelectFunction(fn, true), [fn]);
    if (typeof onTimeOut !== 'function') throw notAFunction('select', onTimeOut);
    const timedOut = { tag: first, fn: onTimeOut };
    return this.#apply(() => new TimedSelectFunction(fn, true, timedOut), [fn, onTimeOut], tagId(first));
  }

  /**
   * Any number of results a match, otherwise as `select`.
   * @throws {TidemarkError} `bad-argument` unless they are functions
   * @example
   * const ascents = Pattern.begin<number, 'up'>('up').where((n) => n > 1).times(2);
   * const pairs = CEP.pattern(env.fromData(2, 0, 3), ascents).inProcessingTime();
   * await pairs.flatSelect(({ up }) => up).executeAndCollect(); // → [2, 3]
   */
  flatSelect<R>(fn: PatternFlatSelectFunction<M, R>): DataStream<R>;
  flatSelect<R, L>(
    timedOut: OutputTag<L>,
    onTimeOut: PatternTimeoutFunction<M, L>,
    fn: PatternFlatSelectFunction<M, R>,
  ): DataStream<R>;
  flatSelect<R, L>(
    first: PatternFlatSelectFunction<M, R> | OutputTag<L>,
    onTimeOut?: PatternTimeoutFunction<M, L>,
    last?: PatternFlatSelectFunction<M, R>,
  ): DataStream<R> {
    const fn = typeof first === 'function' ? first : last;
    if (typeof fn !== 'function') throw notAFunction('flatSelect', fn);
    if (typeof first === 'function') return this.#apply(() => new SelectFunction(fn, false), [fn]);
    if (typeof onTimeOut !== 'function') throw notAFunction('flatSelect', onTimeOut);
    const timedOut = { tag: first, fn: onTimeOut };
    return this.#apply(() => new TimedSelectFunction(fn, false, timedOut), [fn, onTimeOut], tagId(first));
  }

  /** Runs a `PatternProcessFunction`, given as an instance or as a factory of instances. */
  process<R>(fn: PatternProcessFunction<M, R> | (() => PatternProcessFunction<M, R>)): DataStream<R> {
    const given = fn as unknown as AnyPatternFunction | (() => AnyPatternFunction);
    return this.#apply(given, [given]);
  }

  #with(settings: Partial<PatternSettings>): PatternStream<T, M> {
    return new PatternStream(this.#stream, this.#pattern, { ...this.#settings, ...settings });
  }

  #apply<R>(
    given: AnyPatternFunction | (() => AnyPatternFunction),
    functions: readonly unknown[],
    timedOutTag?: string,
  ): DataStream<R> {
    const stream = this.#stream;
    const { part } = this.#pattern;
    const { inProcessingTime, comparator, lateTag } = this.#settings;
    const keySelector = stream.keys ?? new KeySelector(undefined);
    const nfa = compilePattern(part);
    const source = new FunctionSource(given);
    const options = { keySelector, nfa, inProcessingTime, comparator, lateTag };
    const node = stream.graph.add({
      kind: 'pattern',
      name: `pattern ${partsOf(part)
        .map(({ name }) => name ?? '(…)')
        .join(' ')}`,
      inputs: [{ from: stream.node }],
      parameters: {
        ...keySelector.parameters,
        pattern: partsOf(part).map(describePart),
        inProcessingTime,
        lateTag,
        timedOutTag,
      },
      functions: [
        ...keySelector.functions,
        ...allPartsOf(part).flatMap((one) => one.functions),
        ...(comparator === undefined ? [] : [comparator]),
        ...functions,
      ],
      createOperator: () => new CepOperator(options, source),
    });
    return new DataStream<R>(stream.graph, node);
  }
}

type AnySelect = (match: never, out: { collect(value: never): void }) => unknown;

/** `select` and `flatSelect` as the function that the operator runs. */
class SelectFunction extends PatternProcessFunction<FoundMatch, unknown> {
  readonly #select: AnySelect;
  readonly #isOne: boolean;

  /** @param isOne true if what the function returns is the one result */
  constructor(select: AnySelect, isOne: boolean) {
    super();
    this.#select = select;
    this.#isOne = isOne;
  }

  override processMatch(
    match: FoundMatch,
    _context: PatternContext,
    out: { collect(value: unknown): void },
  ): Results<unknown> {
    const results = this.#select(match as never, out);
    if (!this.#isOne) return results as Results<unknown>;
    out.collect(results);
  }
}

/** The same with what becomes of matches that ran out of time. */
class TimedSelectFunction extends SelectFunction {
  readonly #timedOut: {
    readonly tag: OutputTag<unknown>;
    readonly fn: (match: never, time: number) => unknown;
  };

  constructor(
    select: AnySelect,
    isOne: boolean,
    timedOut: { readonly tag: OutputTag<unknown>; readonly fn: (match: never, time: number) => unknown },
  ) {
    super(select, isOne);
    this.#timedOut = timedOut;
  }

  processTimedOutMatch(match: FoundMatch, context: PatternContext): void {
    const { tag, fn } = this.#timedOut;
    context.output(tag, fn(match as never, context.timestamp()));
  }
}
