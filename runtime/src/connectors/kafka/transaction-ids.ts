import { randomBytes } from 'node:crypto';

/** Tells the ids of this process from those of earlier ones, which may still have to be committed. */
const RUN = randomBytes(4).toString('hex');

const known = new Map<string, TransactionIds>();

/**
 * Transactional ids with one prefix in this process. An id is used again when its transaction has ended; those of an
 * earlier process are never touched but to abort what they left open.
 */
export class TransactionIds {
  readonly #prefix: string;
  readonly #free: string[] = [];
  /** Ids whose transactions this process has still to end. */
  readonly #used = new Set<string>();
  readonly #writers = new Set<number>();
  #count = 0;

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

  leave(subtask: number): void {
    this.#writers.delete(subtask);
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

  free(id: string): void {
    if (this.#used.delete(id)) this.#free.push(id);
  }

  isUsed(id: string): boolean {
    return this.#used.has(id);
  }
}
