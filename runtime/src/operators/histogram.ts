import { badArgument } from '../errors.ts';

/** How the values of something are distributed. */
export interface Histogram {
  /** Takes one value in. */
  update(value: number): void;
  /** Values taken in since its job began. */
  getCount(): number;
  /** Of the values that it still holds. */
  getStatistics(): HistogramStatistics;
}

/** What can be said of a number of values; of none, all but `size` is `NaN`. */
export interface HistogramStatistics {
  /**
   * The value below which a share of all lies, between two of them in proportion.
   * @param quantile above 0, up to 1
   */
  getQuantile(quantile: number): number;
  /** The values, in no particular order. */
  getValues(): readonly number[];
  /** How many they are. */
  size(): number;
  /** Their average. */
  getMean(): number;
  /** Their standard deviation, taken as a sample of more: by one less than there are; 0 of one value. */
  getStdDev(): number;
  /** The highest. */
  getMax(): number;
  /** The lowest. */
  getMin(): number;
}

/**
 * Holds the last values that it was given.
 * @example
 * class Amounts extends ProcessFunction<{ amount: number }, { amount: number }> {
 *   #amounts!: Histogram;
 *   override open() {
 *     const metrics = this.getRuntimeContext().getMetricGroup();
 *     this.#amounts = metrics.histogram('amounts', new DescriptiveStatisticsHistogram(500));
 *   }
 *   processElement(order: { amount: number }) {
 *     this.#amounts.update(order.amount);
 *     return [order];
 *   }
 * }
 * orders.process(() => new Amounts()).print();
 */
export class DescriptiveStatisticsHistogram implements Histogram {
  readonly #values: Float64Array;
  #count = 0;

  /**
   * @param windowSize how many values it holds, 1 to 1,000,000
   * @throws {TidemarkError} `bad-argument` for another size.
   */
  constructor(windowSize = 1_000) {
    if (!Number.isInteger(windowSize) || windowSize < 1 || windowSize > 1_000_000) {
      throw badArgument(
        'windowSize',
        windowSize,
        'It must be a whole number from 1 to 1000000.',
        'Give how many values to hold, such as 1000.',
      );
    }
    this.#values = new Float64Array(windowSize);
  }

  update(value: number): void {
    this.#values[this.#count % this.#values.length] = value;
    this.#count += 1;
  }

  getCount(): number {
    return this.#count;
  }

  getStatistics(): HistogramStatistics {
    return statisticsOf(this.#values.subarray(0, Math.min(this.#count, this.#values.length)));
  }
}

/** Statistics of values as they are now. */
export function statisticsOf(values: Iterable<number>): HistogramStatistics {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  return {
    getQuantile: (quantile) => quantileOf(sorted, quantile),
    getValues: () => [...sorted],
    size: () => n,
    getMean: () => mean,
    getStdDev: () => {
      if (n < 2) return n === 1 ? 0 : NaN;
      return Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
    },
    getMax: () => sorted[n - 1] ?? NaN,
    getMin: () => sorted[0] ?? NaN,
  };
}

/** The value at place `quantile · (n + 1)`, counted from 1: that is how Flink's histograms estimate. */
function quantileOf(sorted: Float64Array, quantile: number): number {
  if (!(quantile > 0 && quantile <= 1))
    throw badArgument('quantile', quantile, 'It must be above 0 and at most 1.', 'For p99 give 0.99.');
  const n = sorted.length;
  const place = quantile * (n + 1);
  if (place < 1) return sorted[0] ?? NaN;
  if (place >= n) return sorted[n - 1] ?? NaN;
  const below = Math.floor(place);
  const lower = sorted[below - 1]!;
  return lower + (place - below) * (sorted[below]! - lower);
}
