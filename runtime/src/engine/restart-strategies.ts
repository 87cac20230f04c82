import { badArgument } from '../errors.ts';
import type { RestartStrategy } from './execution-settings.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';

/** How long a job that goes on failing waits before it is started again. */
export interface ExponentialDelayOptions {
  /** Before the first restart, `'1 s'` when left out. */
  readonly initialBackoff?: DurationLike;
  /** At most, `'1 min'` when left out. */
  readonly maxBackoff?: DurationLike;
  /** How much longer each wait is than the one before; above 1, 1.5 when left out. */
  readonly backoffMultiplier?: number;
  /** A job that has run so long waits as at the beginning, `'1 h'` when left out. */
  readonly resetBackoffThreshold?: DurationLike;
  /** Restarts since the wait was last as at the beginning; no limit when left out. */
  readonly attempts?: number;
}

/**
 * What becomes of a job that fails. It goes on from its last checkpoint; without checkpointing, from the beginning.
 * @example
 * env.setRestartStrategy(RestartStrategies.fixedDelay(3, '10 ms'));
 * let attempts = 0;
 * const flaky = env.fromData(1, 2).map((n) => {
 *   if (n === 2 && ++attempts < 3) throw new Error('not yet');
 *   return n;
 * });
 * flaky.print();
 * const job = await env.execute();
 * await job.finished(); // prints '1', '1', '1', '2'
 * job.attempt; // → 3
 */
export const RestartStrategies = {
  /** It has failed. */
  none: (): RestartStrategy => ({ kind: 'none', begin: () => ({ next: () => undefined }) }),

  /**
   * It is started again so many times, after a delay.
   * @throws {TidemarkError} `bad-argument`
   */
  fixedDelay(attempts: number, delay: DurationLike): RestartStrategy {
    checkCount('restart attempts', attempts);
    const ms = checkDelay('restart delay', delay);
    return {
      kind: 'fixed-delay',
      begin: () => {
        let left = attempts;
        return { next: () => (left-- > 0 ? ms : undefined) };
      },
    };
  },

  /**
   * It is started again after a delay that grows with each failure.
   * @throws {TidemarkError} `bad-argument`
   */
  exponentialDelay(options: ExponentialDelayOptions = {}): RestartStrategy {
    const { backoffMultiplier: multiplier = 1.5, attempts = Infinity } = options;
    const initial = checkDelay('initial backoff', options.initialBackoff ?? '1 s');
    const max = checkDelay('maximal backoff', options.maxBackoff ?? '1 min');
    const threshold = checkDelay('reset threshold', options.resetBackoffThreshold ?? '1 h');
    if (!(multiplier > 1)) {
      throw badArgument('backoff multiplier', multiplier, 'It must be > 1.', 'Give 1.5, or leave it out.');
    }
    if (attempts !== Infinity) checkCount('restart attempts', attempts);
    return {
      kind: 'exponential-delay',
      begin: () => {
        let startedAt = -Infinity;
        let delay = initial;
        let left = attempts;
        return {
          next(now) {
            if (now - startedAt >= threshold) {
              delay = initial;
              left = attempts;
            }
            if (left-- <= 0) return undefined;
            const wait = Math.min(delay, max);
            delay = wait * multiplier;
            startedAt = now + wait;
            return Math.round(wait);
          },
        };
      },
    };
  },

  /**
   * It is started again after a delay, unless it has failed more often than so many times within an interval.
   * @throws {TidemarkError} `bad-argument`
   */
  failureRate(maxFailures: number, interval: DurationLike, delay: DurationLike): RestartStrategy {
    checkCount('maximal failures', maxFailures);
    const within = checkDelay('failure interval', interval);
    const ms = checkDelay('restart delay', delay);
    return {
      kind: 'failure-rate',
      begin: () => {
        let failures: number[] = [];
        return {
          next(now) {
            failures = [...failures, now].filter((at) => now - at < within);
            return failures.length > maxFailures ? undefined : ms;
          },
        };
      },
    };
  },
} as const;

function checkCount(what: string, count: number): void {
  if (!Number.isInteger(count) || count < 0)
    throw badArgument(what, count, 'It must be a whole number ≥ 0.', 'Give 3, for instance.');
}

function checkDelay(what: string, delay: DurationLike): number {
  const ms = toMillis(delay);
  if (ms < 0) throw badArgument(what, delay, 'It must not be negative.', "Give a duration such as '1 s'.");
  return ms;
}
