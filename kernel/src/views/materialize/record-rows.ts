import type { RecordOrigin } from 'tidemark';
import { isJsonObject, type Json, type ViewRow } from '../../protocol/index.ts';
import { lineChart } from '../charts/line-chart.ts';
import { fieldOf, keyText, plainJson } from './plain-json.ts';
import type { RowMaker, ViewContext } from './row-maker.ts';

/** A record between its arrival and the next take. */
interface PendingRecord {
  readonly id: string;
  /** A copy that the stream's own code cannot change any more. */
  readonly value: unknown;
  /** True when the copy is plain JSON already. */
  readonly plain: boolean;
  readonly timestamp: number | undefined;
}

interface RecordRowsState {
  readonly count: number;
  readonly numbers: boolean;
}

/**
 * Rows of any stream: the last ones (`append`), the last one of each key (`update`), or the last one (`single`). A
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

  constructor(context: ViewContext, mode: 'append' | 'update' | 'single', limit: number) {
    this.#context = context;
    this.#mode = mode;
    this.#limit = limit;
  }

  onRecord(value: unknown, timestamp: number | undefined, origin: RecordOrigin | undefined): void {
    this.#count += 1;
    if (typeof value !== 'number' || timestamp === undefined) this.#numbers = false;
    this.#pending.push({ id: this.#idOf(value, origin), ...frozenCopy(value), timestamp });
    if (this.#pending.length >= 2 * this.#limit + 64) this.#dropUnseen();
  }

  onProgress(): void {}

  settle(): void {
    if (this.#pending.length > this.#limit && this.#mode === 'append') this.#dropUnseen();
    for (const { id, value, plain, timestamp } of this.#pending)
      this.#context.rows.put(recordRow(id, plain ? (value as Json) : plainJson(value), timestamp));
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
    return { count: this.#count, numbers: this.#numbers };
  }

  restore(state: unknown): void {
    const { count, numbers } = state as RecordRowsState;
    this.#count = count;
    this.#numbers = numbers;
    this.#pending = [];
  }

  #idOf(value: unknown, origin: RecordOrigin | undefined): string {
    if (this.#mode === 'append') return `r${this.#count}`;
    if (this.#mode === 'single') return 'latest';
    const key = origin?.key ?? keyOf(value);
    return `${typeof key} ${keyText(key)}`;
  }

  /** Keeps what can still be seen: the last records or, by key, the last of each key. */
  #dropUnseen(): void {
    if (this.#mode === 'append') {
      this.#pending = this.#pending.slice(-this.#limit);
      return;
    }
    const last = new Map(this.#pending.map((record) => [record.id, record]));
    this.#pending = [...last.values()];
    if (this.#pending.length > this.#limit) this.settle();
  }
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
  if (isJsonObject(plain)) return { ...plain, ...own };
  return { value: plain, ...own };
}
