import { badArgument } from '../errors.ts';
import { DescriptiveStatisticsHistogram, statisticsOf, type Histogram } from './histogram.ts';
import { MeterView, type Meter } from './meter.ts';

/** A number that a function counts up and down; it begins at 0 whenever its job does. */
export interface Counter {
  /** Counts up. */
  inc(n?: number): void;
  /** Counts down. */
  dec(n?: number): void;
  /** What it stands at. */
  getCount(): number;
}

/** Measures of a function's own, beside those that every operator has. */
export interface MetricGroup {
  /**
   * A counter; asked for twice, it is the same one.
   * @example
   * class Large extends ProcessFunction<{ amount: number }, { amount: number }> {
   *   #large!: Counter;
   *   override open() {
   *     this.#large = this.getRuntimeContext().getMetricGroup().counter('large');
   *   }
   *   processElement(order: { amount: number }) {
   *     if (order.amount > 3) this.#large.inc();
   *     return [order];
   *   }
   * }
   * orders.process(() => new Large()).print();
   * const job = await env.execute();
   * await job.finished();
   * job.metrics().find(({ kind }) => kind === 'process')?.own; // → { large: 2 }
   */
  counter(name: string): Counter;
  /** What a function returns whenever the metrics are read. */
  gauge(name: string, read: () => unknown): void;
  /**
   * How often something happens: among the metrics as `{ count, rate }`, the rate a second. Asked for twice, it is the
   * same one.
   * @param meter a `MeterView` of the last minute if left out
   * @throws {TidemarkError} `bad-argument` for a name that another kind of metric has.
   * @example
   * class Large extends ProcessFunction<{ amount: number }, { amount: number }> {
   *   processElement(order: { amount: number }) {
   *     if (order.amount > 3) this.getRuntimeContext().getMetricGroup().meter('large').markEvent();
   *     return [order];
   *   }
   * }
   * orders.process(() => new Large()).print();
   * const job = await env.execute();
   * await job.finished();
   * const { large } = job.metrics().find(({ kind }) => kind === 'process')!.own;
   * (large as { count: number }).count; // → 2
   */
  meter<M extends Meter = Meter>(name: string, meter?: M): M;
  /**
   * How values are distributed: among the metrics as `{ count, min, max, mean, stddev, p50, p75, p95, p98, p99, p999 }`.
   * Asked for twice, it is the same one.
   * @param histogram a `DescriptiveStatisticsHistogram` of the last 1,000 values if left out
   * @throws {TidemarkError} `bad-argument` for a name that another kind of metric has.
   * @example
   * class Amounts extends ProcessFunction<{ amount: number }, { amount: number }> {
   *   processElement(order: { amount: number }) {
   *     this.getRuntimeContext().getMetricGroup().histogram('amounts').update(order.amount);
   *     return [order];
   *   }
   * }
   * orders.process(() => new Amounts()).print();
   * const job = await env.execute();
   * await job.finished();
   * const { amounts } = job.metrics().find(({ kind }) => kind === 'process')!.own;
   * (amounts as { max: number }).max; // → 5
   */
  histogram<H extends Histogram = Histogram>(name: string, histogram?: H): H;
  /** A group within this one: its names begin with `name.`. */
  addGroup(name: string): MetricGroup;
}

/** A metric of one running copy of an operator, by its kind. */
interface Kinds {
  readonly counter: Counter;
  readonly gauge: () => unknown;
  readonly meter: Meter;
  readonly histogram: Histogram;
}
type Kind = keyof Kinds;
type Metric = { readonly [K in Kind]: { readonly kind: K; readonly metric: Kinds[K] } }[Kind];

/** The measures of one running copy of an operator, by their names. */
export class OwnMetrics {
  readonly #metrics = new Map<string, Metric>();
  readonly group: MetricGroup = this.#groupOf('');

  get metrics(): ReadonlyMap<string, Metric> {
    return this.#metrics;
  }

  #groupOf(prefix: string): MetricGroup {
    // Whoever asks for a metric that he has made says by the type of what he gives what he is given back.
    return {
      counter: (name) => this.#known('counter', prefix + name, () => new OwnCounter()),
      gauge: (name, read) => {
        this.#known('gauge', prefix + name, () => read);
        this.#metrics.set(prefix + name, { kind: 'gauge', metric: read });
      },
      meter: <M extends Meter>(name: string, meter?: M) =>
        this.#known('meter', prefix + name, () => meter ?? new MeterView()) as M,
      histogram: <H extends Histogram>(name: string, histogram?: H) =>
        this.#known('histogram', prefix + name, () => histogram ?? new DescriptiveStatisticsHistogram()) as H,
      addGroup: (name) => this.#groupOf(`${prefix}${name}.`),
    };
  }

  #known<K extends Kind>(kind: K, name: string, make: () => Kinds[K]): Kinds[K] {
    const known = this.#metrics.get(name);
    if (known === undefined) {
      const metric = make();
      this.#metrics.set(name, { kind, metric } as Metric);
      return metric;
    }
    if (known.kind !== kind)
      throw badArgument(
        'name',
        name,
        `There is a ${known.kind} of that name.`,
        'Give each metric a name of its own.',
      );
    return known.metric as Kinds[K];
  }
}

/** Those of all copies together; a gauge as it is, or an array of those of several copies. */
export function ownMetricsOf(copies: readonly OwnMetrics[]): Readonly<Record<string, unknown>> {
  const names = new Set(copies.flatMap(({ metrics }) => [...metrics.keys()]));
  return Object.fromEntries(
    Array.from(names, (name) => [name, together(copies.map(({ metrics }) => metrics.get(name)))]),
  );
}

function together(copies: readonly (Metric | undefined)[]): unknown {
  const all = copies.flatMap((metric) => metric ?? []);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
  const of = <K extends Kind>(kind: K) =>
    all.flatMap((one) => (one.kind === kind ? [one.metric as Kinds[K]] : []));
  switch (all[0]!.kind) {
    case 'counter':
      return sum(of('counter').map((counter) => counter.getCount()));
    case 'meter': {
      const meters = of('meter');
      return {
        count: sum(meters.map((meter) => meter.getCount())),
        rate: sum(meters.map((meter) => meter.getRate())),
      };
    }
    case 'histogram':
      return summaryOf(of('histogram'));
    case 'gauge': {
      const values = copies.map((one) => (one?.kind === 'gauge' ? one.metric() : undefined));
      return values.length === 1 ? values[0] : values;
    }
  }
}

/** What Flink's reporters say of a histogram. */
function summaryOf(histograms: readonly Histogram[]): Readonly<Record<string, number>> {
  const statistics = statisticsOf(histograms.flatMap((one) => [...one.getStatistics().getValues()]));
  const quantiles = { p50: 0.5, p75: 0.75, p95: 0.95, p98: 0.98, p99: 0.99, p999: 0.999 };
  return {
    count: histograms.reduce((sum, one) => sum + one.getCount(), 0),
    min: statistics.getMin(),
    max: statistics.getMax(),
    mean: statistics.getMean(),
    stddev: statistics.getStdDev(),
    ...Object.fromEntries(
      Object.entries(quantiles).map(([name, quantile]) => [name, statistics.getQuantile(quantile)]),
    ),
  };
}

class OwnCounter implements Counter {
  #count = 0;

  inc(n = 1): void {
    this.#count += n;
  }

  dec(n = 1): void {
    this.#count -= n;
  }

  getCount(): number {
    return this.#count;
  }
}
