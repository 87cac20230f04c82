import { badArgument, unsupported } from '../errors.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { AfterMatchSkipStrategy } from './after-match-skip-strategy.ts';
import { malformedPattern, notAFunction } from './cep-errors.ts';
import { and, or, type Condition, type ConditionContext } from './condition.ts';
import { isNegated, type Link, type PatternPart, type Times } from './pattern-part.ts';

/** One event or more, in their order. */
export type Events<T> = readonly [T, ...T[]];

/** What a pattern has found: the events of each of its parts by the part's name. A part that is optional may be missing. */
export type Match<M> = { readonly [N in keyof M]: M[N] };

/** What a function is given of the matches of a pattern. */
export type MatchOf<P> =
  P extends Pattern<infer _T, infer Before, infer Own, infer _F> ? Match<Before & Own> : never;

/** A part that was said to hold events of another type. */
export type Retyped<Own, S> = { [N in keyof Own]: Events<S> };

/** What the time between is measured from: the match's first event, or the event before. */
export type WithinType = 'first-and-last' | 'previous-and-current';

type AnyPattern<T> = Pattern<T, object, object, T>;

/**
 * A sequence of events to look for in a stream: parts with names, each with conditions, how often it occurs, and what may lie
 * between it and the part before. Methods that say something of the last part change it, as Flink's do.
 *
 * The types of a match follow from the names. `Pattern.begin<Trade>('low')` says the type of the events and leaves the name of
 * the first part open to the checker; where it is to be known, say the type in the first condition instead.
 * @example
 * const pattern = Pattern.begin('low')
 *   .where((trade: { price: number }) => trade.price < 10)
 *   .followedBy('high')
 *   .where((trade) => trade.price > 20)
 *   .within('1 min');
 * const trades = env.fromData({ price: 5 }, { price: 12 }, { price: 21 });
 * const jumps = CEP.pattern(trades, pattern).inProcessingTime();
 * await jumps.select(({ low, high }) => high[0].price - low[0].price).executeAndCollect(); // → [16]
 */
export class Pattern<T, Before extends object, Own extends object, F> {
  /** What has been said of its last part. @internal */
  readonly part: PatternPart;
  declare readonly types?: readonly [T, Before, Own, F];

  /** Made by `Pattern.begin` and by the methods of patterns. @internal */
  constructor(part: PatternPart) {
    this.part = part;
  }

  /**
   * The first part of a pattern, or a group of parts that is the first part.
   * @param skip which of the matches that share events are given; all unless told otherwise
   * @throws {TidemarkError} `bad-argument` for a name that is empty
   */
  static begin<T = unknown, N extends string = string>(
    name: N,
    skip?: AfterMatchSkipStrategy,
  ): Pattern<T, object, Record<N, Events<T>>, T>;
  static begin<T, Before extends object, Own extends object, F>(
    group: Pattern<T, Before, Own, F>,
    skip?: AfterMatchSkipStrategy,
  ): GroupPattern<T, object, Before & Own>;
  static begin(
    start: string | AnyPattern<unknown>,
    skip = AfterMatchSkipStrategy.noSkip(),
  ): AnyPattern<unknown> {
    return append(start, 'strict', undefined, skip);
  }

  /**
   * Events of the last part must fulfil this condition too. It may ask what the match has so far: see `ConditionContext`. A type
   * guard narrows the type of the part's events.
   * @throws {TidemarkError} `bad-argument` unless it is a function; `malformed-pattern` for a group
   * @example
   * const rising = Pattern.begin<number, 'run'>('run')
   *   .where((n, context) => n > (context.getEventsForPattern('run').at(-1) ?? -Infinity))
   *   .oneOrMore()
   *   .consecutive()
   *   .greedy()
   *   .next('drop')
   *   .where((n) => n < 3);
   * const numbers = CEP.pattern(env.fromData(4, 5, 7, 2), rising).inProcessingTime();
   * await numbers.select(({ run }) => run.join()).executeAndCollect(); // → ['4,5,7', '5,7', '7']
   */
  where<S extends F>(
    condition: (event: F, context: ConditionContext<Before & Own>) => event is S,
  ): Pattern<T, Before, Retyped<Own, S>, S>;
  where<E extends F = F>(
    condition: (event: E, context: ConditionContext<Before & Own>) => boolean,
  ): Pattern<unknown extends T ? E : T, Before, Retyped<Own, E>, E>;
  where(condition: (event: never, context: ConditionContext<Before & Own>) => boolean): unknown {
    return this.#also('where', condition, and);
  }

