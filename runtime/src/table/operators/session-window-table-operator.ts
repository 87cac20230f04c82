import type { ValueState } from '../../state/value-state.ts';
import type { Row } from '../changelog-row.ts';
import type { TableWindow } from '../lower/window-assigner.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface SessionWindowTableOptions {
  readonly key: RowKey | undefined;
  /** A row's own window: from its time, as long as the gap. */
  readonly windowOf: (values: readonly unknown[], now: number) => TableWindow;
  readonly domain: 'rowtime' | 'proctime';
  /** The last instant of a window that ends then. */
  readonly lastOf: (end: number) => number;
}

interface Session extends TableWindow {
  readonly rows: Row[];
}

/** Rows with the session that they belong to, when it is over; a row whose session has passed is late, and dropped. */
export class SessionWindowTableOperator extends KeyedTableOperator {
  readonly #options: SessionWindowTableOptions;
  readonly #sessions: ValueState<Session[] | undefined>;

  constructor(options: SessionWindowTableOptions) {
    super(options.key);
    this.#options = options;
    this.#sessions = this.valueState('sessions');
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    const { windowOf, domain } = this.#options;
    const own = windowOf(row.values, this.runtime.currentProcessingTime());
    const sessions = this.#sessions.value() ?? [];
    const touched = sessions.filter(({ start, end }) => start <= own.end && end >= own.start);
    const start = Math.min(own.start, ...touched.map((session) => session.start));
    const end = Math.max(own.end, ...touched.map((session) => session.end));
    if (this.#options.lastOf(end) <= this.timeOf(domain)) return this.tooLate(row, timestamp, undefined);
    for (const session of touched)
      if (session.end !== end) this.deleteTimer(this.#options.lastOf(session.end), domain);
    const rows = [...touched.flatMap((session) => session.rows), row];
    this.#sessions.update([
      ...sessions.filter((session) => !touched.includes(session)),
      { start, end, rows },
    ]);
    this.registerTimer(this.#options.lastOf(end), domain);
  }

  protected override onTimer(time: number): void {
    const sessions = this.#sessions.value() ?? [];
    const left = sessions.filter(({ end }) => this.#options.lastOf(end) > time);
    this.#sessions.update(left.length === 0 ? undefined : left);
    for (const { start, end, rows } of sessions) {
      if (this.#options.lastOf(end) > time) continue;
      for (const { kind, values } of rows)
        this.emit(kind, [...values, start, end, this.#options.lastOf(end)], this.#options.lastOf(end));
    }
  }
}
