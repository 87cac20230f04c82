import type { FusionScope } from '../../operators/fusion-scope.ts';
import { Pane } from '../../operators/pane.ts';
import { byPart, type Entries, type KeyedTable } from '../../state/entries.ts';
import { KeyIndex } from '../../state/key-index.ts';
import { FusedExpressions, fusedRow } from '../lower/fused-row.ts';
import { writeKey } from '../lower/fused-key.ts';
import type { SliceTimes } from '../lower/slice-times.ts';
import {
  FusedWindowAggregateOperator,
  type FusedWindowAggregateOptions,
  type Group,
} from './fused-window-aggregate-operator.ts';

export interface SliceAggregateOptions extends FusedWindowAggregateOptions {
  readonly slices: SliceTimes;
  /** Brings an instant to the local time that windows go by; `undefined` if they go by instants. */
  readonly toLocal: ((instant: number) => number) | undefined;
  /** The last instant of a window that ends then. */
  readonly lastOf: (end: number) => number;
}

/** A stretch of time whose rows belong to the same windows. Its pane holds the keys' values and accumulators of each group. */
interface Slice {
  readonly from: number;
  readonly to: number;
  /** `undefined` if its last window has passed. */
  readonly pane: Pane | undefined;
}

interface Written {
  readonly slices: readonly (readonly [from: number, to: number])[];
  readonly firedTo: number;
}

const NO_SLICE: Slice = { from: 0, to: 0, pane: undefined };

/**
 * Aggregates of rows that are only added, in windows of event time that all keys share: each row is added to one slice, and what a window
 * shows is made of its slices as it ends. A row whose last window has passed is late, and dropped.
 */
export class SliceAggregateOperator extends FusedWindowAggregateOperator {
  readonly #options: SliceAggregateOptions;
  readonly #slices = new Map<number, { readonly pane: Pane; readonly to: number }>();
  /** Windows up to this last instant have passed: shown, if they had rows. */
  #firedTo = -Infinity;
  #nextDue = Infinity;
  /** What is left of a firing: windows, and the groups of the first of them. */
  #due: number[] | undefined;
  #groups: readonly Group[] | undefined;
  #at = 0;
  /** The slice of the last row. Generated code reads it. */
  slice: Slice = NO_SLICE;

  constructor(options: SliceAggregateOptions) {
    super(options);
    this.#options = options;
  }

  override get nextEventTime(): number {
    return this.#nextDue;
  }

  override fuse(scope: FusionScope, value: string, timestamp: string): string {
    const { keys, handler, timeColumn, toLocal, width } = this.#options;
    const { row, before } = fusedRow(scope, value, width);
    const writer = new FusedExpressions(scope, row);
    const operator = scope.bind(this);
    const [time, slice, pane, slot, groups] = Array.from({ length: 5 }, () => scope.local());
    const locals = keys.map(() => scope.local());
    const keyCode = keys.map((key, at) => `const ${locals[at]} = ${writer.write(key)};\n`).join('');
    const column = row.column(timeColumn);
    const local = toLocal === undefined ? column : `${scope.bind(toLocal)}(${column})`;
    const fresh = [...locals, handler.writeCreate(scope)].filter((part) => part !== '').join(', ');
    const group = scope.local();
    return `${before}${writer.declarations}const ${time} = ${column} === null ? NaN : ${local};
let ${slice} = ${operator}.slice;
if (!(${time} >= ${slice}.from && ${time} < ${slice}.to)) ${slice} = ${operator}.sliceAt(${time});
const ${pane} = ${slice}.pane;
if (${pane} === undefined) ${operator}.skip(${timestamp});
else {
${keyCode}const ${slot} = ${pane}.index.slotOf(${writeKey(scope, keys, locals)});
const ${groups} = ${pane}.accumulators;
if (${slot} === ${groups}.length) ${pane}.add(${slot}, [${fresh}]);
if (${pane}.marks[${slot}] !== ${pane}.epoch) ${pane}.touch(${slot});
const ${group} = ${groups}[${slot}];
${handler.writeAdd(scope, row, group)}
}`;
  }

  /** The slice of a time, NaN for none. Generated code calls it. */
  sliceAt(time: number): Slice {
    const { slices, lastOf } = this.#options;
    if (time !== time) return NO_SLICE;
    const from = slices.from(time);
    const to = slices.to(from);
    if (lastOf(slices.lastEnd(from)) <= this.currentWatermark) return NO_SLICE;
    let found = this.#slices.get(from);
    if (found === undefined) {
      this.#slices.set(from, (found = { pane: new Pane(from, to, false), to }));
      this.#expect(from, to);
    }
    return (this.slice = { from, to, pane: found.pane });
  }

