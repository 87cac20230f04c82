/** Functions to be told of something, in the order in which they asked. */
export class Listeners<T> {
  readonly #listeners = new Set<(event: T) => void>();

  /** Returns what ends it. */
  add(listener: (event: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(event: T): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  get size(): number {
    return this.#listeners.size;
  }

  clear(): void {
    this.#listeners.clear();
  }
}
