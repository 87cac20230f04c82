import type { RecordOrigin } from 'tidemark';
import { isJsonObject, rowField, type Json, type ViewRow } from '../../protocol/index.ts';
import { lineChart } from '../charts/line-chart.ts';
import { fieldOf, keyText, plainJson } from './plain-json.ts';
import type { RowMaker, ViewContext } from './row-maker.ts';

const NOTHING = { value: undefined, plain: false };

/** A record between its arrival and the next take. */
interface PendingRecord {
  readonly id: string;
  /** A copy that the stream's own code cannot change any more. */
  readonly value: unknown;
  /** True when the copy is plain JSON already. */
  readonly plain: boolean;
  readonly timestamp: number | undefined;
  /** True if the row is to go. */
  readonly removed?: boolean;
}

interface RecordRowsState {
  readonly count: number;
  readonly numbers: boolean;
  readonly copies?: [string, number][];
}

/**
 * Rows of any stream: the last ones (`append`), the last one of each key (`update`), or the last one (`single`). Rows of a table
 * that changes come and go. A
 * stream of numbers with timestamps is drawn as a line, anything else is a table.
 */
export class RecordRows implements RowMaker {
  readonly #context: ViewContext;
  readonly #mode: 'append' | 'update' | 'single';
  readonly #limit: number;
  /** Rows are made at the take: of a fast stream most records would be trimmed before anyone saw them. */
  #pending: PendingRecord[] = [];
  #count = 0;
  #numbers = true;
  #line: Json | undefined;
  /** Equal rows of a table that has no key: how many there are. */
  readonly #copies = new Map<string, number>();

  constructor(context: ViewContext, mode: 'append' | 'update' | 'single', limit: number) {
    this.#context = context;
    this.#mode = mode;
    this.#limit = limit;
  }

  onRecord(value: unknown, timestamp: number | undefined, origin: RecordOrigin | undefined): void {
    this.#count += 1;
    if (typeof value !== 'number' || timestamp === undefined) this.#numbers = false;
    const id = this.#idOf(value, origin);
    if (origin?.change === 'remove') this.#pending.push({ id, ...NOTHING, timestamp, removed: true });
    else this.#pending.push({ id, ...frozenCopy(value), timestamp });
    if (this.#pending.length >= 2 * this.#limit + 64) this.#dropUnseen();
  }

  onProgress(): void {}

  settle(): void {
    if (this.#mode !== 'append') this.#pending = lastOfEach(this.#pending);
    else if (this.#pending.length > this.#limit) this.#dropUnseen();
    for (const { id, value, plain, timestamp, removed } of this.#pending) {
      if (removed === true) this.#context.rows.delete(id);
      else this.#context.rows.put(recordRow(id, plain ? (value as Json) : plainJson(value), timestamp));
    }
    this.#pending = [];
  }

  spec(): Json | undefined {
    if (!this.#numbers || this.#count === 0 || this.#mode === 'single') return undefined;
    this.#line ??= lineChart('value');
    return this.#line;
  }

  waiting(): string {
    return 'waiting for the first record';
  }

  note(): string | undefined {
    if (this.#mode !== 'append' || this.#count <= this.#context.rows.size) return undefined;
    return `last ${this.#context.rows.size.toLocaleString('en')} of ${this.#count.toLocaleString('en')} records`;
  }

  snapshot(): RecordRowsState {
    return { count: this.#count, numbers: this.#numbers, copies: [...this.#copies] };
  }

  restore(state: unknown): void {
    const { count, numbers, copies = [] } = state as RecordRowsState;
    this.#count = count;
    this.#numbers = numbers;
    this.#pending = [];
    this.#copies.clear();
    for (const [row, number] of copies) this.#copies.set(row, number);
  }

  #idOf(value: unknown, origin: RecordOrigin | undefined): string {
    if (this.#mode === 'append') return `r${this.#count}`;
    if (this.#mode === 'single') return 'latest';
    if (origin?.change !== undefined) return this.#idOfChange(`row ${String(origin.key)}`, origin.change);
    const key = origin?.key ?? keyOf(value);
    return `${typeof key} ${keyText(key)}`;
  }

  /** Equal rows stand beside each other; the last to come is the first to go. */
  #idOfChange(row: string, change: 'replace' | 'add' | 'remove'): string {
    if (change === 'replace') return row;
    const copies = this.#copies.get(row) ?? 0;
    if (change === 'add') {
      this.#copies.set(row, copies + 1);
      if (this.#copies.size > 2 * this.#limit + 64) this.#forgetTrimmed();
      return copyId(row, copies);
    }
    if (copies > 1) this.#copies.set(row, copies - 1);
    else this.#copies.delete(row);
    return copyId(row, Math.max(0, copies - 1));
  }

  #forgetTrimmed(): void {
    const current = [...this.#copies.keys()].at(-1);
    this.settle();
    for (const [row, copies] of this.#copies) {
      if (row !== current && this.#context.rows.get(copyId(row, copies - 1)) === undefined)
        this.#copies.delete(row);
    }
  }

  /** Keeps what can still be seen: the last records or, by key, the last of each key. */
  #dropUnseen(): void {
    if (this.#mode === 'append') {
      this.#pending = this.#pending.slice(-this.#limit);
      return;
    }
    this.#pending = lastOfEach(this.#pending);
    if (this.#pending.length > this.#limit) this.settle();
  }
}

/** Of a row that went and came again only the last is left, so that it keeps its place. */
function lastOfEach(records: readonly PendingRecord[]): PendingRecord[] {
  return [...new Map(records.map((record) => [record.id, record])).values()];
}

function copyId(row: string, copy: number): string {
  return copy === 0 ? row : `${row} #${copy}`;
}

function keyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value[0];
  if (typeof value !== 'object' || value === null) return value;
  return fieldOf(value, 'key') ?? fieldOf(value, 'id') ?? value;
}

/** Reducers often emit the very object that they go on changing. A flat one is copied, any other made plain at once. */
function frozenCopy(value: unknown): { readonly value: unknown; readonly plain: boolean } {
  if (typeof value !== 'object' || value === null) return { value, plain: false };
  return isFlat(value)
    ? { value: Array.isArray(value) ? [...value] : { ...value }, plain: false }
    : { value: plainJson(value), plain: true };
}

function isFlat(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return false;
  try {
    return Object.values(value).every((part) => typeof part !== 'object' || part === null);
  } catch {
    // A getter that throws.
    return false;
  }
}

function recordRow(id: string, plain: Json, timestamp: number | undefined): ViewRow {
  const own = { _id: id, ...(timestamp === undefined ? {} : { _time: timestamp }) };
  if (Array.isArray(plain)) return { ...Object.fromEntries(plain.map((item, i) => [`f${i}`, item])), ...own };
  if (isJsonObject(plain)) {
    const fields = Object.entries(plain).map(([name, value]) => [rowField(name), value]);
    return { ...(Object.fromEntries(fields) as { readonly [name: string]: Json }), ...own };
  }
  return { value: plain, ...own };
}
