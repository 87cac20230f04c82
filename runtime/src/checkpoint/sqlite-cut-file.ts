import { hash } from 'node:crypto';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type {
  CutPart,
  CutSummary,
  CutToWrite,
  RecordsSize,
  StoredBlock,
  StoredCut,
  StoredNote,
  StoredTimeline,
  TimelineTrim,
} from './cut-store.ts';
import { SqliteTimeline, TIMELINE_SCHEMA } from './sqlite-timeline.ts';
import { blobMissing, cutDamaged, storeTooNew } from './store-errors.ts';

/** 3: the recording lies in blocks of many entries. */
const FORMAT = 3;
const SCHEMA = `${TIMELINE_SCHEMA}
  CREATE TABLE IF NOT EXISTS cut (
    id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, label TEXT NOT NULL, cell_id TEXT, execution_count INTEGER,
    time REAL NOT NULL, graph BLOB NOT NULL, blob_bytes INTEGER NOT NULL, crc INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS blob (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS cut_blob (
    cut INTEGER NOT NULL, ordinal INTEGER NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (cut, ordinal)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS cut_blob_hash ON cut_blob (hash);
  CREATE TABLE IF NOT EXISTS note (key TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${FORMAT};`;

/** Free pages that a file may have, however small it is. */
const FREE_PAGES = 256;

type Row = Record<string, unknown>;
type Warn = (error: Error) => void;

export type OpenDatabase = (path: string) => DatabaseSync;

/** Waits, in ms, for a process that is about to end. */
const openDatabase: OpenDatabase = (path) => new DatabaseSync(path, { timeout: 1000 });

/** The file is of an earlier version, which is not read any more. */
export class OutdatedFile extends Error {
  readonly version: number;
  readonly known: number;

  constructor(version: number, known: number) {
    super(`format ${version}`);
    this.version = version;
    this.known = known;
  }
}

/** The tables of a session in one SQLite database; every call is a transaction. Runs in the store's own thread. */
export class SqliteCutFile {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #warn: Warn;
  readonly #elsewhere: (hash: string) => Uint8Array | undefined;
  readonly #timeline: SqliteTimeline;

