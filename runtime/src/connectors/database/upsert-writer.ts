import type { PreparedCommit, SinkWriter, SinkWriterContext } from '../../operators/sink.ts';
import type { Database, DatabaseConnection, Row } from './database.ts';

/** Where a sink writes. */
export interface DatabaseTarget {
  readonly database: Database;
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly string[] | undefined;
  readonly deleted: ((row: object) => boolean) | undefined;
}

/** Keys written in one transaction, how long the first of them waits, in ms, and how many may wait in all. */
const BATCH = 1_000;
const DELAY = 500;
const MAX_WAITING = 20_000;

/**
 * Writes rows by key, the last of each. What is written twice, after a failure, is the same in the end; so nothing has to be
 * committed, and rows can be seen soon.
 */
export class UpsertWriter<T extends object> implements SinkWriter<T> {
  readonly #target: DatabaseTarget;
  readonly #context: SinkWriterContext;
  readonly #connection: Promise<DatabaseConnection>;
  /** By key; `undefined` to be deleted. */
  #waiting = new Map<string, { readonly row: Row; readonly deleted: boolean }>();
  #underWay = 0;
  #writes: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #columns: readonly string[] | undefined;

  constructor(target: DatabaseTarget, context: SinkWriterContext) {
    this.#target = target;
    this.#context = context;
    this.#columns = target.columns;
    this.#connection = target.database.connect();
    this.#connection.catch((error: unknown) => context.fail(error as Error));
  }

  get blocked(): boolean {
    return this.#waiting.size + this.#underWay >= MAX_WAITING;
  }

  write(value: T): void {
    const row = value as Row;
    const deleted = this.#target.deleted?.(value) ?? false;
    if (!deleted) this.#columns ??= Object.keys(row);
    this.#waiting.set(identityOf(this.#target.key.map((column) => row[column])), { row, deleted });
    if (this.#waiting.size >= BATCH) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), DELAY);
  }

  prepareCommit(): PreparedCommit | undefined {
    this.#flush();
    return { committable: undefined, ready: this.#writes };
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const connection = await this.#connection.catch(() => undefined);
    await this.#writes.catch(() => undefined);
    await connection?.close();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changes = [...this.#waiting.values()];
    this.#waiting = new Map();
    if (changes.length === 0) return;
    const { table, key } = this.#target;
    const rows = changes.filter(({ deleted }) => !deleted).map(({ row }) => row);
    const deleted = changes.filter((change) => change.deleted).map(({ row }) => row);
    const columns = this.#columns ?? key;
    this.#underWay += changes.length;
    this.#writes = this.#writes.then(async () => {
      await (await this.#connection).apply({ table, key, columns, rows, deleted });
      const wasBlocked = this.blocked;
      this.#underWay -= changes.length;
      if (wasBlocked) this.#context.announceReady();
    });
    this.#writes.catch((error: unknown) => this.#context.fail(error as Error));
  }
}

/** JSON has no whole numbers beyond 2^53. */
function identityOf(key: readonly unknown[]): string {
  return JSON.stringify(key, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
