import { badArgument } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

/**
 * A length of time, a whole number of milliseconds that may be negative.
 * @throws {TidemarkError} `bad-argument`, by its makers, unless it is a whole number of milliseconds.
 * @example
 * Duration.ofSeconds(10).toMillis(); // → 10000
 * Duration.ofMillis(0.5); // throws 'bad-argument'
 */
export class Duration {
  readonly #milliseconds: number;

  private constructor(milliseconds: number) {
    if (!Number.isSafeInteger(milliseconds)) {
      throw badArgument(
        'duration',
        milliseconds,
        'A duration is a whole number of milliseconds.',
        "Write it as '10 s', as a whole number of ms, or as Duration.ofSeconds(10).",
      );
    }
    this.#milliseconds = milliseconds;
  }

  /** A duration of `n` milliseconds. */
  static ofMillis(n: number): Duration {
    return new Duration(n);
  }
  /** A duration of `n` seconds. */
  static ofSeconds(n: number): Duration {
    return new Duration(n * 1_000);
  }
  /** A duration of `n` minutes. */
  static ofMinutes(n: number): Duration {
    return new Duration(n * 60_000);
  }
  /** A duration of `n` hours. */
  static ofHours(n: number): Duration {
    return new Duration(n * 3_600_000);
  }
  /** A duration of `n` days of 24 hours. */
  static ofDays(n: number): Duration {
    return new Duration(n * 86_400_000);
  }

  /** Its length in ms. */
  toMillis(): number {
    return this.#milliseconds;
  }
}

/**
 * Flink's older name for durations.
 * @example
 * Time.seconds(10).toMillis(); // → 10000
 */
export const Time = {
  /** A duration of `n` milliseconds. */
  milliseconds: (n: number): Duration => Duration.ofMillis(n),
  /** A duration of `n` seconds. */
  seconds: (n: number): Duration => Duration.ofSeconds(n),
  /** A duration of `n` minutes. */
  minutes: (n: number): Duration => Duration.ofMinutes(n),
  /** A duration of `n` hours. */
  hours: (n: number): Duration => Duration.ofHours(n),
  /** A duration of `n` days of 24 hours. */
  days: (n: number): Duration => Duration.ofDays(n),
} as const;

/** `'10 s'`, `'1 min'`, `'500 ms'`, `'2 h'`, `'1 day'`, a number of milliseconds, or a `Duration`. */
export type DurationLike = number | string | Duration;

/**
 * Milliseconds of a duration, a whole number; negative ones are left to the caller to refuse.
 * @throws {TidemarkError} `bad-argument` for anything that is not a duration.
 */
export function toMillis(duration: DurationLike): number {
  if (duration instanceof Duration) return duration.toMillis();
  if (typeof duration === 'number') return Duration.ofMillis(duration).toMillis();
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*(ms|s|sec|min|h|d|days?)\s*$/.exec(String(duration));
  const unit = match === null ? undefined : UNITS[match[2]!];
  if (match === null || unit === undefined) {
    throw badArgument(
      'duration',
      duration,
      'It is not a duration.',
      "Write a number and a unit: '10 s', '1 min', '500 ms', '2 h' or '1 day'; or a number of milliseconds.",
    );
  }
  return Duration.ofMillis(Math.round(Number(match[1]) * unit)).toMillis();
}
