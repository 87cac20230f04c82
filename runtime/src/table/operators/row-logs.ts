import { byPart, type Entries, type KeyedTable } from '../../state/entries.ts';
import type { KeptUntil } from '../plan/relation.ts';
import { RowLog, type LoggedRows } from './row-log.ts';

/** What a cut has to know beside the rows: which logs there are, oldest first, and the number of the next. */
export interface WrittenLogs {
  readonly parts: readonly number[];
  readonly next: number;
}

/** Logs are dropped as a whole: a side that forgets has about so many. */
const LOGS = 4;
const SHORTEST = 1_000;

/** What a join keeps of a side whose rows are only ever added: one log for ever, or, where rows are forgotten, one a stretch of time. */
export class RowLogs implements KeyedTable {
  readonly name: string;
  /** Oldest first. Generated code reads it. */
  logs: RowLog[] = [];
  /** The log that rows are added to. Generated code reads it. */
  current: RowLog;
  /** Rows of this time and before find no partner any more. Generated code reads it. */
  deadline = -Infinity;
  readonly keptUntil: KeptUntil | undefined;
  readonly #make: (part: number | undefined) => RowLog;
  /** Of the current log: a row of this time and after begins another. */
  #to = -Infinity;
  #next = 0;

  constructor(name: string, rows: LoggedRows, keptUntil: KeptUntil | undefined) {
    this.name = name;
    this.keptUntil = keptUntil;
    this.#make = (part) => new RowLog(rows, part);
    this.current = this.#make(undefined);
    if (keptUntil === undefined) this.logs.push(this.current);
  }

  /** The log for a row that is forgotten some day. Generated code calls it. */
  logAt(time: number): RowLog {
    if (time >= this.#to) {
      this.#to = time + Math.max(SHORTEST, this.keptUntil!.reach / LOGS);
      this.current = this.#make(this.#next++);
      this.logs.push(this.current);
    }
    if (time > this.current.last) this.current.last = time;
    return this.current;
  }

  /** The watermark at which there is something to forget. */
  get nextTime(): number {
    const [oldest] = this.logs;
    return this.keptUntil === undefined || oldest === undefined
      ? Infinity
      : oldest.last + this.keptUntil.reach;
  }

  /** Forgets what the watermark says that nothing pairs with any more. */
  forget(watermark: number): void {
    const { keptUntil } = this;
    if (keptUntil === undefined) return;
    this.deadline = watermark - keptUntil.reach;
    if (this.logs.length === 0 || this.logs[0]!.last > this.deadline) return;
    this.logs = this.logs.filter(({ last }) => last > this.deadline);
    if (!this.logs.includes(this.current)) this.#to = -Infinity;
  }

  get size(): number {
    return this.logs.reduce((size, { slotCount }) => size + slotCount, 0);
  }

  parts(): readonly RowLog[] {
    return this.logs;
  }

  /** What `restore` needs to be told first. */
  written(): WrittenLogs {
    return { parts: this.logs.map(({ part }) => part ?? 0), next: this.#next };
  }

  expect({ parts, next }: WrittenLogs): void {
    if (this.keptUntil === undefined) return;
    this.#next = next;
    this.logs = parts.map((part) => this.#make(part));
  }

  restore(entries: readonly Entries[]): void {
    const column = this.keptUntil?.column;
    for (const [part, written] of byPart(entries))
      this.logs.find((log) => log.part === part)?.restore(written, column);
  }
}
