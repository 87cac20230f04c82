import { randomBytes } from 'node:crypto';
import { PrefixLock } from './prefix-lock.ts';

/** Tells the ids of this process from those of earlier ones, which may still have to be committed. */
const RUN = randomBytes(4).toString('hex');

const known = new Map<string, TransactionIds>();

/**
 * Transactional ids with one prefix in this process. An id is used again when no snapshot can ask for
 * its transaction any more; those of an
 * earlier process are never touched but to abort what they left open.
 */
export class TransactionIds {
  readonly #prefix: string;
  readonly #free: string[] = [];
  /** Committed, but perhaps a snapshot still says otherwise: whoever goes on from that asks what became of it. */
  #cooling: { readonly id: string; readonly after: number }[] = [];
  /** When each was handed to a snapshot, by number. */
  readonly #prepared = new Map<string, number>();
  #snapshots = 0;
  /** Ids whose transactions this process has still to end. */
  readonly #used = new Set<string>();
  readonly #writers = new Set<number>();
  #count = 0;
  #lock: PrefixLock | undefined;

  private constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Those of a prefix at a cluster: all sinks with that prefix share them. */
  static of(cluster: string, prefix: string): TransactionIds {
    const key = `${cluster} ${prefix}`;
    let ids = known.get(key);
    if (!ids) known.set(key, (ids = new TransactionIds(prefix)));
    return ids;
  }

  /** False if another writer has this subtask of the prefix. */
  enter(subtask: number): boolean {
    if (this.#writers.has(subtask)) return false;
    this.#writers.add(subtask);
    return true;
  }

  /**
   * Keeps other processes of this machine from the prefix, as long as a writer has it or a transaction is to be ended.
   * @param cluster by its own id, whatever its brokers are called
   * @returns who has it, if it is another process
   */
  lock(cluster: string): string | undefined {
    if (this.#lock) return undefined;
    const taken = PrefixLock.take(cluster, this.#prefix);
    if (!(taken instanceof PrefixLock)) return taken.owner;
    this.#lock = taken;
    return undefined;
  }

  leave(subtask: number): void {
    this.#writers.delete(subtask);
    this.#unlock();
  }

  /** What all ids of a subtask begin with, those of earlier processes too. */
  prefixOf(subtask: number): string {
    return `${this.#prefix}-${subtask}-`;
  }

  take(subtask: number): string {
    const prefix = this.prefixOf(subtask);
    const at = this.#free.findIndex((id) => id.startsWith(prefix));
    const id = at < 0 ? `${prefix}${RUN}-${this.#count++}` : this.#free.splice(at, 1)[0]!;
    this.#used.add(id);
    return id;
  }

  /** Its transaction is part of the snapshot that begins now. */
  prepared(id: string): void {
    this.#prepared.set(id, ++this.#snapshots);
  }

  /** Its transaction is committed: the snapshot that it is part of is durable, and with it all that were before. */
  committed(id: string): void {
    const number = this.#prepared.get(id) ?? 0;
    const cold = this.#cooling.filter(({ after }) => after < number);
    this.#cooling = this.#cooling.filter(({ after }) => after >= number);
    for (const { id } of cold) this.#free.push(id);
    this.#prepared.delete(id);
    if (this.#used.delete(id)) this.#cooling.push({ id, after: this.#snapshots });
    this.#unlock();
  }

  /** Its transaction is aborted, and no snapshot knows of it. */
  aborted(id: string): void {
    if (this.#used.delete(id)) this.#free.push(id);
    this.#unlock();
  }

  #unlock(): void {
    if (this.#writers.size > 0 || this.#used.size > 0) return;
    this.#lock?.release();
    this.#lock = undefined;
  }

  isUsed(id: string): boolean {
    return this.#used.has(id);
  }
}
