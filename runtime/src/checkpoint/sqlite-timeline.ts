import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { RecordsSize, StoredBlock, StoredRecords, StoredTimeline, TimelineTrim } from './cut-store.ts';
import { timelineDamaged } from './store-errors.ts';

export const TIMELINE_SCHEMA = `
  CREATE TABLE IF NOT EXISTS timeline (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, bytes BLOB NOT NULL, crc INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS records (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, count INTEGER NOT NULL, stamp REAL NOT NULL, bytes BLOB NOT NULL,
    crc INTEGER NOT NULL);`;

/** A row takes in what follows it up to so many bytes: rows stay few where little comes at a time. */
const ROW_BYTES = 32 * 1024;

type Table = 'timeline' | 'records';
type Row = Omit<StoredRecords, 'rows' | 'stamp'> & Partial<StoredRecords>;
type Found = Record<string, unknown>;

/**
 * The recording in a session's file: entries in blocks, and apart from them the records of sources that cannot be read
 * again, which have a budget. The caller begins and ends transactions.
 */
export class SqliteTimeline {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #warn: (error: Error) => void;
  /** The last row of each table, while it may take in more. */
  #open: { [table in Table]?: Row } = {};
  #last: number;

  constructor(database: DatabaseSync, path: string, warn: (error: Error) => void) {
    this.#database = database;
    this.#path = path;
    this.#warn = warn;
    this.#last = Number(this.#all('SELECT max(last) AS last FROM timeline')[0]?.['last'] ?? 0);
  }

  /** What is there from the first of them on is replaced. */
  append(blocks: readonly StoredBlock[]): void {
    for (const { records, ...block } of blocks) {
      if (block.first <= this.#last) this.truncate(block.first - 1);
      this.#add('timeline', block);
      if (records !== undefined) this.#add('records', records);
      this.#last = block.last;
    }
  }

  /** Forgets all after an entry. */
  truncate(afterSeq: number): void {
    this.#open = {};
    for (const table of ['timeline', 'records'] as const) {
      this.#run(`DELETE FROM ${table} WHERE first > ?`, afterSeq);
      const cutOff = this.#all(`SELECT * FROM ${table} WHERE last > ?`, afterSeq).map(rowOf);
      for (const row of cutOff) this.#put(table, { ...row, last: afterSeq });
    }
    this.#last = Math.min(this.#last, afterSeq);
  }

  /** Drops whole rows: what begins before and ends behind stays. */
  trim({ entriesThrough, recordsThrough }: TimelineTrim): void {
    this.#run('DELETE FROM timeline WHERE last <= ?', entriesThrough);
    this.#run('DELETE FROM records WHERE last <= ?', Math.max(entriesThrough, recordsThrough));
    this.#open = {};
  }

  /** Called when a transaction was rolled back: what is known of the last rows may be wrong. */
  forget(): void {
    this.#open = {};
  }

  /** Both ends included. Ends before what is damaged, with a warning. */
  read(fromSeq: number, toSeq: number): StoredTimeline {
    const entries = this.#rows('timeline', fromSeq, toSeq);
    const through = Math.min(toSeq, entries.damagedAt - 1);
    const records = this.#rows('records', fromSeq, through);
    const blocks = entries.rows.filter(({ first }) => first < records.damagedAt);
    const last = Math.min(through, records.damagedAt - 1);
    return {
      blocks: blocks.map((block) => ({ ...block, last: Math.min(block.last, last) })),
      records: records.rows,
    };
  }

  /** The oldest entry. */
  first(): number | undefined {
    const first = this.#all('SELECT min(first) AS first FROM timeline')[0]?.['first'];
    return typeof first === 'number' ? first : undefined;
  }

  /** How much records take, oldest first. */
  sizes(): RecordsSize[] {
    return this.#all('SELECT last, count, stamp, length(bytes) AS bytes FROM records ORDER BY first').map(
      ({ last, count, stamp, bytes }) => ({
        last: Number(last),
        rows: Number(count),
        stamp: Number(stamp),
        bytes: Number(bytes),
      }),
    );
  }

  #add(table: Table, row: Row): void {
    const open = this.#open[table];
    const joins = open !== undefined && open.bytes.length + row.bytes.length <= ROW_BYTES;
    const put = joins ? joined(open, row) : row;
    this.#put(table, put);
    this.#open[table] = put;
  }

  #put(table: Table, row: Row): void {
    const { first, last, bytes, rows = 0, stamp = 0 } = row;
    if (table === 'timeline')
      this.#run('INSERT OR REPLACE INTO timeline VALUES (?, ?, ?, ?)', first, last, bytes, checksum(row));
    else
      this.#run(
        'INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)',
        first,
        last,
        rows,
        stamp,
        bytes,
        checksum(row),
      );
  }

  /** Rows that overlap a range, up to the first that is damaged. */
  #rows(table: Table, fromSeq: number, toSeq: number): { rows: Row[]; damagedAt: number } {
    const rows: Row[] = [];
    const sql = `SELECT * FROM ${table} WHERE last >= ? AND first <= ? ORDER BY first`;
    for (const found of this.#all(sql, fromSeq, toSeq)) {
      const row = rowOf(found);
      const before = rows.at(-1);
      // Entries follow each other without gaps; records are there of some of them only.
      const misplaced = table === 'timeline' && before !== undefined && row.first !== before.last + 1;
      if (misplaced || checksum(row) !== found['crc']) {
        const damagedAt = misplaced ? before.last + 1 : row.first;
        this.#warn(timelineDamaged(this.#path, damagedAt));
        return { rows, damagedAt };
      }
      rows.push(row);
    }
    return { rows, damagedAt: Infinity };
  }

  #all(sql: string, ...parameters: SQLInputValue[]): Found[] {
    return this.#database.prepare(sql).all(...parameters);
  }

  #run(sql: string, ...parameters: SQLInputValue[]): void {
    this.#database.prepare(sql).run(...parameters);
  }
}

function joined(open: Row, row: Row): Row {
  const bytes = new Uint8Array(open.bytes.length + row.bytes.length);
  bytes.set(open.bytes);
  bytes.set(row.bytes, open.bytes.length);
  const rows = (open.rows ?? 0) + (row.rows ?? 0);
  return { first: open.first, last: row.last, rows, stamp: row.stamp, bytes };
}

function rowOf({ first, last, count, stamp, bytes }: Found): Row {
  return {
    first: Number(first),
    last: Number(last),
    rows: Number(count ?? 0),
    stamp: Number(stamp ?? 0),
    bytes: bytes as Uint8Array,
  };
}

function checksum({ first, last, rows = 0, stamp = 0, bytes }: Row): number {
  return crc32(bytes, crc32(JSON.stringify([first, last, rows, stamp])));
}