  /**
   * Events of the last part need not fulfil the conditions so far if they fulfil this one.
   * @throws {TidemarkError} `bad-argument` unless it is a function; `malformed-pattern` for a group
   */
  or(condition: (event: F, context: ConditionContext<Before & Own>) => boolean): this {
    return this.#also('or', condition, or);
  }

  /**
   * Events of the last part are of this type: instances of a class, or what a type guard lets through.
   * @throws {TidemarkError} `bad-argument` unless it is a function or class; `malformed-pattern` for a group
   * @example
   * type Reading = { kind: 'heat'; degrees: number } | { kind: 'door' };
   * const hot = Pattern.begin<Reading, 'hot'>('hot').subtype((reading) => reading.kind === 'heat');
   * const readings = env.fromData<Reading>({ kind: 'door' }, { kind: 'heat', degrees: 50 });
   * const found = CEP.pattern(readings, hot).inProcessingTime();
   * await found.select(({ hot: [first] }) => first.degrees).executeAndCollect(); // → [50]
   */
  subtype<S extends F>(
    type: ((event: F) => event is S) | (abstract new (...args: never[]) => S),
  ): Pattern<T, Before, Retyped<Own, S>, S> {
    const isClass = typeof type === 'function' && /^class\b/.test(Function.prototype.toString.call(type));
    const guard = isClass ? (event: unknown) => event instanceof (type as abstract new () => S) : type;
    const pattern = this.#also('subtype', guard as Condition, and);
    if (isClass) pattern.part.functions.push(type);
    return pattern as unknown as Pattern<T, Before, Retyped<Own, S>, S>;
  }

  /** The next part follows right after: no event lies between. */
  next<N extends string>(name: N): Pattern<T, Before & Own, Record<N, Events<T>>, T>;
  next<B extends object, O extends object, G>(
    group: Pattern<T, B, O, G>,
  ): GroupPattern<T, Before & Own, B & O>;
  next(next: string | AnyPattern<T>): unknown {
    return append(next, 'strict', this.part);
  }

  /** The next part follows with events in between that do not match it. */
  followedBy<N extends string>(name: N): Pattern<T, Before & Own, Record<N, Events<T>>, T>;
  followedBy<B extends object, O extends object, G>(
    group: Pattern<T, B, O, G>,
  ): GroupPattern<T, Before & Own, B & O>;
  followedBy(next: string | AnyPattern<T>): unknown {
    return append(next, 'relaxed', this.part);
  }

  /** The next part follows with any events in between, those that match it too: one match for each that does. */
  followedByAny<N extends string>(name: N): Pattern<T, Before & Own, Record<N, Events<T>>, T>;
  followedByAny<B extends object, O extends object, G>(
    group: Pattern<T, B, O, G>,
  ): GroupPattern<T, Before & Own, B & O>;
  followedByAny(next: string | AnyPattern<T>): unknown {
    return append(next, 'any', this.part);
  }

  /**
   * The very next event must not match this part.
   * @throws {TidemarkError} `unsupported` right after an optional part
   * @example
   * const pattern = Pattern.begin<string, 'a'>('a')
   *   .where((letter) => letter === 'a')
   *   .notNext('not b')
   *   .where((letter) => letter === 'b')
   *   .followedBy('c')
   *   .where((letter) => letter === 'c');
   * const letters = (...all: string[]) => CEP.pattern(env.fromData(...all), pattern).inProcessingTime().select(() => 'found');
   * await letters('a', 'x', 'c').executeAndCollect(); // → ['found']
   * await letters('a', 'b', 'c').executeAndCollect(); // → []
   */
  notNext(name: string): Pattern<T, Before & Own, object, T> {
    return this.#without(name, 'not-next');
  }

  /**
   * No event that matches this part may come before the next part does; as the last part, within the pattern's time.
   * @throws {TidemarkError} `unsupported` right after an optional part; `malformed-pattern` as the last part of a pattern without
   *   a time, when it is applied to a stream
   */
  notFollowedBy(name: string): Pattern<T, Before & Own, object, T> {
    return this.#without(name, 'not-followed');
  }