  /**
   * @param elsewhere finds bytes that cuts refer to and that are not here
   * @param open a test's own has a disk that fails
   * @throws SQLite's error; `SQLITE_BUSY` when another process has it open.
   */
  constructor(
    path: string,
    warn: Warn,
    maxBytes?: number,
    elsewhere: (hash: string) => Uint8Array | undefined = () => undefined,
    open: OpenDatabase = openDatabase,
  ) {
    this.path = path;
    this.#elsewhere = elsewhere;
    this.#warn = warn;
    this.#database = open(path);
    try {
      // The operating system holds this lock and lets go of it when the process dies, however it dies.
      this.#database.exec(
        'PRAGMA locking_mode = EXCLUSIVE; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; ' +
          'PRAGMA synchronous = NORMAL;',
      );
      const version = Number(this.#get('PRAGMA user_version')?.['user_version'] ?? 0);
      if (version > FORMAT) throw storeTooNew(path, version, FORMAT);
      if (version > 0 && version < FORMAT) throw new OutdatedFile(version, FORMAT);
      // Each step can be done again, should the process end between two.
      this.#database.exec(SCHEMA);
      // What a process wrote for a cut that it did not live to finish.
      this.#database.exec('DELETE FROM blob WHERE hash NOT IN (SELECT hash FROM cut_blob)');
      this.#timeline = new SqliteTimeline(this.#database, path, warn);
      if (maxBytes !== undefined) {
        const pageSize = Number(this.#get('PRAGMA page_size')?.['page_size']);
        this.#database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
      }
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  appendTimeline(blocks: readonly StoredBlock[]): void {
    this.#transaction(() => this.#timeline.append(blocks));
  }

  writeBlob(hash: string, bytes: Uint8Array): void {
    this.#database.prepare('INSERT OR IGNORE INTO blob VALUES (?, ?)').run(hash, bytes);
  }

  readBlob(hash: string): Uint8Array | undefined {
    const bytes = this.#get('SELECT bytes FROM blob WHERE hash = ?', hash)?.['bytes'];
    return bytes instanceof Uint8Array ? bytes : undefined;
  }

  /**
   * Commits with `synchronous = FULL`, which flushes the log file to the disk: what was appended before, without
   * flushing, is in the same file and becomes durable with it.
   */
  writeCut(cut: CutToWrite): void {
    this.#durably(() => this.#insertCut(cut));
  }

  readCuts(): CutSummary[] {
    const summaries: CutSummary[] = [];
    for (const row of this.#all('SELECT * FROM cut ORDER BY id')) {
      const summary = this.#summary(row);
      if (summary !== undefined) summaries.push(summary);
    }
    return summaries;
  }

  readCut(id: number): StoredCut | undefined {
    const row = this.#get('SELECT * FROM cut WHERE id = ?', id);
    const summary = row && this.#summary(row);
    if (summary === undefined) return undefined;
    const blobs: StoredCut['blobs'][number][] = [];
    for (const { key, hash: expected } of this.#all(
      'SELECT key, hash FROM cut_blob WHERE cut = ? ORDER BY ordinal',
      id,
    )) {
      const ref = String(expected);
      const bytes = this.readBlob(ref) ?? this.#elsewhere(ref);
      if (bytes === undefined || hashOf(bytes) !== ref) {
        this.#warn(cutDamaged(this.path, id, `the state '${String(key)}'`));
        return undefined;
      }
      blobs.push({ key: String(key), bytes, ref });
    }
    const { blobBytes: _, ...cut } = summary;
    return { ...cut, blobs };
  }

  readTimeline(fromSeq: number, toSeq = Number.MAX_SAFE_INTEGER): StoredTimeline {
    return this.#timeline.read(fromSeq, toSeq);
  }

  truncateTimeline(afterSeq: number): void {
    this.#transaction(() => this.#timeline.truncate(afterSeq));
  }

  storedRecording(): { first: number | undefined; records: RecordsSize[] } {
    return { first: this.#timeline.first(), records: this.#timeline.sizes() };
  }

  cutBytes(): { id: number; bytes: number }[] {
    const rows = this.#all(
      `SELECT cut.id AS id, coalesce(sum(last.size), 0) AS bytes FROM cut LEFT JOIN (
         SELECT max(cut_blob.cut) AS cut, length(blob.bytes) AS size FROM cut_blob JOIN blob USING (hash) GROUP BY hash
       ) AS last ON last.cut = cut.id GROUP BY cut.id ORDER BY cut.id`,
    );
    return rows.map(({ id, bytes }) => ({ id: Number(id), bytes: Number(bytes) }));
  }

  trimTimeline(trim: TimelineTrim): void {
    this.#transaction(() => this.#timeline.trim(trim));
    this.#shrink();
  }

  dropCuts(ids: readonly number[]): void {
    this.#transaction(() => ids.forEach((id) => this.#deleteCut(id)));
    this.#shrink();
  }

  writeNote(key: string, bytes: Uint8Array | undefined): void {
    this.#durably(() => {
      if (bytes === undefined) this.#database.prepare('DELETE FROM note WHERE key = ?').run(key);
      else this.#database.prepare('INSERT OR REPLACE INTO note VALUES (?, ?)').run(key, bytes);
    });
  }

