import type { FusionScope, WriteNext } from '../../operators/fusion-scope.ts';
import { KeySelector } from '../../operators/key-selector.ts';
import { Operator } from '../../operators/operator.ts';
import { Pane, type PaneSnapshot } from '../../operators/pane.ts';
import type { Partitioning } from '../../operators/stream-partitioner.ts';
import { byPart, type Entries, type KeyedTable } from '../../state/entries.ts';
import type { Row } from '../changelog-row.ts';
import { writeKey } from '../lower/fused-key.ts';
import { FusedExpressions, fusedRow } from '../lower/fused-row.ts';
import type { EqualColumns, RelationJoinType } from '../plan/relation.ts';
import { Padding, padsSide, type JoinSides } from './join-sides.ts';

export interface WindowJoinOptions extends JoinSides {
  readonly type: RelationJoinType;
  /** What the keys are made of. */
  readonly equal: readonly EqualColumns[];
  readonly leftEnd: number;
  readonly rightEnd: number;
  readonly domain: 'rowtime' | 'proctime';
  /** The last instant of a window that ends then. */
  readonly lastOf: (end: number) => number;
}

type Values = readonly unknown[];

/** Rows of one key in one window. */
interface Met {
  left: Values[] | undefined;
  right: Values[] | undefined;
}

const NONE: readonly Values[] = [];

/** Joins the rows of two sides that are in one window, when it has passed. All keys share a pane a window. */
export class WindowJoinOperator extends Operator {
  override readonly takesParts = true;
  override readonly agesRecords = false;
  readonly #options: WindowJoinOptions;
  readonly #selectors: readonly KeySelector[];
  readonly #padding: Padding;
  /** By their ends. */
  readonly #panes = new Map<number, Pane>();
  #nextDue = Infinity;
  /** What is left of a firing: ends of windows, and the place in the first of them. */
  #due: number[] | undefined;
  #at = 0;