  /**
   * The last part may be missing from a match.
   * @throws {TidemarkError} `malformed-pattern` for a part that must not occur, or if it is said twice
   */
  optional(): Pattern<T, Before, Partial<Own>, F> {
    const { part } = this;
    this.#refuse(
      part.optional,
      'optional() twice',
      'a part that may be missing may be missing.',
      'Say it once.',
    );
    this.#refuseNegated('optional()');
    part.optional = true;
    return this as unknown as Pattern<T, Before, Partial<Own>, F>;
  }

  /**
   * The last part occurs once or more, with events in between that do not match it; see `consecutive` and `allowCombinations`.
   * @param window how much time may lie between one occurrence and the next
   * @throws {TidemarkError} `malformed-pattern` for a part that must not occur, or that has a number of times
   */
  oneOrMore(window?: DurationLike): this {
    return this.#quantify('oneOrMore()', { from: 1, to: 1, looping: true }, window);
  }

  /**
   * The last part occurs `times` times or more.
   * @param times a whole number > 0
   * @param window how much time may lie between one occurrence and the next
   * @throws {TidemarkError} `bad-argument`; `malformed-pattern` as `oneOrMore`
   */
  timesOrMore(times: number, window?: DurationLike): this {
    checkTimes(times, 1);
    return this.#quantify('timesOrMore(n)', { from: times, to: times, looping: true }, window);
  }

  /**
   * The last part occurs so many times; with two numbers, from the first to the second of them.
   * @param window how much time may lie between one occurrence and the next
   * @throws {TidemarkError} `bad-argument` unless they are whole numbers, the second > 0 and not below the first;
   *   `malformed-pattern` as `oneOrMore`
   */
  times(from: 0, to: number, window?: DurationLike): Pattern<T, Before, Partial<Own>, F>;
  times(times: number, window?: Exclude<DurationLike, number>): this;
  times(from: number, to: number, window?: DurationLike): this;
  times(from: number, second?: DurationLike, third?: DurationLike): unknown {
    const to = typeof second === 'number' ? second : from;
    const window = typeof second === 'number' ? third : second;
    checkTimes(from, 0);
    checkTimes(to, Math.max(1, from));
    this.#quantify('times(n)', { from: Math.max(1, from), to, looping: false }, window);
    if (from === 0) this.part.optional = true;
    return this;
  }

  /**
   * A part that occurs several times takes as many events as it can.
   * @throws {TidemarkError} `malformed-pattern` for a part that occurs once, a group, or after `allowCombinations`
   */
  greedy(): this {
    const { part } = this;
    this.#refuseNegated('greedy()');
    this.#refuse(
      part.group,
      'A greedy group',
      'a group has no one condition to be greedy by.',
      'Make a part in it greedy.',
    );
    this.#refuseSingle('greedy()');
    this.#refuse(
      part.inner === 'any',
      'greedy() with allowCombinations()',
      'one wants the longest run of events, the other all of them.',
      'Say one of them.',
    );
    part.greedy = true;
    return this;
  }

  /**
   * Between the events of a part that occurs several times no other lies.
   * @throws {TidemarkError} `malformed-pattern` for a part that occurs once, twice, or after `allowCombinations`
   */
  consecutive(): this {
    return this.#between('consecutive()', 'strict');
  }

  /**
   * Between the events of a part that occurs several times any others may lie, those that match it too.
   * @throws {TidemarkError} `malformed-pattern` for a part that occurs once, twice, or after `consecutive`
   */
  allowCombinations(): this {
    return this.#between('allowCombinations()', 'any');
  }

  /**
   * A part that occurs any number of times takes no more events once one fulfils this condition.
   * @throws {TidemarkError} `bad-argument` unless it is a function; `malformed-pattern` unless the part is `oneOrMore` or
   *   `timesOrMore`, or if there is such a condition
   */
  until(condition: (event: F, context: ConditionContext<Before & Own>) => boolean): this {
    const { part } = this;
    if (typeof condition !== 'function') throw notAFunction('until', condition);
    this.#refuse(
      part.until,
      'until(…) twice',
      'a part ends by one condition.',
      'Join them: until((e) => … || …).',
    );
    this.#refuse(
      !part.times?.looping,
      'until(…)',
      'it ends what would go on, and this part does not.',
      'Say oneOrMore() or timesOrMore(n) before.',
    );
    part.until = condition as Condition;
    part.functions.push(condition);
    return this;
  }

  /**
   * How much time a match may take from its first event to the last; a match that takes as long as that has timed out. With
   * `'previous-and-current'`, how much from the event before to one of this part. Of several times for the whole the shortest
   * holds.
   * @throws {TidemarkError} `bad-argument` unless it is more than 0
   */
  within(window: DurationLike, type: WithinType = 'first-and-last'): this {
    const length = checkWindow(window);
    if (type === 'first-and-last') this.part.window = length;
    else this.part.windowFromPrevious = length;
    return this;
  }

  #also(what: string, condition: unknown, combine: (a: Condition, b: Condition) => Condition): this {
    const { part } = this;
    if (typeof condition !== 'function') throw notAFunction(what, condition);
    this.#refuse(
      part.group,
      `${what}(…) of a group`,
      'a group is made of parts, and takes no events itself.',
      'Give the conditions to its parts.',
    );
    const given = condition as Condition;
    part.condition = part.condition === undefined ? given : combine(part.condition, given);
    part.functions.push(condition);
    return this;
  }

  #without(name: string, link: Link): Pattern<T, Before & Own, object, T> {
    if (this.part.optional) {
      throw unsupported(
        `A part that must not occur ('${name}') right after an optional one`,
        'it would not be known from where on it must not.',
        'Write two patterns, one with the optional part and one without.',
      );
    }
    return append<T>(name, link, this.part) as unknown as Pattern<T, Before & Own, object, T>;
  }

  #quantify(what: string, times: Times, window: DurationLike | undefined): this {
    const { part } = this;
    this.#refuseNegated(what);
    this.#refuse(
      part.times,
      `${what} of a part that has a number of times`,
      'there can be one.',
      'Keep one of oneOrMore(), timesOrMore(n), times(n).',
    );
    part.times = window === undefined ? times : { ...times, window: checkWindow(window) };
    return this;
  }

  #between(what: string, inner: 'strict' | 'any'): this {
    const { part } = this;
    this.#refuseSingle(what);
    this.#refuse(part.inner === inner, `${what} twice`, 'it cannot be said more strongly.', 'Say it once.');
    this.#refuse(
      part.inner !== 'relaxed',
      'consecutive() with allowCombinations()',
      'one allows no events in between, the other any.',
      'Say one of them.',
    );
    part.inner = inner;
    return this;
  }

  #refuseSingle(what: string): void {
    const why = 'this part occurs once.';
    this.#refuse(!this.part.times, what, why, 'Say oneOrMore(), timesOrMore(n) or times(n) before.');
  }

  #refuseNegated(what: string): void {
    const why = 'a part that must not occur does so no number of times.';
    this.#refuse(isNegated(this.part), `${what} of a part that must not occur`, why, 'Leave it out.');
  }

  #refuse(refused: unknown, what: string, why: string, next: string): void {
    const { name } = this.part;
    const where = name === undefined ? '' : ` (at '${name}')`;
    if (refused) throw malformedPattern(`${what}${where}`, why, next);
  }
}

