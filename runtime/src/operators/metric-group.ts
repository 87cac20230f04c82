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
  /** A group within this one: its names begin with `name.`. */
  addGroup(name: string): MetricGroup;
}

/** The measures of one running copy of an operator, by their names. */
export class OwnMetrics {
  readonly #counters = new Map<string, OwnCounter>();
  readonly #gauges = new Map<string, () => unknown>();
  readonly group: MetricGroup = this.#groupOf('');

  get counts(): ReadonlyMap<string, Counter> {
    return this.#counters;
  }

  get gauges(): ReadonlyMap<string, () => unknown> {
    return this.#gauges;
  }

  #groupOf(prefix: string): MetricGroup {
    return {
      counter: (name) => {
        const known = this.#counters.get(prefix + name);
        if (known !== undefined) return known;
        const counter = new OwnCounter();
        this.#counters.set(prefix + name, counter);
        return counter;
      },
      gauge: (name, read) => void this.#gauges.set(prefix + name, read),
      addGroup: (name) => this.#groupOf(`${prefix}${name}.`),
    };
  }
}

/** Counters of all copies added up; a gauge as it is, or an array of those of several copies. */
export function ownMetricsOf(copies: readonly OwnMetrics[]): Readonly<Record<string, unknown>> {
  const own: Record<string, unknown> = {};
  for (const { counts } of copies) {
    for (const [name, counter] of counts) own[name] = ((own[name] ?? 0) as number) + counter.getCount();
  }
  for (const name of new Set(copies.flatMap(({ gauges }) => [...gauges.keys()]))) {
    const values = copies.map(({ gauges }) => gauges.get(name)?.());
    own[name] = values.length === 1 ? values[0] : values;
  }
  return own;
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
