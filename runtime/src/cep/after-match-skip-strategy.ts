/** Where matching goes on after a match, as data. */
export type SkipTarget =
  | { readonly kind: 'no-skip' | 'next' | 'past-last' }
  | { readonly kind: 'first' | 'last'; readonly name: string; readonly throwsOnMiss: boolean };

/**
 * Which of the matches that share events are given: what is begun or found is thrown away if it starts before the place that
 * matching goes on from.
 * @example
 * const two = Pattern.begin('two', AfterMatchSkipStrategy.skipPastLastEvent())
 *   .where((n: number) => n > 0)
 *   .times(2);
 * const pairs = CEP.pattern(env.fromData(1, 2, 3, 4), two).inProcessingTime();
 * await pairs.select(({ two }) => two.join()).executeAndCollect(); // → ['1,2', '3,4']
 */
export class AfterMatchSkipStrategy {
  /** Where matching goes on. @internal */
  readonly target: SkipTarget;

  /** Made by the functions of the class. @internal */
  protected constructor(target: SkipTarget) {
    this.target = target;
  }

  /** Every match is given; what a pattern does unless told otherwise. */
  static noSkip(): AfterMatchSkipStrategy {
    return new AfterMatchSkipStrategy({ kind: 'no-skip' });
  }

  /** Of the matches that begin with the same event, the first. */
  static skipToNext(): AfterMatchSkipStrategy {
    return new AfterMatchSkipStrategy({ kind: 'next' });
  }

  /** No event is in two matches, and none lies between the events of another. */
  static skipPastLastEvent(): AfterMatchSkipStrategy {
    return new AfterMatchSkipStrategy({ kind: 'past-last' });
  }

  /** The next match begins no earlier than with the first event of the part `name` of the last one. */
  static skipToFirst(name: string): SkipToElementStrategy {
    return new SkipToElementStrategy({ kind: 'first', name, throwsOnMiss: false });
  }

  /** The next match begins no earlier than with the last event of the part `name` of the last one. */
  static skipToLast(name: string): SkipToElementStrategy {
    return new SkipToElementStrategy({ kind: 'last', name, throwsOnMiss: false });
  }
}

/**
 * Goes on from an event of the match; made by `AfterMatchSkipStrategy.skipToFirst` and `skipToLast`.
 * @example
 * const strategy = AfterMatchSkipStrategy.skipToLast('up').throwExceptionOnMiss();
 * const ups = Pattern.begin<number>('up', strategy).where((n) => n > 0).times(2);
 * const pairs = CEP.pattern(env.fromData(1, 2, 3), ups).inProcessingTime();
 * await pairs.select(({ up }) => up?.join()).executeAndCollect(); // → ['1,2', '2,3']
 */
export class SkipToElementStrategy extends AfterMatchSkipStrategy {
  readonly #to: Extract<SkipTarget, { name: string }>;

  /** Made by the functions of the base class. @internal */
  constructor(target: Extract<SkipTarget, { name: string }>) {
    super(target);
    this.#to = target;
  }

  /**
   * A match without such an event fails the stream with `skip-target-missing`, and one that begins with it with `skips-nowhere`;
   * without this, such a match skips nothing.
   */
  throwExceptionOnMiss(): SkipToElementStrategy {
    return new SkipToElementStrategy({ ...this.#to, throwsOnMiss: true });
  }
}
