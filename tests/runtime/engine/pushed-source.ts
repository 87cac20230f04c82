import type { PollResult, Source, SourceReader, SourceReaderContext } from '../../../runtime/src/index.ts';

/** A source that a test feeds. Whether it is taken for one that can be read again or not, it goes on where it stood. */
export class PushedSource implements Source<number> {
  readonly kind = 'pushed';
  /** Two of a kind would be one source (law 1). */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly boundedness = 'unbounded';
  readonly rereadable: boolean;
  readonly #log: number[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #takers = new Set<() => void>();
  #taken = 0;

  constructor(rereadable = true) {
    this.rereadable = rereadable;
    this.parameters = rereadable ? {} : { rereadable };
  }

  /** Resolves when the records have gone through the streams that read them. */
  async push(...values: readonly number[]): Promise<void> {
    this.#log.push(...values);
    for (const onReady of [...this.#waiting]) onReady();
    await this.consumed(this.#log.length);
  }

  /** Resolves when so many records of the log have gone through. */
  async consumed(count: number): Promise<void> {
    while (this.#taken < count) await new Promise<void>((resolve) => this.#takers.add(resolve));
    // What is handed over goes through the lanes in the same slice.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  createReader({ position, onReady }: SourceReaderContext): SourceReader<number> {
    let at = typeof position === 'number' ? position : 0;
    this.#taken = at;
    this.#waiting.add(onReady);
    return {
      poll: (max): PollResult<number> => {
        const values = this.#log.slice(at, at + max);
        if (values.length === 0) return 'wait';
        at += values.length;
        this.#taken = at;
        for (const taker of this.#takers) taker();
        this.#takers.clear();
        return { values, position: at };
      },
      close: () => void this.#waiting.delete(onReady),
    };
  }
}