  constructor(options: WindowJoinOptions) {
    super();
    this.#options = options;
    this.#padding = new Padding(options);
    this.#selectors = [options.leftKey, options.rightKey].map(
      (key) => new KeySelector(key === undefined ? undefined : (row) => key((row as Row).values)),
    );
  }

  override partitioning(input: number): Partitioning {
    return this.#selectors[input];
  }

  override get isParallel(): boolean {
    return this.#selectors.every(({ keyed }) => keyed);
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    this.processInput(0, undefined, value, timestamp);
  }

  override processInput(input: number, _key: unknown, value: unknown, timestamp: number | undefined): void {
    const { leftKey, rightKey, leftEnd, rightEnd } = this.#options;
    const { values } = value as Row;
    const [key, end] = input === 0 ? [leftKey, leftEnd] : [rightKey, rightEnd];
    this.add(input === 0, key?.(values) ?? 0, values, values[end] as number, timestamp);
  }

  override fuse(
    scope: FusionScope,
    value: string,
    timestamp: string,
    _next: WriteNext,
    input: number,
  ): string {
    const { equal, leftColumns, rightColumns, leftEnd, rightEnd } = this.#options;
    const [width, end] = input === 0 ? [leftColumns, leftEnd] : [rightColumns, rightEnd];
    const { row, before } = fusedRow(scope, value, width);
    const writer = new FusedExpressions(scope, row);
    const keys = equal.map((pair) => (input === 0 ? pair.left : pair.right));
    const locals = keys.map(() => scope.local());
    const keyCode = keys.map((key, at) => `const ${locals[at]} = ${writer.write(key)};\n`).join('');
    const values = Array.from({ length: width }, (_, at) => row.column(at)).join(', ');
    return `${before}${writer.declarations}${keyCode}${scope.bind(this)}.add(${input === 0}, ${writeKey(scope, keys, locals)}, [${values}], ${row.column(end)}, ${timestamp});`;
  }

  /** Keeps a row until its window has passed. Generated code calls it. */
  add(fromLeft: boolean, key: unknown, values: Values, end: number, timestamp: number | undefined): void {
    if (this.#options.lastOf(end) <= this.#now) return this.tooLate(undefined, timestamp, undefined);
    const pane = this.#panes.get(end) ?? this.#open(end);
    const slot = pane.index.slotOf(key);
    if (slot === pane.accumulators.length) pane.add(slot, { left: undefined, right: undefined });
    if (pane.epoch !== 0 && pane.marks[slot] !== pane.epoch) pane.touch(slot);
    const met = pane.accumulators[slot] as Met;
    if (fromLeft) {
      if (met.left === undefined) met.left = [values];
      else met.left.push(values);
    } else if (met.right === undefined) met.right = [values];
    else met.right.push(values);
  }

  get #now(): number {
    return this.#options.domain === 'rowtime' ? this.currentWatermark : this.runtime.currentProcessingTime();
  }

  #open(end: number): Pane {
    const pane = new Pane(end, end, false);
    this.#panes.set(end, pane);
    const due = this.#options.lastOf(end);
    if (due < this.#nextDue) {
      this.#nextDue = due;
      // A snapshot is taken up before there is a lane.
      if (this.#options.domain === 'rowtime')
        (this.runtime as typeof this.runtime | undefined)?.alarm.expect(due);
    }
    return pane;
  }

  override get nextEventTime(): number {
    return this.#options.domain === 'rowtime' ? this.#nextDue : Infinity;
  }

  protected override onWatermark(timestamp: number): boolean {
    return this.#options.domain !== 'rowtime' || this.#fire(timestamp, this.runtime.mustStop);
  }

  override get nextProcessingTime(): number {
    return this.#options.domain === 'proctime' ? this.#nextDue : Infinity;
  }

  override get lastProcessingTime(): number {
    return this.#options.domain === 'proctime'
      ? Math.max(...Array.from(this.#panes.keys(), this.#options.lastOf))
      : -Infinity;
  }

  override onProcessingTime(time: number): void {
    if (this.#options.domain === 'proctime') this.#fire(time, () => false);
  }

  /** Joins the windows that have passed, the first first. False if it was left in the middle. */
  #fire(now: number, mustStop: () => boolean): boolean {
    const { lastOf } = this.#options;
    if (this.#due === undefined) {
      if (now < this.#nextDue) return true;
      const ends = [...this.#panes.keys()].filter((end) => lastOf(end) <= now);
      this.#due = ends.sort((a, b) => lastOf(a) - lastOf(b));
    }
    for (let end = this.#due[0]; end !== undefined; end = this.#due[0]) {
      const entries = this.#panes.get(end)!.accumulators as Met[];
      while (this.#at < entries.length) {
        const joined = this.#join(entries[this.#at++]!, lastOf(end));
        if (joined && mustStop() && this.#at < entries.length) return false;
      }
      this.#at = 0;
      this.#panes.delete(end);
      this.#due.shift();
    }
    this.#due = undefined;
    this.#nextDue = Math.min(Infinity, ...Array.from(this.#panes.keys(), lastOf));
    return true;
  }

  /** Rows of one key in a window that has passed; false if there is nothing to be said of them. */
  #join(met: Met, time: number): boolean {
    const { left = NONE, right = NONE }: { readonly [S in keyof Met]: readonly Values[] | undefined } = met;
    const { type, matches, leftKeyIsNull, rightKeyIsNull } = this.#options;
    if (type === 'inner' && (left.length === 0 || right.length === 0)) return false;
    const out = (values: Values) => this.output.collect({ kind: '+I', values }, time);
    const paired = new Set<Values>();
    for (const mine of left) {
      const partners = leftKeyIsNull(mine)
        ? NONE
        : right.filter((theirs) => !rightKeyIsNull(theirs) && matches(mine, theirs));
      for (const theirs of partners) paired.add(theirs);
      if (type === 'semi' || type === 'anti') {
        if (partners.length > 0 === (type === 'semi')) out(mine);
      } else if (partners.length > 0) for (const theirs of partners) out([...mine, ...theirs]);
      else if (padsSide(type, true)) out(this.#padding.padded(mine, true));
    }
    if (padsSide(type, false))
      for (const theirs of right) if (!paired.has(theirs)) out(this.#padding.padded(theirs, false));
    return true;
  }

  override get stateEntryCount(): number {
    let count = 0;
    for (const { entryCount } of this.#panes.values()) count += entryCount;
    return count;
  }

  /** The rows of each key, a part a window. */
  readonly #table: KeyedTable = {
    name: 'windows',
    parts: () => this.#panes.values(),
    restore: (entries: readonly Entries[]) => {
      for (const [end, written] of byPart(entries)) this.#panes.get(end!)?.restore(written);
    },
  };

  override get tables(): readonly KeyedTable[] {
    return [this.#table];
  }

  override snapshot(): { readonly panes: readonly PaneSnapshot[] } {
    return { panes: Array.from(this.#panes.keys(), (end) => ({ start: end, end, fired: false })) };
  }

  override restore(state: unknown): void {
    for (const { end } of (state as { readonly panes: readonly PaneSnapshot[] }).panes) this.#open(end);
  }
}