/**
 * A pattern whose last part is a pattern itself, made by `Pattern.begin`, `next`, `followedBy` or `followedByAny` of one.
 * @example
 * const ab = Pattern.begin<string, 'a'>('a').where((x) => x === 'a').next('b').where((x) => x === 'b');
 * const twice = CEP.pattern(env.fromData('a', 'b', 'a', 'b'), Pattern.begin(ab).times(2).consecutive()).inProcessingTime();
 * await twice.select(({ a, b }) => [...a, ...b].join('')).executeAndCollect(); // → ['aabb']
 */
export class GroupPattern<T, Before extends object, Own extends object> extends Pattern<T, Before, Own, T> {}

function append<T>(
  next: string | AnyPattern<T>,
  link: Link,
  previous: PatternPart | undefined,
  skip?: AfterMatchSkipStrategy,
): AnyPattern<T> {
  const isGroup = next instanceof Pattern;
  if (!isGroup && (typeof next !== 'string' || next === '')) {
    throw badArgument(
      'pattern',
      next,
      'A part of a pattern has a name, or is a pattern itself.',
      "Name it: next('high').",
    );
  }
  const part: PatternPart = {
    ...(isGroup ? { group: next.part } : { name: next }),
    ...(previous === undefined ? {} : { previous }),
    link,
    skip: previous?.skip ?? (skip ?? AfterMatchSkipStrategy.noSkip()).target,
    inner: 'relaxed',
    optional: false,
    greedy: false,
    functions: [],
  };
  return isGroup ? new GroupPattern<T, object, object>(part) : new Pattern<T, object, object, T>(part);
}

function checkTimes(times: number, least: number): void {
  if (Number.isSafeInteger(times) && times >= least) return;
  throw badArgument(
    'times',
    times,
    `It must be a whole number ≥ ${least}.`,
    'Write times(2), times(2, 4) or timesOrMore(2).',
  );
}

function checkWindow(window: DurationLike): number {
  const length = toMillis(window);
  if (length > 0) return length;
  throw badArgument(
    'within',
    window,
    'The time of a pattern must be more than 0.',
    "Write one: within('10 s').",
  );
}
