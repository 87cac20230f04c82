import type { ValueState } from '../../state/value-state.ts';
import type { Row } from '../changelog-row.ts';
import type { RelationJoinType } from '../plan/relation.ts';
import { KeyedTableOperator, type RowKey } from './keyed-table-operator.ts';

export interface WindowJoinOptions {
  readonly leftKey: RowKey | undefined;
  readonly rightKey: RowKey | undefined;
  readonly type: RelationJoinType;
  readonly matches: (left: readonly unknown[], right: readonly unknown[]) => boolean;
  readonly leftKeyIsNull: (values: readonly unknown[]) => boolean;
  readonly rightKeyIsNull: (values: readonly unknown[]) => boolean;
  readonly leftColumns: number;
  readonly rightColumns: number;
  readonly leftEnd: number;
  readonly rightEnd: number;
  readonly domain: 'rowtime' | 'proctime';
  /** The last instant of a window that ends then. */
  readonly lastOf: (end: number) => number;
}

interface JoinedWindow {
  readonly end: number;
  readonly left: (readonly unknown[])[];
  readonly right: (readonly unknown[])[];
}

/** Joins the rows of two sides that are in one window, when it has passed. */
export class WindowJoinOperator extends KeyedTableOperator {
  override readonly agesRecords = false;
  readonly #options: WindowJoinOptions;
  readonly #windows: ValueState<JoinedWindow[] | undefined>;

  constructor(options: WindowJoinOptions) {
    super(options.leftKey, options.rightKey);
    this.#options = options;
    this.#windows = this.valueState('windows');
  }

  protected processRow(row: Row, timestamp: number | undefined): void {
    this.#add(row, 'left', timestamp);
  }

  protected override processRow2(row: Row, timestamp: number | undefined): void {
    this.#add(row, 'right', timestamp);
  }

  #add(row: Row, side: 'left' | 'right', timestamp: number | undefined): void {
    const { leftEnd, rightEnd, domain } = this.#options;
    const end = row.values[side === 'left' ? leftEnd : rightEnd] as number;
    if (this.#options.lastOf(end) <= this.timeOf(domain)) return this.tooLate(row, timestamp, undefined);
    const windows = this.#windows.value() ?? [];
    let window = windows.find((other) => other.end === end);
    if (window === undefined) {
      windows.push((window = { end, left: [], right: [] }));
      this.registerTimer(this.#options.lastOf(end), domain);
    }
    window[side].push(row.values);
    this.#windows.update(windows);
  }

  protected override onTimer(time: number): void {
    const windows = this.#windows.value() ?? [];
    const waiting = windows.filter(({ end }) => this.#options.lastOf(end) > time);
    this.#windows.update(waiting.length === 0 ? undefined : waiting);
    for (const window of windows) if (this.#options.lastOf(window.end) <= time) this.#join(window);
  }

  #join({ end, left, right }: JoinedWindow): void {
    const { type, matches, leftKeyIsNull, rightKeyIsNull, leftColumns, rightColumns } = this.#options;
    const out = (values: readonly unknown[]) => this.emit('+I', values, this.#options.lastOf(end));
    const paired = new Set<readonly unknown[]>();
    for (const mine of left) {
      const partners = leftKeyIsNull(mine)
        ? []
        : right.filter((theirs) => !rightKeyIsNull(theirs) && matches(mine, theirs));
      for (const theirs of partners) paired.add(theirs);
      if (type === 'semi' || type === 'anti') {
        if (partners.length > 0 === (type === 'semi')) out(mine);
      } else if (partners.length > 0) for (const theirs of partners) out([...mine, ...theirs]);
      else if (type === 'left' || type === 'full') out([...mine, ...Array<null>(rightColumns).fill(null)]);
    }
    if (type !== 'right' && type !== 'full') return;
    for (const theirs of right)
      if (!paired.has(theirs)) out([...Array<null>(leftColumns).fill(null), ...theirs]);
  }
}
