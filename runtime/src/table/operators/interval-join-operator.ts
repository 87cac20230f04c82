import type { OperatorRuntime, Output } from '../../operators/operator.ts';
import type { ValueState } from '../../state/value-state.ts';
import { MAX_TIMESTAMP, saturatingAdd } from '../../time/timestamp.ts';
import type { Row } from '../changelog-row.ts';
import type { RelationJoinType } from '../plan/relation.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface TableIntervalJoinOptions {
  readonly leftKey: RowKey | undefined;
  readonly rightKey: RowKey | undefined;
  readonly type: RelationJoinType;
  readonly matches: (left: readonly unknown[], right: readonly unknown[]) => boolean;
  readonly leftKeyIsNull: (values: readonly unknown[]) => boolean;
  readonly rightKeyIsNull: (values: readonly unknown[]) => boolean;
  readonly leftColumns: number;
  readonly rightColumns: number;
  readonly leftTime: number;
  readonly rightTime: number;
  /** right.time − left.time lies between them, in ms. */
  readonly lower: number;
  readonly upper: number;
  readonly domain: 'rowtime' | 'proctime';
}

interface WaitingRow {
  readonly time: number;
  readonly values: readonly unknown[];
  paired: boolean;
}

/**
 * Pairs rows whose times are near. A row is kept until nothing can come any more that pairs with it; an outer join then lets it out
 * with NULLs if nothing has. A row that comes too late still pairs with what is there, and is not kept. A pair has the times of both
 * its rows, and the older one may be as old as rows are kept; so in event time its watermark lags by as much.
 */
export class TableIntervalJoinOperator extends KeyedTableOperator {
  readonly #options: TableIntervalJoinOptions;
  readonly #left: ValueState<WaitingRow[] | undefined>;
  readonly #right: ValueState<WaitingRow[] | undefined>;

  constructor(options: TableIntervalJoinOptions) {
    super(options.leftKey, options.rightKey);
    this.#options = options;
    this.#left = this.valueState('left');
    this.#right = this.valueState('right');
  }

  override setup(output: Output, runtime: OperatorRuntime): void {
    const lag = Math.max(this.#keptFor(true), this.#keptFor(false));
    super.setup(this.#options.domain === 'rowtime' && lag > 0 ? lagging(output, lag) : output, runtime);
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    this.#join(row, true, timestamp);
  }

  protected override processRow2(row: Row, timestamp: number | undefined): void {
    this.#join(row, false, timestamp);
  }

  #join({ values }: Row, fromLeft: boolean, timestamp: number | undefined): void {
    const { leftTime, rightTime, lower, upper, domain, matches, leftKeyIsNull, rightKeyIsNull } =
      this.#options;
    const [own, other] = fromLeft ? [this.#left, this.#right] : [this.#right, this.#left];
    const time =
      domain === 'proctime'
        ? this.runtime.currentProcessingTime()
        : (values[fromLeft ? leftTime : rightTime] as number);
    const row: WaitingRow = { time, values, paired: false };
    const isNull = (fromLeft ? leftKeyIsNull : rightKeyIsNull)(values);
    const candidates = isNull ? undefined : other.value();
    for (const candidate of candidates ?? []) {
      const distance = fromLeft ? candidate.time - time : time - candidate.time;
      if (distance < lower || distance > upper) continue;
      const [left, right] = fromLeft ? [values, candidate.values] : [candidate.values, values];
      if (!matches(left, right)) continue;
      row.paired = true;
      candidate.paired = true;
      this.emit('+I', [...left, ...right], domain === 'rowtime' ? Math.max(time, candidate.time) : timestamp);
    }
    if (candidates !== undefined) other.update(candidates);
    const until = saturatingAdd(time, this.#keptFor(fromLeft));
    if (isNull || until <= this.timeOf(domain) || upper < lower) {
      if (!row.paired) this.#pad(row, fromLeft);
      return;
    }
    own.update([...(own.value() ?? []), row]);
    this.registerTimer(until, domain);
  }

  /** Ms after its time that a row of the side may still find a partner. */
  #keptFor(left: boolean): number {
    const { lower, upper } = this.#options;
    return Math.max(0, left ? upper : -lower);
  }

  protected override onTimer(time: number): void {
    for (const [side, left] of [
      [this.#left, true],
      [this.#right, false],
    ] as const) {
      const rows = side.value();
      if (rows === undefined) continue;
      const waiting = rows.filter((row) => row.time + this.#keptFor(left) > time);
      for (const row of rows) if (row.time + this.#keptFor(left) <= time && !row.paired) this.#pad(row, left);
      side.update(waiting.length === 0 ? undefined : waiting);
    }
  }

  #pad({ time, values }: WaitingRow, left: boolean): void {
    const { type, leftColumns, rightColumns } = this.#options;
    if (type !== 'full' && type !== (left ? 'left' : 'right')) return;
    const nulls = Array<null>(left ? rightColumns : leftColumns).fill(null);
    this.emit('+I', left ? [...values, ...nulls] : [...nulls, ...values], time);
  }
}

/** The same output with watermarks that much (ms) earlier, but for the last. */
function lagging(output: Output, lag: number): Output {
  return {
    // Where it leads is said later than an operator is given it.
    collect: (value, timestamp) => output.collect(value, timestamp),
    emitWatermark: (time) => output.emitWatermark(time === MAX_TIMESTAMP ? time : saturatingAdd(time, -lag)),
    emitIdle: (idle) => output.emitIdle(idle),
    sideOutput: (tag, value, timestamp) => output.sideOutput(tag, value, timestamp),
  };
}