  protected override onWatermark(timestamp: number): boolean {
    if (this.#due === undefined) {
      if (timestamp < this.#nextDue) {
        this.#firedTo = timestamp;
        return true;
      }
      this.#due = this.#dueAt(timestamp);
      this.slice = NO_SLICE;
    }
    for (let end = this.#due[0]; end !== undefined; end = this.#due[0]) {
      if (!this.#fire(end)) return false;
      this.#due.shift();
    }
    this.#due = undefined;
    this.#firedTo = timestamp;
    const { slices, lastOf } = this.#options;
    this.#nextDue = Infinity;
    for (const [from, { to }] of this.#slices) {
      if (lastOf(slices.lastEnd(from)) <= timestamp) this.#slices.delete(from);
      else this.#expect(from, to);
    }
    return true;
  }

  override get stateEntryCount(): number {
    let count = 0;
    for (const { pane } of this.#slices.values()) count += pane.entryCount;
    return count;
  }

  /** The groups of each slice, a part a slice. */
  readonly #table: KeyedTable = {
    name: 'slices',
    parts: () => Array.from(this.#slices.values(), ({ pane }) => pane),
    restore: (entries: readonly Entries[]) => {
      for (const [from, written] of byPart(entries)) this.#slices.get(from!)?.pane.restore(written);
    },
  };

  override get tables(): readonly KeyedTable[] {
    return [this.#table];
  }

  override snapshot(): Written {
    return {
      slices: Array.from(this.#slices, ([from, { to }]) => [from, to] as const),
      firedTo: this.#firedTo,
    };
  }

  override restore(state: unknown): void {
    const { slices, firedTo } = state as Written;
    this.#firedTo = firedTo;
    for (const [from, to] of slices) {
      this.#slices.set(from, { pane: new Pane(from, to, false), to });
      this.#expect(from, to);
    }
  }

  /** Sets the alarm for the next window of a slice that has not been shown. */
  #expect(from: number, to: number): void {
    const { slices, lastOf } = this.#options;
    const next = slices.ends(from, to).find((end) => lastOf(end) > this.#firedTo);
    if (next === undefined) return;
    const due = lastOf(next);
    if (due >= this.#nextDue) return;
    this.#nextDue = due;
    // A snapshot is taken up before there is a lane.
    (this.runtime as typeof this.runtime | undefined)?.alarm.expect(due);
  }

  /** Ends of the windows that are to be shown at a watermark, the first first. */
  #dueAt(watermark: number): number[] {
    const { slices, lastOf } = this.#options;
    const ends = new Set<number>();
    for (const [from, { to }] of this.#slices) {
      for (const end of slices.ends(from, to)) {
        const last = lastOf(end);
        if (last > this.#firedTo && last <= watermark) ends.add(end);
      }
    }
    return [...ends].sort((a, b) => a - b);
  }

  /** Shows a window. False if it was left in the middle. */
  #fire(end: number): boolean {
    const { slices, lastOf } = this.#options;
    this.#groups ??= this.#groupsOf(end);
    const groups = this.#groups;
    const start = slices.startOf(end);
    const time = lastOf(end);
    const { mustStop } = this.runtime;
    while (this.#at < groups.length) {
      this.show(groups[this.#at++]!, start, end, time);
      if (mustStop() && this.#at < groups.length) return false;
    }
    this.#groups = undefined;
    this.#at = 0;
    return true;
  }

  /** The groups of a window, put together of its slices. */
  #groupsOf(end: number): readonly Group[] {
    const start = this.#options.slices.startOf(end);
    const panes = [...this.#slices]
      .filter(([from, { to }]) => from >= start && to <= end)
      .sort(([a], [b]) => a - b)
      .map(([, { pane }]) => pane);
    if (panes.length === 1) return panes[0]!.accumulators as Group[];
    const index = new KeyIndex();
    const groups: Group[] = [];
    for (const pane of panes) {
      const { accumulators } = pane;
      const { keys } = pane.index;
      for (let slot = 0; slot < accumulators.length; slot++) {
        const at = index.slotOf(keys[slot]);
        if (at === groups.length) groups.push(this.copyOf(accumulators[slot] as Group));
        else this.mergeInto(groups[at]!, accumulators[slot] as Group);
      }
    }
    return groups;
  }
}
