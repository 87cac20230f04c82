import type { ValueState } from '../../state/value-state.ts';
import type { Row } from '../changelog-row.ts';
import type { RelationJoinType } from '../plan/relation.ts';
import { Padding, padsSide, type JoinSides } from './join-sides.ts';
import { KeyedTableOperator } from './keyed-table-operator.ts';

export interface WindowJoinOptions extends JoinSides {
  readonly type: RelationJoinType;
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
  readonly #padding: Padding;
  readonly #windows: ValueState<JoinedWindow[] | undefined>;

  constructor(options: WindowJoinOptions) {
    super(options.leftKey, options.rightKey);
    this.#options = options;
    this.#padding = new Padding(options);
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
    const { type, matches, leftKeyIsNull, rightKeyIsNull } = this.#options;
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
      else if (padsSide(type, true)) out(this.#padding.padded(mine, true));
    }
    if (!padsSide(type, false)) return;
    for (const theirs of right) if (!paired.has(theirs)) out(this.#padding.padded(theirs, false));
  }
}
