import type { OperatorRuntime, Output } from '../../operators/operator.ts';
import { IntervalTable, type Side } from '../../operators/interval-table.ts';
import type { KeyedTable } from '../../state/entries.ts';
import { TimeBuckets } from '../../time/time-buckets.ts';
import { MAX_TIMESTAMP, MIN_TIMESTAMP, saturatingAdd } from '../../time/timestamp.ts';
import type { Row } from '../changelog-row.ts';
import type { RelationJoinType } from '../plan/relation.ts';
import { Padding, padsSide, type JoinSides } from './join-sides.ts';
import { KeyedTableOperator } from './keyed-table-operator.ts';

export interface TableIntervalJoinOptions extends JoinSides {
  readonly type: RelationJoinType;
  readonly leftTime: number;
  readonly rightTime: number;
  /** right.time − left.time lies between them, in ms. */
  readonly lower: number;
  readonly upper: number;
  readonly domain: 'rowtime' | 'proctime';
}

/** What is held of a row: its values, or, where it is padded if nothing comes to pair with it, that nothing has yet. */
type Held = readonly unknown[] | { readonly unpaired: readonly unknown[] };

const valuesOf = (held: Held): readonly unknown[] => ('unpaired' in held ? held.unpaired : held);

/**
 * Pairs rows whose times are near. A row is kept until nothing can come any more that pairs with it; an outer join then lets it out
 * with NULLs if nothing has. A row that comes too late still pairs with what is there, and is not kept. A pair has the times of both
 * its rows, and the older one may be as old as rows are kept; so in event time its watermark lags by as much.
 */
export class TableIntervalJoinOperator extends KeyedTableOperator {
  readonly #options: TableIntervalJoinOptions;
  readonly #padding: Padding;
  readonly #table = new IntervalTable((side) => this.#restored(side));
  /** Sides of which something is to be removed. One that pads rows is here for each of them, so that they go out in time. */
  readonly #due = new TimeBuckets<Side>();

  constructor(options: TableIntervalJoinOptions) {
    super(options.leftKey, options.rightKey);
    this.#options = options;
    this.#padding = new Padding(options);
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
    const { leftTime, rightTime, domain, leftKeyIsNull, rightKeyIsNull, lower, upper } = this.#options;
    const now = this.timeOf(domain);
    const time = domain === 'proctime' ? now : (values[fromLeft ? leftTime : rightTime] as number);
    const isNull = (fromLeft ? leftKeyIsNull : rightKeyIsNull)(values);
    const pads = this.#pads(fromLeft);
    const paired = !isNull && this.#pair(values, fromLeft, time, timestamp);
    const until = saturatingAdd(time, this.#keptFor(fromLeft));
    if (isNull || until <= now || upper < lower) {
      if (pads && !paired) this.#pad(values, time, fromLeft);
      return;
    }
    const slot = this.#table.slotOf(this.backend.currentKey);
    const side =
      (fromLeft ? this.#table.lefts : this.#table.rights)[slot] ??
      this.#table.newSide(slot, this.backend.currentKey, fromLeft, now);
    const { size } = side.buffer;
    side.buffer.add(time, pads && !paired ? { unpaired: values } : values);
    if (pads || size === 0) this.#schedule(side, until);
  }

  /** Sends what the row makes with those that are there; false if there are none. */
  #pair(values: readonly unknown[], fromLeft: boolean, time: number, timestamp: number | undefined): boolean {
    const { lower, upper, domain, matches } = this.#options;
    const slot = this.#table.find(this.backend.currentKey);
    const others = slot < 0 ? undefined : (fromLeft ? this.#table.rights : this.#table.lefts)[slot];
    if (others === undefined) return false;
    this.#clean(others, this.timeOf(domain));
    const { buffer } = others;
    const to = saturatingAdd(time, fromLeft ? upper : -lower);
    let paired = false;
    for (
      let at = buffer.placeOf(saturatingAdd(time, fromLeft ? lower : -upper));
      buffer.timestampAt(at) <= to;
      at++
    ) {
      const held = buffer.valueAt(at) as Held;
      const other = valuesOf(held);
      const [left, right] = fromLeft ? [values, other] : [other, values];
      if (!matches(left, right)) continue;
      paired = true;
      if (held !== other) {
        this.#table.touchSide(others);
        buffer.setValueAt(at, other);
      }
      const later = Math.max(time, buffer.timestampAt(at));
      this.emit('+I', [...left, ...right], domain === 'rowtime' ? later : timestamp);
    }
    return paired;
  }

  /** Ms after its time that a row of the side may still find a partner. */
  #keptFor(left: boolean): number {
    const { lower, upper } = this.#options;
    return Math.max(0, left ? upper : -lower);
  }

  /** True if rows of the side that nothing has paired with go out with NULLs. */
  #pads(left: boolean): boolean {
    return padsSide(this.#options.type, left);
  }

  #schedule(side: Side, time: number): void {
    this.#due.add(time, side);
    if (this.#options.domain === 'rowtime') this.runtime.alarm.expect(time);
  }

  #restored(side: Side): void {
    const kept = this.#keptFor(side.left);
    const { buffer } = side;
    if (!this.#pads(side.left)) return this.#due.add(saturatingAdd(buffer.last, kept), side);
    for (let at = 0; at < buffer.size; at++) this.#due.add(saturatingAdd(buffer.timestampAt(at), kept), side);
  }

  #fire(now: number): void {
    for (let due = this.#due.poll(now); due !== undefined; due = this.#due.poll(now)) {
      for (const side of due.target) {
        const { buffer, left } = side;
        if (buffer.size === 0) continue;
        this.#clean(side, due.time);
        if (buffer.size === 0) this.#table.drop(side);
        else if (!this.#pads(left)) this.#due.add(saturatingAdd(buffer.last, this.#keptFor(left)), side);
      }
    }
  }

  /** Removes rows that find no partner any more at a time. */
  #clean(side: Side, now: number): void {
    const { buffer, left } = side;
    const last = now === MAX_TIMESTAMP ? now : saturatingAdd(now, -this.#keptFor(left));
    const first = buffer.placeOf(MIN_TIMESTAMP);
    if (buffer.timestampAt(first) > last) return;
    this.#table.touchSide(side);
    if (this.#pads(left)) {
      for (let at = first; buffer.timestampAt(at) <= last; at++) {
        const held = buffer.valueAt(at) as Held;
        if ('unpaired' in held) this.#pad(held.unpaired, buffer.timestampAt(at), left);
      }
    }
    buffer.removeTo(last);
  }

  #pad(values: readonly unknown[], time: number, left: boolean): void {
    this.emit('+I', this.#padding.padded(values, left), time);
  }

  override get nextEventTime(): number {
    return this.#options.domain === 'rowtime' ? this.#due.nextTime : Infinity;
  }

  protected override onWatermark(timestamp: number): void {
    if (this.#options.domain === 'rowtime') this.#fire(timestamp);
  }

  override get nextProcessingTime(): number {
    return this.#options.domain === 'proctime' ? this.#due.nextTime : Infinity;
  }

  override get lastProcessingTime(): number {
    return this.#options.domain === 'proctime' ? this.#due.lastTime : -Infinity;
  }

  override onProcessingTime(time: number): void {
    if (this.#options.domain === 'proctime') this.#fire(time);
  }

  override get timerCount(): number {
    return this.#table.sides().length;
  }

  override get stateEntryCount(): number {
    return this.#table.sides().reduce((count, { buffer }) => count + buffer.size, 0);
  }

  override get tables(): readonly KeyedTable[] {
    return [this.#table];
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