  readNotes(): StoredNote[] {
    return this.#all('SELECT key, bytes FROM note ORDER BY key').flatMap(({ key, bytes }) =>
      bytes instanceof Uint8Array ? [{ key: String(key), bytes }] : [],
    );
  }

  close(): void {
    this.#database.close();
  }

  #insertCut(cut: CutToWrite): void {
    this.#deleteCut(cut.id);
    const addLink = this.#database.prepare('INSERT INTO cut_blob VALUES (?, ?, ?, ?)');
    let blobBytes = 0;
    const links = cut.blobs.map((part, ordinal) => {
      const { hash: digest, length } = this.#linked(cut.id, part);
      addLink.run(cut.id, ordinal, part.key, digest);
      blobBytes += length;
      return { key: part.key, hash: digest };
    });
    const { id, seq, label, cellId = null, executionCount = null, time, graph } = cut;
    const crc = checksumOfCut({ id, seq, label, cellId, executionCount, time, blobBytes }, graph, links);
    this.#database
      .prepare('INSERT INTO cut VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(id, seq, label, cellId, executionCount, time, graph, blobBytes, crc);
  }

  /** Finds, or writes, what a part of a cut refers to. */
  #linked(cut: number, part: CutPart): { hash: string; length: number } {
    if ('bytes' in part) {
      const digest = hashOf(part.bytes);
      this.writeBlob(digest, part.bytes);
      return { hash: digest, length: part.bytes.length };
    }
    const digest = String(part.ref);
    const length =
      this.#get('SELECT length(bytes) AS length FROM blob WHERE hash = ?', digest)?.['length'] ??
      this.#elsewhere(digest)?.length;
    if (length === undefined) throw blobMissing(this.path, cut, part.key);
    return { hash: digest, length: Number(length) };
  }

  #deleteCut(id: number): void {
    const links = this.#all('SELECT DISTINCT hash FROM cut_blob WHERE cut = ?', id);
    this.#database.prepare('DELETE FROM cut_blob WHERE cut = ?').run(id);
    this.#database.prepare('DELETE FROM cut WHERE id = ?').run(id);
    const dropBlob = this.#database.prepare(
      'DELETE FROM blob WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM cut_blob WHERE cut_blob.hash = blob.hash)',
    );
    for (const { hash: digest } of links) dropBlob.run(String(digest));
  }

  #summary(row: Row): CutSummary | undefined {
    const {
      id,
      seq,
      label,
      cell_id: cellId,
      execution_count: executionCount,
      time,
      graph,
      blob_bytes: blobBytes,
    } = row;
    const links = this.#all('SELECT key, hash FROM cut_blob WHERE cut = ? ORDER BY ordinal', Number(id)).map(
      (link) => ({
        key: link['key'],
        hash: link['hash'],
      }),
    );
    const bytes = graph as Uint8Array;
    if (
      checksumOfCut({ id, seq, label, cellId, executionCount, time, blobBytes }, bytes, links) !== row['crc']
    ) {
      this.#warn(cutDamaged(this.path, Number(id), 'its description'));
      return undefined;
    }
    return {
      id: Number(id),
      seq: Number(seq),
      label: String(label),
      ...(cellId === null ? {} : { cellId: String(cellId) }),
      ...(executionCount === null ? {} : { executionCount: Number(executionCount) }),
      time: Number(time),
      graph: bytes,
      blobBytes: Number(blobBytes),
    };
  }

  /** Gives what was freed back to the disk, once it is most of the file: what is written next takes the rest. */
  #shrink(): void {
    const free = Number(this.#get('PRAGMA freelist_count')?.['freelist_count']);
    const pages = Number(this.#get('PRAGMA page_count')?.['page_count']);
    if (free > FREE_PAGES && free > pages / 2) this.#database.exec(`PRAGMA incremental_vacuum(${free})`);
  }

  #durably(work: () => void): void {
    this.#database.exec('PRAGMA synchronous = FULL');
    try {
      this.#transaction(work);
    } finally {
      this.#database.exec('PRAGMA synchronous = NORMAL');
    }
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      // SQLite has already rolled back after some errors (a full disk), and then there is nothing to roll back.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#timeline.forget();
      throw error;
    }
  }

  #all(sql: string, ...parameters: SQLInputValue[]): Row[] {
    return this.#database.prepare(sql).all(...parameters);
  }

  #get(sql: string, ...parameters: SQLInputValue[]): Row | undefined {
    return this.#database.prepare(sql).get(...parameters);
  }
}

/** What bytes are found by. */
export function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64url');
}

function checksumOfCut(fields: object, graph: Uint8Array, links: readonly object[]): number {
  return crc32(graph, crc32(JSON.stringify([fields, links])));
}
