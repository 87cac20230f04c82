import type { ValueState } from '../../state/value-state.ts';
import { MAX_TIMESTAMP } from '../../time/timestamp.ts';
import { isAddition, type Row } from '../changelog-row.ts';
import type { AggregateHandler } from '../lower/aggregate-handler.ts';
import type { TableWindow } from '../lower/window-assigner.ts';
import type { WindowProperty } from '../plan/relation.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface WindowAggregateOptions {
  readonly key: RowKey | undefined;
  readonly keyValues: (values: readonly unknown[]) => unknown[];
  readonly handler: AggregateHandler;
  /** The windows of a row; of a session, its own. */
  readonly windowsOf: (values: readonly unknown[], now: number) => readonly TableWindow[];
  /** True if windows of a key that touch become one. */
  readonly merging: boolean;
  readonly domain: 'rowtime' | 'proctime';
  /** The last instant of a window that ends then. */
  readonly lastOf: (end: number) => number;
  readonly properties: readonly WindowProperty[];
}

interface WindowState {
  start: number;
  end: number;
  rows: number;
  accumulators: unknown[];
  /** Time of its timer: of a session that has grown since it was set, too early; then another is set. */
  due: number;
}

interface GroupWindows {
  readonly keys: readonly unknown[];
  windows: WindowState[];
}

/** The aggregates of each group and window, once, when the window has passed. A row whose windows all have is late, and dropped. */
export class WindowAggregateOperator extends KeyedTableOperator {
  override readonly agesRecords = false;
  readonly #options: WindowAggregateOptions;
  readonly #state: ValueState<GroupWindows | undefined>;

  constructor(options: WindowAggregateOptions) {
    super(options.key);
    this.#options = options;
    this.#state = this.valueState('windows');
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const { windowsOf, merging, domain, keyValues } = this.#options;
    const now = this.timeOf(domain);
    const group = this.#state.value() ?? { keys: keyValues(row.values), windows: [] };
    let taken = false;
    for (const window of windowsOf(
      row.values,
      domain === 'proctime' ? this.runtime.currentProcessingTime() : now,
    )) {
      const target = merging ? this.#merged(group, window, now) : this.#window(group, window, now);
      if (target === undefined) continue;
      taken = true;
      const { handler } = this.#options;
      if (isAddition(row)) {
        target.rows++;
        handler.add(target.accumulators, row.values);
      } else {
        target.rows--;
        handler.retract(target.accumulators, row.values);
      }
    }
    if (taken) this.#state.update(group);
    else this.tooLate(row, timestamp, undefined);
  }

  /** `undefined` if it has passed. */
  #window(group: GroupWindows, { start, end }: TableWindow, now: number): WindowState | undefined {
    if (this.#options.lastOf(end) <= now) return undefined;
    const found = group.windows.find((window) => window.start === start && window.end === end);
    if (found !== undefined) return found;
    return this.#begin(group, start, end);
  }

  #begin(group: GroupWindows, start: number, end: number): WindowState {
    const due = this.#options.lastOf(end);
    const made: WindowState = { start, end, rows: 0, accumulators: this.#options.handler.create(), due };
    group.windows.push(made);
    this.registerTimer(due, this.#options.domain);
    return made;
  }

  /** The session that the row's own window falls into, made of all that it touches; `undefined` if that has passed. */
  #merged(group: GroupWindows, own: TableWindow, now: number): WindowState | undefined {
    const { handler, lastOf } = this.#options;
    let { start, end } = own;
    let session: WindowState | undefined;
    let more = false;
    for (const window of group.windows) {
      if (window.start > own.end || window.end < own.start) continue;
      if (session === undefined) session = window;
      else more = true;
      if (window.start < start) start = window.start;
      if (window.end > end) end = window.end;
    }
    if (lastOf(end) <= now) return undefined;
    if (session === undefined) return this.#begin(group, start, end);
    const whole = session;
    if (more) {
      group.windows = group.windows.filter((window) => {
        if (window === whole || window.start > own.end || window.end < own.start) return true;
        whole.accumulators = handler.merge(whole.accumulators, window.accumulators);
        whole.rows += window.rows;
        whole.due = Math.min(whole.due, window.due);
        return false;
      });
    }
    whole.start = start;
    whole.end = end;
    return whole;
  }

  protected override onTimer(time: number): void {
    const group = this.#state.value();
    if (group === undefined) return;
    const { handler, properties, domain, lastOf } = this.#options;
    for (const window of group.windows) {
      if (window.due > time || lastOf(window.end) <= time) continue;
      window.due = lastOf(window.end);
      this.registerTimer(window.due, domain);
    }
    const passed = group.windows.filter(({ end }) => lastOf(end) <= time || time === MAX_TIMESTAMP);
    group.windows = group.windows.filter((window) => !passed.includes(window));
    if (group.windows.length === 0) this.#state.clear();
    else this.#state.update(group);
    for (const { start, end, rows, accumulators } of passed) {
      if (rows === 0) continue;
      const shown = properties.map((property) =>
        property === 'start' ? start : property === 'end' ? end : lastOf(end),
      );
      this.emit('+I', [...group.keys, ...handler.results(accumulators), ...shown], lastOf(end));
    }
  }
}
