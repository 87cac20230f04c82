import type { PreparedCommit, SinkCommitter } from './sink.ts';

/** The sinks' part of one cut, between its beginning and its end. */
export interface CutCommits {
  /** Resolves when the cut may be written; rejects when something could not be flushed. */
  readonly ready: Promise<void>;
  /** The cut is durable: commits what it holds. Resolves with false if a commit fails; its lane has been told. */
  commit(cut: number): Promise<boolean>;
  /** The cut will never be durable. What it holds stays for the next one. */
  discard(cut: number): void;
}

export const NOTHING_TO_COMMIT: CutCommits = {
  ready: Promise.resolve(),
  commit: () => Promise.resolve(true),
  discard: () => undefined,
};

export interface SinkTransactionsState {
  /** Number of the next committable; those from there on are unknown to the cut. */
  readonly next: number;
  /** What was prepared and not known to be committed. */
  readonly pending: readonly (readonly [id: number, committable: unknown])[];
}

/** What several sinks have prepared for one cut, as one; `undefined` if none has anything. */
export function allCommits(commits: readonly (CutCommits | undefined)[]): CutCommits | undefined {
  const parts = commits.filter((part) => part !== undefined);
  if (parts.length <= 1) return parts[0];
  const ready = Promise.all(parts.map((part) => part.ready)).then(() => undefined);
  // There may be no cut that waits for it.
  ready.catch(() => undefined);
  return {
    ready,
    commit: async (cut) => (await Promise.all(parts.map((part) => part.commit(cut)))).every((done) => done),
    discard: (cut) => {
      for (const part of parts) part.discard(cut);
    },
  };
}

interface Pending {
  readonly committable: unknown;
  /** Resolves when it is flushed. */
  readonly ready: Promise<void>;
  /** Cuts that hold it and are under way. */
  cuts: number;
  /** True if a durable cut holds it: it will be committed, come what may. */
  durable: boolean;
}

/**
 * The committables of one writer on their way from a cut to the committer. One is committed when a cut that holds it is
 * durable, and aborted when the writer has closed and no cut will hold it. Commits are made one after the other.
 */
export class SinkTransactions {
  readonly #committer: SinkCommitter | undefined;
  readonly #fail: (error: Error) => void;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #chain = Promise.resolve();
  /** Steps of the chain that are not through. */
  #steps = 0;
  #closed = false;
  #committerClosed = false;
  recovering = false;

  constructor(
    committer: SinkCommitter | undefined,
    restored: SinkTransactionsState | undefined,
    fail: (error: Error) => void,
  ) {
    this.#committer = committer;
    this.#fail = fail;
    if (restored === undefined) return;
    this.#next = restored.next;
    for (const [id, committable] of restored.pending) {
      this.#pending.set(id, { committable, ready: Promise.resolve(), cuts: 0, durable: true });
    }
  }

  /** True once all that was prepared is committed, or given up. */
  get settled(): boolean {
    return this.#pending.size === 0;
  }

  /** Commits what the restored cut holds. Never resolves if that fails: then the lane does. */
  recover(): Promise<void> {
    const ids = [...this.#pending.keys()];
    if (ids.length === 0) return Promise.resolve();
    this.recovering = true;
    return new Promise((resolve) => {
      void this.#commit(ids).then((done) => {
        if (!done) return;
        this.recovering = false;
        resolve();
      });
    });
  }

  /** @param prepared what the writer has handed over for the cut that is taken now */
  prepare(prepared: PreparedCommit | undefined): CutCommits | undefined {
    if (prepared === undefined && this.#pending.size === 0) return undefined;
    const ready = prepared?.ready ?? Promise.resolve();
    if (prepared?.committable !== undefined && this.#committer !== undefined) {
      const { committable } = prepared;
      const id = this.#next++;
      this.#pending.set(id, { committable, ready, cuts: 0, durable: false });
      ready.catch((error: unknown) => {
        this.#giveUp(id);
        this.#fail(asError(error));
      });
    }
    const held = [...this.#pending];
    for (const [, pending] of held) pending.cuts += 1;
    const release = (): void => {
      for (const [, pending] of held) pending.cuts -= 1;
    };
    // The cut holds what earlier ones have prepared, too.
    const flushed = Promise.all([ready, ...held.map(([, pending]) => pending.ready)]).then(() => undefined);
    // Whoever waits for the cut hears of a failure too, but there may be no cut; the lane is to fail all the same.
    flushed.catch((error: unknown) => this.#fail(asError(error)));
    return {
      ready: flushed,
      commit: () => {
        for (const [, pending] of held) pending.durable = true;
        release();
        return this.#commit(held.map(([id]) => id));
      },
      discard: () => {
        release();
        this.#settle();
      },
    };
  }

  snapshot(): SinkTransactionsState {
    const pending = [...this.#pending].map(([id, { committable }]) => [id, committable] as const);
    return { next: this.#next, pending };
  }

  /** The writer is gone. Cuts that are under way are still waited for. */
  close(): void {
    this.#closed = true;
    this.#settle();
  }

  /** Resolves with false if a commit fails. */
  #commit(ids: readonly number[]): Promise<boolean> {
    return this.#enqueue(async () => {
      for (const id of ids) {
        const pending = this.#pending.get(id);
        if (pending === undefined) continue;
        await this.#committer?.commit(pending.committable);
        this.#pending.delete(id);
      }
    });
  }

  /** What could not be flushed is in no later cut: the cut that it was prepared for will not be written either. */
  #giveUp(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    void this.#enqueue(async () => this.#committer?.abort?.(pending.committable));
  }

  #enqueue(work: () => Promise<void>): Promise<boolean> {
    this.#steps += 1;
    const step = this.#chain.then(work).then(
      () => true,
      (error: unknown) => {
        this.#fail(asError(error));
        return false;
      },
    );
    this.#chain = step.then(() => {
      this.#steps -= 1;
      this.#settle();
    });
    return step;
  }

  /** After the writer: aborts what no cut will hold, and lets go of the committer when nothing is left to do. */
  #settle(): void {
    if (!this.#closed || this.#committerClosed || this.#steps > 0) return;
    const pending = [...this.#pending];
    const orphans = pending.filter(([, { cuts, durable }]) => cuts === 0 && !durable);
    if (orphans.length > 0) {
      for (const [id] of orphans) this.#pending.delete(id);
      void this.#enqueue(async () => {
        for (const [, { committable }] of orphans) await this.#committer?.abort?.(committable);
      });
      return;
    }
    if (pending.some(([, { cuts }]) => cuts > 0)) return;
    this.#committerClosed = true;
    this.#committer?.close?.();
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
