import type { ValueState } from '../../state/value-state.ts';
import { saturatingAdd } from '../../time/timestamp.ts';
import type { Row } from '../changelog-row.ts';
import type { AggregateHandler } from '../lower/aggregate-handler.ts';
import type { Frame } from '../plan/relation.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface OverOptions {
  readonly key: RowKey | undefined;
  readonly handler: AggregateHandler;
  readonly frame: Frame;
  readonly domain: 'rowtime' | 'proctime';
  readonly timeColumn: number;
  /** In ms, of partitions whose frames have no bound. */
  readonly timeToLive: number | undefined;
}

interface TimedRow {
  readonly time: number;
  readonly values: readonly unknown[];
}

interface Partition {
  /** Rows whose time has not come, by time and then by arrival. */
  waiting: TimedRow[];
  /** Rows that are in the frame of the row before, oldest first; empty where the frame has no bound. */
  frame: TimedRow[];
  accumulators: unknown[];
  /** Time of the rows that went out last. */
  last: number;
  /** Event time at which it is dropped, where its frames have a bound in time. */
  forgetAt?: number;
}

/**
 * Each row with the aggregates of a frame that ends with it. In event time rows wait for the watermark and go out in the order of their
 * times; one that is not later than what has gone out is late, and dropped. With RANGE, rows of one time share their results.
 */
export class OverOperator extends KeyedTableOperator {
  readonly #options: OverOptions;
  readonly #partition: ValueState<Partition | undefined>;

  constructor(options: OverOptions) {
    super(options.key);
    this.#options = options;
    this.#partition = this.valueState(
      'partition',
      options.domain === 'proctime' ? options.timeToLive : undefined,
    );
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const { domain, timeColumn, handler } = this.#options;
    const partition = this.#partition.value() ?? {
      waiting: [],
      frame: [],
      accumulators: handler.create(),
      last: -Infinity,
    };
    if (domain === 'proctime') {
      const time = this.runtime.currentProcessingTime();
      this.#put(partition, [{ time, values: row.values }], timestamp);
      this.#partition.update(partition);
      return;
    }
    const time = row.values[timeColumn] as number;
    if (time === null || this.#isLate(partition, time)) return this.tooLate(row, timestamp, undefined);
    const { waiting } = partition;
    let at = waiting.length;
    while (at > 0 && waiting[at - 1]!.time > time) at--;
    waiting.splice(at, 0, { time, values: row.values });
    this.registerTimer(time);
    this.#forgetLater(partition, time);
    this.#partition.update(partition);
  }

  /** With a bound a row is late once rows of its time have gone out; without one, once the watermark has passed it. */
  #isLate({ last }: Partition, time: number): boolean {
    return this.#options.frame.from.kind === 'unbounded' ? time <= this.currentWatermark : time <= last;
  }

  get #forgets(): boolean {
    const { frame } = this.#options;
    return frame.unit === 'RANGE' && frame.from.kind !== 'unbounded';
  }

  /** Sees to it that the partition is dropped once no row that is still to come has the row of that time in its frame. */
  #forgetLater(partition: Partition, time: number): void {
    if (!this.#forgets) return;
    const { offset } = this.#options.frame.from;
    if (partition.forgetAt !== undefined && partition.forgetAt >= saturatingAdd(time, offset + 1)) return;
    // Later than need be, so that not every row asks for a timer.
    partition.forgetAt = saturatingAdd(time, Math.floor(offset * 1.5) + 1);
    this.registerTimer(partition.forgetAt);
  }

  protected override onTimer(time: number): void {
    const partition = this.#partition.value();
    if (partition === undefined) return;
    if (partition.forgetAt !== undefined && partition.forgetAt <= time) return this.#partition.clear();
    const { frame } = this.#options;
    const due = partition.waiting.filter((row) => row.time <= time);
    if (due.length === 0) return;
    partition.waiting = partition.waiting.slice(due.length);
    partition.last = time;
    if (frame.unit === 'RANGE') this.#put(partition, due, undefined);
    else for (const row of due) this.#put(partition, [row], undefined);
    this.#partition.update(partition);
  }

  /** Moves the frame on to rows that share their results, and lets them out. */
  #put(partition: Partition, rows: readonly TimedRow[], timestamp: number | undefined): void {
    const { handler, frame } = this.#options;
    const bounded = frame.from.kind !== 'unbounded';
    for (const row of rows) {
      handler.add(partition.accumulators, row.values);
      if (bounded) partition.frame.push(row);
    }
    if (bounded) {
      const { offset } = frame.from;
      const leaving =
        frame.unit === 'ROWS'
          ? partition.frame.length - (offset + 1)
          : partition.frame.findIndex(({ time }) => time >= rows[0]!.time - offset);
      for (const row of partition.frame.splice(0, Math.max(0, leaving)))
        handler.retract(partition.accumulators, row.values);
    }
    const results = handler.results(partition.accumulators);
    for (const { time, values } of rows)
      this.emit('+I', [...values, ...results], this.#options.domain === 'rowtime' ? time : timestamp);
  }
}
