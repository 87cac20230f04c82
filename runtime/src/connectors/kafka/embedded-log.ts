import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type {
  FetchRequest,
  IsolationLevel,
  KafkaRecord,
  OffsetSpec,
  OutgoingRecord,
  TopicPartition,
  TransactionalProducer,
} from './kafka-cluster.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS topic (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, partitions INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS record (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, timestamp INTEGER NOT NULL,
    key BLOB, value BLOB, headers BLOB, txn INTEGER, PRIMARY KEY (topic, partition, offset)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS record_time ON record (topic, partition, timestamp);
  CREATE TABLE IF NOT EXISTS producer (
    transactional_id TEXT PRIMARY KEY, id INTEGER NOT NULL, epoch INTEGER NOT NULL, txn INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS txn (id INTEGER PRIMARY KEY, producer INTEGER NOT NULL, epoch INTEGER NOT NULL, state TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS open_partition (
    txn INTEGER NOT NULL, topic INTEGER NOT NULL, partition INTEGER NOT NULL, first INTEGER NOT NULL,
    PRIMARY KEY (txn, topic, partition)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS committed_offset (
    "group" TEXT NOT NULL, topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY ("group", topic, partition)) WITHOUT ROWID;`;

/** Ms that whoever opens the file waits for another process to end its write. */
const OPEN_TIMEOUT = 10_000;
/** Ms that every other call waits for that; this process stands still meanwhile. */
const BUSY_TIMEOUT = 25;

type Row = Record<string, unknown>;

interface Topic {
  readonly id: number;
  readonly partitions: number;
}

const SQLITE_BUSY = 5;

/** True if another process is writing to the file: a later attempt may succeed. */
export function isBusy(error: unknown): boolean {
  const code = (error as { readonly errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' && (code & 0xff) === SQLITE_BUSY;
}

/** A transaction that is asked for by somebody who no longer owns its id. */
export class Fenced extends Error {}

/**
 * Topics with partitions, offsets and transactions in one SQLite file. A record carries the transaction it belongs to;
 * ending a transaction is one change to its row, so that all of it is seen at once or never. Every call is a transaction
 * of SQLite's: killing the process at any moment leaves all of a call or nothing.
 */
export class EmbeddedLog {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#database = new DatabaseSync(path, { timeout: OPEN_TIMEOUT });
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    this.#write(() => this.#database.exec(SCHEMA));
    this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
  }

  /** Changes when another connection has written. */
  get version(): number {
    return Number(this.#get('PRAGMA data_version')?.['data_version']);
  }

  topics(): ReadonlyMap<string, number> {
    return new Map(
      this.#all('SELECT name, partitions FROM topic ORDER BY name').map((row) => [
        String(row['name']),
        Number(row['partitions']),
      ]),
    );
  }

  createTopic(name: string, partitions: number): boolean {
    return this.#write(
      () => this.#run('INSERT OR IGNORE INTO topic (name, partitions) VALUES (?, ?)', name, partitions) > 0,
    );
  }

  deleteTopic(name: string): boolean {
    return this.#write(() => {
      const topic = this.#topic(name);
      if (!topic) return false;
      for (const table of ['record', 'open_partition', 'committed_offset'])
        this.#run(`DELETE FROM ${table} WHERE topic = ?`, topic.id);
      return this.#run('DELETE FROM topic WHERE id = ?', topic.id) > 0;
    });
  }

  offset(
    { topic, partition }: TopicPartition,
    spec: OffsetSpec,
    isolation: IsolationLevel,
  ): number | undefined {
    const found = this.#topic(topic);
    if (!found) return undefined;
    if (spec === 'earliest') return 0;
    const end =
      isolation === 'read_committed' ? this.#stableEnd(found.id, partition) : this.#end(found.id, partition);
    if (spec === 'latest') return end;
    const query = 'SELECT MIN(offset) AS at FROM record WHERE topic = ? AND partition = ? AND timestamp >= ?';
    const at = this.#get(query, found.id, partition, spec)?.['at'];
    return typeof at === 'number' ? Math.min(at, end) : end;
  }

  /** `undefined` if there is no such topic. */
  read(
    { topic, partition, offset }: FetchRequest,
    isolation: IsolationLevel,
    limit: number,
  ): { records: KafkaRecord[]; nextOffset: number; end: number } | undefined {
    const found = this.#topic(topic);
    if (!found) return undefined;
    const end =
      isolation === 'read_committed' ? this.#stableEnd(found.id, partition) : this.#end(found.id, partition);
    if (offset >= end) return { records: [], nextOffset: offset, end };
    const rows = this.#all(
      `SELECT offset, timestamp, key, value, headers, txn.state AS state FROM record LEFT JOIN txn ON txn.id = record.txn
       WHERE topic = ? AND partition = ? AND offset >= ? AND offset < ? ORDER BY offset LIMIT ?`,
      found.id,
      partition,
      offset,
      end,
      limit,
    );
    const records: KafkaRecord[] = [];
    for (const row of rows) {
      if (isolation === 'read_committed' && row['state'] !== null && row['state'] !== 'committed') continue;
      records.push(recordOf(topic, partition, row));
    }
    const last = rows.at(-1);
    return { records, nextOffset: rows.length < limit || !last ? end : Number(last['offset']) + 1, end };
  }

  /**
   * Appends records, all or none.
   * @returns the topic that does not exist, if one does not
   * @throws Fenced if the transaction's id has a newer owner
   */
  append(records: readonly OutgoingRecord[], producer?: TransactionalProducer): string | undefined {
    return this.#write(() => {
      const txn = producer === undefined ? null : this.#openTxn(producer);
      const ends = new Map<string, number>();
      const insert = this.#statement('INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
      for (const { topic: name } of records) if (!this.#topic(name)) return name;
      for (const { topic: name, partition, timestamp, key, value, headers } of records) {
        const topic = this.#topic(name)!;
        const place = `${topic.id} ${partition}`;
        let offset = ends.get(place);
        if (offset === undefined) {
          offset = this.#end(topic.id, partition);
          if (txn !== null)
            this.#run(
              'INSERT OR IGNORE INTO open_partition VALUES (?, ?, ?, ?)',
              txn,
              topic.id,
              partition,
              offset,
            );
        }
        ends.set(place, offset + 1);
        insert.run(topic.id, partition, offset, timestamp, key, value, encodeHeaders(headers), txn);
      }
      return undefined;
    });
  }

  /** A new epoch for a transactional id; what earlier ones left open is aborted. */
  initTransactions(transactionalId: string): TransactionalProducer {
    return this.#write(() => {
      const row = this.#get(
        'SELECT id, epoch, txn FROM producer WHERE transactional_id = ?',
        transactionalId,
      );
      if (row && row['txn'] !== null) this.#settle(Number(row['txn']), 'aborted');
      const producerId =
        row === undefined
          ? Number(this.#get('SELECT COALESCE(MAX(id), 0) + 1 AS id FROM producer')?.['id'])
          : Number(row['id']);
      const producerEpoch = row === undefined ? 0 : Number(row['epoch']) + 1;
      this.#run(
        'INSERT OR REPLACE INTO producer VALUES (?, ?, ?, NULL)',
        transactionalId,
        producerId,
        producerEpoch,
      );
      return { transactionalId, producerId, producerEpoch };
    });
  }

  /** False if the transaction is not open under this id and epoch any more. */
  endTransaction(
    { transactionalId, producerId, producerEpoch }: TransactionalProducer,
    commit: boolean,
  ): boolean {
    return this.#write(() => {
      const row = this.#get(
        'SELECT id, epoch, txn FROM producer WHERE transactional_id = ?',
        transactionalId,
      );
      if (row?.['id'] !== producerId || row['epoch'] !== producerEpoch || row['txn'] === null) return false;
      this.#settle(Number(row['txn']), commit ? 'committed' : 'aborted');
      this.#run('UPDATE producer SET txn = NULL WHERE transactional_id = ?', transactionalId);
      return true;
    }, true);
  }

  openTransactions(prefix: string): string[] {
    return this.#all('SELECT transactional_id AS id FROM producer WHERE txn IS NOT NULL')
      .map((row) => String(row['id']))
      .filter((id) => id.startsWith(prefix));
  }

  /** Makes sure that what was appended survives a failure of power. */
  sync(): void {
    this.#write(() => this.#run('UPDATE topic SET partitions = partitions WHERE id = -1'), true);
  }

  committedOffset(group: string, { topic, partition }: TopicPartition): number | undefined {
    const query =
      'SELECT offset FROM committed_offset JOIN topic ON topic.id = topic WHERE "group" = ? AND name = ? AND partition = ?';
    const offset = this.#get(query, group, topic, partition)?.['offset'];
    return typeof offset === 'number' ? offset : undefined;
  }

  commitOffsets(group: string, offsets: readonly FetchRequest[]): void {
    this.#write(() => {
      for (const { topic, partition, offset } of offsets) {
        const found = this.#topic(topic);
        if (found)
          this.#run(
            'INSERT OR REPLACE INTO committed_offset VALUES (?, ?, ?, ?)',
            group,
            found.id,
            partition,
            offset,
          );
      }
    });
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #openTxn({ transactionalId, producerId, producerEpoch }: TransactionalProducer): number {
    const row = this.#get('SELECT id, epoch, txn FROM producer WHERE transactional_id = ?', transactionalId);
    if (row?.['id'] !== producerId || row['epoch'] !== producerEpoch) throw new Fenced(transactionalId);
    if (row['txn'] !== null) return Number(row['txn']);
    this.#run("INSERT INTO txn (producer, epoch, state) VALUES (?, ?, 'open')", producerId, producerEpoch);
    const txn = Number(this.#get('SELECT last_insert_rowid() AS id')?.['id']);
    this.#run('UPDATE producer SET txn = ? WHERE transactional_id = ?', txn, transactionalId);
    return txn;
  }

  #settle(txn: number, state: 'committed' | 'aborted'): void {
    this.#run('UPDATE txn SET state = ? WHERE id = ?', state, txn);
    this.#run('DELETE FROM open_partition WHERE txn = ?', txn);
  }

  #topic(name: string): Topic | undefined {
    const row = this.#get('SELECT id, partitions FROM topic WHERE name = ?', name);
    return row && { id: Number(row['id']), partitions: Number(row['partitions']) };
  }

  #end(topic: number, partition: number): number {
    const query =
      'SELECT offset + 1 AS "end" FROM record WHERE topic = ? AND partition = ? ORDER BY offset DESC LIMIT 1';
    return Number(this.#get(query, topic, partition)?.['end'] ?? 0);
  }

  /** Before the first record of a transaction that is still open. */
  #stableEnd(topic: number, partition: number): number {
    const query = 'SELECT MIN(first) AS first FROM open_partition WHERE topic = ? AND partition = ?';
    const first = this.#get(query, topic, partition)?.['first'];
    return typeof first === 'number' ? first : this.#end(topic, partition);
  }

  /** @param durable true to have all that was written so far on the disk before it returns */
  #write<R>(work: () => R, durable = false): R {
    if (durable) this.#database.exec('PRAGMA synchronous = FULL');
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    } finally {
      if (durable) this.#database.exec('PRAGMA synchronous = NORMAL');
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  #get(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }

  #all(sql: string, ...values: (string | number)[]): Row[] {
    return this.#statement(sql).all(...values);
  }

  #run(sql: string, ...values: (string | number)[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }
}

const NO_HEADERS: KafkaRecord['headers'] = [];
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function recordOf(topic: string, partition: number, row: Row): KafkaRecord {
  return {
    topic,
    partition,
    offset: Number(row['offset']),
    timestamp: Number(row['timestamp']),
    key: row['key'] as Uint8Array | null,
    value: row['value'] as Uint8Array | null,
    headers: row['headers'] === null ? NO_HEADERS : decodeHeaders(row['headers'] as Uint8Array),
  };
}

/** Pairs of a name and base64, as JSON: headers are few and small. */
function encodeHeaders(headers: KafkaRecord['headers']): Uint8Array | null {
  if (headers.length === 0) return null;
  return encoder.encode(
    JSON.stringify(headers.map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
  );
}

function decodeHeaders(bytes: Uint8Array): KafkaRecord['headers'] {
  const pairs = JSON.parse(decoder.decode(bytes)) as [string, string][];
  return pairs.map(([name, value]) => [name, Buffer.from(value, 'base64')]);
}
