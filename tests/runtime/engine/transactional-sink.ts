import type { Sink, SinkWriterContext } from '../../../runtime/src/index.ts';

/** A world outside with transactions: what was committed is seen by all, whatever becomes of the process. */
export class TransactionalWorld {
  /** What can be seen, in the order of the commits; each transaction once. */
  readonly committed: number[] = [];
  readonly aborted: number[] = [];
  readonly writers: SinkWriterContext[] = [];
  /** Asked before each flush and each commit: rejects to fail it, waits to hold it up. */
  beforeFlush: () => Promise<void> = () => Promise.resolve();
  beforeCommit: () => Promise<void> = () => Promise.resolve();
  blocked = false;
  /** Called when a commit is through. */
  onCommit: () => void = () => undefined;
  readonly #known = new Set<string>();
  #transactions = 0;

  sink(name = 'world'): Sink<number> {
    return {
      kind: 'transactional',
      parameters: { name },
      createWriter: (context) => this.#writer(context),
      createCommitter: () => ({
        commit: async (committable) => {
          const { transaction, values } = committable as { transaction: string; values: number[] };
          await this.beforeCommit();
          if (!this.#known.has(transaction)) this.committed.push(...values);
          this.#known.add(transaction);
          this.onCommit();
        },
        abort: (committable) => {
          this.aborted.push(...(committable as { values: number[] }).values);
          return Promise.resolve();
        },
      }),
    };
  }

  /** Resolves when so many records can be seen. */
  async seen(count: number): Promise<void> {
    while (this.committed.length < count) {
      await new Promise<void>((resolve) => (this.onCommit = resolve));
    }
  }

  #writer(context: SinkWriterContext) {
    this.writers.push(context);
    const isBlocked = () => this.blocked;
    let values: number[] = [];
    return {
      write: (value: number) => void values.push(value),
      get blocked() {
        return isBlocked();
      },
      prepareCommit: () => {
        if (values.length === 0) return undefined;
        const committable = { transaction: `t${(this.#transactions += 1)}`, values };
        values = [];
        return { committable, ready: this.beforeFlush() };
      },
    };
  }
}
