/** How long what was looked up is good, and how much of it is kept. */
export interface LookupCacheOptions {
  /** Keys at most; those that were asked for longest ago go first. No limit when left out. */
  readonly maxRows?: number | undefined;
  /** Ms after it was read. For ever when left out. */
  readonly expireAfterWrite?: number | undefined;
  /** Ms after it was last asked for. */
  readonly expireAfterAccess?: number | undefined;
  /** False to ask again for keys that nothing was found for; true when left out. */
  readonly cacheMissingKey?: boolean | undefined;
}

interface Cached<V> {
  readonly value: readonly V[];
  readonly written: number;
  read: number;
}

/** What was looked up, by key: Flink's partial lookup cache. */
export class LookupCache<V> {
  readonly #options: LookupCacheOptions;
  readonly #now: () => number;
  /** The one that was asked for longest ago first. */
  readonly #entries = new Map<string, Cached<V>>();

  /** @param now a clock in ms */
  constructor(options: LookupCacheOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  get(key: string): readonly V[] | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    const { expireAfterWrite = Infinity, expireAfterAccess = Infinity } = this.#options;
    const now = this.#now();
    if (now - entry.written >= expireAfterWrite || now - entry.read >= expireAfterAccess) return undefined;
    entry.read = now;
    this.#entries.set(key, entry);
    return entry.value;
  }

  put(key: string, value: readonly V[]): void {
    const { maxRows = Infinity, cacheMissingKey = true } = this.#options;
    if (value.length === 0 && !cacheMissingKey) return;
    const now = this.#now();
    this.#entries.delete(key);
    this.#entries.set(key, { value, written: now, read: now });
    if (this.#entries.size <= maxRows) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest!);
  }
}
