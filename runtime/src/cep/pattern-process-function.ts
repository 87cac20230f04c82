import type { Collector, Results } from '../operators/collector.ts';
import type { OutputTag } from '../operators/output-tag.ts';
import { RichFunction } from '../operators/rich-function.ts';

/** What a function of matches may ask. */
export interface PatternContext {
  /** Timestamp of the match: of its last event, or, where it was complete only when its time had passed, that time (epoch ms). */
  timestamp(): number;
  /** The runtime's clock (epoch ms). */
  currentProcessingTime(): number;
  /** Sends a value to a side output, with the match's timestamp. */
  output<X>(tag: OutputTag<X>, value: X): void;
}

/**
 * Is called with the matches of a pattern. `M` is what a match holds: `MatchOf<typeof pattern>`. One that also has the method of
 * `TimedOutPartialMatchHandler` is called with the matches that were begun and ran out of time.
 * @example
 * const paid = Pattern.begin<{ user: string; amount: number }, 'big'>('big')
 *   .where(({ amount }) => amount > 3)
 *   .next('small')
 *   .where(({ amount }) => amount < 3)
 *   .within('5 s');
 * const lonely = new OutputTag<string>('lonely');
 * class Report extends PatternProcessFunction<MatchOf<typeof paid>, string> {
 *   *processMatch({ big: [first], small: [second] }: MatchOf<typeof paid>) {
 *     yield `${first.user} ${first.amount} ${second.amount}`;
 *   }
 *   processTimedOutMatch({ big }: Partial<MatchOf<typeof paid>>, context: PatternContext) {
 *     context.output(lonely, `${big![0].user} at ${context.timestamp()}`);
 *   }
 * }
 * const reports = CEP.pattern(orders.keyBy('user'), paid).process(() => new Report());
 * await reports.executeAndCollect(); // → []
 * await reports.getSideOutput(lonely).executeAndCollect(); // → ['bob at 9000', 'ann at 13000']
 */
export abstract class PatternProcessFunction<M, O> extends RichFunction {
  /** Called for every match; it returns, yields or collects any number of results. */
  abstract processMatch(match: M, context: PatternContext, out: Collector<O>): Results<O>;
}

/** Has a say when what was begun has run out of time; a `PatternProcessFunction` may implement it. */
export interface TimedOutPartialMatchHandler<M> {
  /**
   * Called for every match that was begun and has run out of time, with what it had; what is to become of it goes to a side output.
   */
  processTimedOutMatch(match: Partial<M>, context: PatternContext): void;
}
