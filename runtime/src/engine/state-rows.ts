import { Pane } from '../operators/pane.ts';
import { copyValue } from '../state/copy-value.ts';
import { byPart, settle, type Entries, type EntrySource, type KeyedTable } from '../state/entries.ts';
import { isExpiring } from '../state/state-store.ts';

/** One piece of an operator's state. */
export interface StateRow {
  /** The key that it belongs to; absent where records have none. */
  readonly key?: unknown;
  /** Name of the state, or `'window'`, `'event-time timer'`, `'processing-time timer'`. */
  readonly state: string;
  /** What it holds: of a window, what has come in so far. */
  readonly value?: unknown;
  /** Start of a window, epoch ms. */
  readonly start?: number;
  /** End of a window, epoch ms. */
  readonly end?: number;
  /** When a timer is due, epoch ms. */
  readonly time?: number;
}

/** A table of an operator's state as it lies there, or as it was written. */
export interface StatePart {
  readonly table: string;
  readonly source: EntrySource;
}

/** Ends of the open windows on a grid, by their starts. */
export type WindowEnds = ReadonlyMap<number, number>;

const TIMERS: Readonly<Record<string, string>> = {
  'event-timers': 'event-time timer',
  'processing-timers': 'processing-time timer',
};
/** Fields of a session as it is written: start, end, time and place of its timer, accumulator. */
const SESSION_FIELDS = 5;

/** The tables of an operator that runs. */
export function livingParts(tables: readonly KeyedTable[]): StatePart[] {
  return tables.flatMap((table) => Array.from(table.parts(), (source) => ({ table: table.name, source })));
}

/** The tables of an operator as a cut holds them. */
export function writtenParts(tables: Readonly<Record<string, readonly Entries[]>>): StatePart[] {
  return Object.entries(tables).flatMap(([table, entries]) =>
    [...byPart(entries)].map(([part, written]) => {
      const { keys, columns } = settle(written);
      const names = Object.keys(columns);
      const source: EntrySource = {
        part,
        slotCount: keys.length,
        columns: names,
        keyAt: (slot) => keys[slot],
        valueAt: (slot, column) => columns[names[column]!]![slot],
      };
      return { table, source };
    }),
  );
}

/** What lies in one slot of a table, for people: copies, which the operator does not go on changing. */
export function* rowsAt({ table, source }: StatePart, slot: number, ends: WindowEnds): Generator<StateRow> {
  const key = source.keyAt(slot);
  if (key === undefined) return;
  for (const [at, column] of source.columns.entries()) {
    const value = source.valueAt(slot, at);
    if (value === undefined) continue;
    const timer = TIMERS[table];
    if (timer !== undefined) {
      const timers = value as readonly number[];
      for (let i = 0; i < timers.length; i += 2) yield { key, state: timer, time: timers[i]! };
    } else if (table === 'windows' && column === 'accumulator') {
      const start = source.part!;
      // What was written of windows that have ended since is still there.
      const end = source instanceof Pane ? source.window.end : ends.get(start);
      if (end !== undefined) yield { key, state: 'window', start, end, value: copyValue(value) };
    } else if (table === 'windows' && column === 'windows') {
      for (const { window, contents } of value as readonly WrittenWindow[])
        yield { key, state: 'window', start: window[0], end: window[1], value: copyValue(contents[0]) };
    } else if (table === 'sessions') {
      const written = value as readonly unknown[];
      for (let i = 0; i < written.length; i += SESSION_FIELDS) {
        const [start, end] = written.slice(i) as [number, number];
        yield { key, state: 'window', start, end, value: copyValue(written[i + 4]) };
      }
    } else if (table !== 'windows') {
      yield { key, state: nameOf(column), value: copyValue(isExpiring(column) ? unexpired(value) : value) };
    }
  }
}

interface WrittenWindow {
  readonly window: readonly [number, number];
  readonly contents: readonly unknown[];
}

function nameOf(column: string): string {
  return isExpiring(column) ? column.slice(0, column.lastIndexOf(' (')) : column;
}

/** A value that expires lies beside the time at which it does. */
function unexpired(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
}
