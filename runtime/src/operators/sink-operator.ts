import type { FusionScope } from './fusion-scope.ts';
import { Operator } from './operator.ts';
import {
  allCommits,
  SinkTransactions,
  type CutCommits,
  type SinkTransactionsState,
} from './sink-transactions.ts';
import type { Sink, SinkContext, SinkWriter } from './sink.ts';

export interface SinkState {
  /** Of the sink; absent of cuts that are older than this. */
  readonly kind?: string;
  readonly writer: unknown;
  readonly transactions: SinkTransactionsState;
}

/** What a sink that is taken down leaves to the one in its place. */
export interface SinkLegacy {
  /** As its writer would have it after a restore. */
  readonly writer: unknown;
  /** What it has prepared and not committed. */
  readonly transactions: readonly SinkTransactions[];
}

const NOTHING_PENDING: SinkTransactionsState = { next: 0, pending: [] };

/** Stands for the writer of a sink that is muted: nothing reaches the world outside. */
const MUTED: SinkWriter<unknown> = { write: () => undefined };

/** Writes records to a sink, and takes part in cuts for it. */
export class SinkOperator extends Operator implements SinkContext {
  override readonly isAsync = true;
  override readonly timeless = true;
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  readonly #sink: Sink<unknown>;
  readonly #replays: boolean;
  #transactions: SinkTransactions | undefined;
  #recovered: Promise<void> = Promise.resolve();
  #restored: SinkState | undefined;
  #failure: Error | undefined;
  readonly #troubles = new Map<'writer' | 'committer', Error>();
  /** Of sinks in whose place it comes: it holds in cuts what they have still to commit. */
  #inherited: readonly SinkTransactions[] = [];
  /** Generated code writes to it. */
  writer: SinkWriter<unknown> = MUTED;
  timestamp: number | undefined;
  /** Set while the writer takes its time to close. */
  closing: Promise<void> | undefined;

  /** @param replays true to write again, when its lane is rebuilt, what the lane before has written */
  constructor(sink: Sink<unknown>, replays = false) {
    super();
    this.#sink = sink;
    this.#replays = replays;
  }

  override open(): void {
    // What a cut had prepared is committed, muted or not.
    if (this.#restored !== undefined && this.#restored.transactions.pending.length > 0) this.#recover();
    if (!this.runtime.muted || this.#replays) this.unmute();
  }

  /** Begins to write. */
  unmute(): void {
    if (this.writer !== MUTED) return;
    if (this.#transactions === undefined) this.#recover();
    const { subtask, parallelism, announceMail } = this.runtime;
    this.writer = this.#sink.createWriter({
      subtask,
      parallelism,
      restored: this.#restored?.writer,
      recovered: this.#recovered,
      announceReady: announceMail,
      fail: (error) => this.#fail(error),
      trouble: (error) => this.#setTrouble('writer', error),
    });
  }

  #recover(): void {
    const committer = this.#sink.createCommitter?.({
      trouble: (error) => this.#setTrouble('committer', error),
    });
    const restored = this.#restored?.transactions;
    const transactions = new SinkTransactions(committer, restored, (error) => this.#fail(error));
    this.#transactions = transactions;
    this.#recovered = transactions.recover();
    void this.#recovered.then(this.runtime.announceMail);
  }

  override close(): void {
    if (this.#transactions === undefined) return;
    const { writer } = this;
    this.writer = MUTED;
    const closed = writer.close?.();
    this.#transactions.close();
    if (closed !== undefined) this.closing = closed;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    this.timestamp = timestamp;
    this.writer.write(value, this);
  }

  override get blocked(): boolean {
    return this.writer.blocked === true || this.#transactions?.recovering === true;
  }

  /** What keeps it from writing or committing for now. */
  get trouble(): Error | undefined {
    return this.#troubles.get('committer') ?? this.#troubles.get('writer');
  }

  override onMail(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** True if the end of its input must wait for a last cut. */
  get commits(): boolean {
    return this.writer.prepareCommit !== undefined;
  }

  /** The first phase: what was written so far becomes part of the cut whose `snapshot` follows at once. */
  prepareCommit(endOfInput: boolean): CutCommits | undefined {
    // What could not be flushed is in no cut from here on, and what was written since must not be either.
    if (this.#failure !== undefined) throw this.#failure;
    const own = this.#transactions?.prepare(this.writer.prepareCommit?.(endOfInput));
    this.#inherited = this.#inherited.filter(({ settled }) => !settled);
    return allCommits([own, ...this.#inherited.map((transactions) => transactions.prepare(undefined))]);
  }

  /** What it leaves to one in its place; after `prepareCommit`. */
  get legacy(): SinkLegacy {
    const own = this.#transactions === undefined ? [] : [this.#transactions];
    return { writer: this.#writerState(), transactions: [...own, ...this.#inherited] };
  }

  /** Goes on from where another has ended, before it opens: should the process die, it commits what that one has not. */
  inherit({ writer, transactions }: SinkLegacy): void {
    this.#restored = { writer, transactions: NOTHING_PENDING };
    this.#inherited = transactions;
  }

  override snapshot(): SinkState | undefined {
    const { writer } = this;
    const writes = writer !== MUTED && (writer.snapshot !== undefined || writer.prepareCommit !== undefined);
    const pending = this.#inherited.flatMap((transactions) => transactions.snapshot().pending);
    if (!writes && pending.length === 0 && this.#restored === undefined) return undefined;
    const own = this.#transactions?.snapshot() ?? this.#restored?.transactions ?? NOTHING_PENDING;
    const inherited = pending.map(([, committable], at) => [own.next + at, committable] as const);
    const transactions = { next: own.next + inherited.length, pending: [...own.pending, ...inherited] };
    return { kind: this.#sink.kind, writer: this.#writerState(), transactions };
  }

  #writerState(): unknown {
    return this.writer === MUTED ? this.#restored?.writer : this.writer.snapshot?.();
  }

  override restore(state: unknown): void {
    this.#restored = state as SinkState;
  }

  /** What was prepared is committed by whoever gets it; a writer goes on from what the one in its place had. */
  override redistribute(states: readonly unknown[], parallelism: number): unknown[] {
    const saved = states as readonly (SinkState | undefined)[];
    return Array.from({ length: parallelism }, (_, subtask): SinkState | undefined => {
      const theirs = saved
        .filter((_state, at) => at % parallelism === subtask)
        .filter((state) => state !== undefined);
      if (theirs.length === 0) return undefined;
      const pending = theirs.flatMap(({ transactions }) => transactions.pending);
      const numbered = pending.map(([, committable], at) => [at, committable] as const);
      const { kind, writer } = theirs[0]!;
      return { kind, writer, transactions: { next: pending.length, pending: numbered } };
    });
  }

  override fuse(scope: FusionScope, value: string, timestamp: string): string {
    const operator = scope.bind(this);
    return `${operator}.timestamp = ${timestamp};\n${operator}.writer.write(${value}, ${operator});`;
  }

  #setTrouble(of: 'writer' | 'committer', error: Error | undefined): void {
    if (error === this.#troubles.get(of)) return;
    if (error) this.#troubles.set(of, error);
    else this.#troubles.delete(of);
    // So that somebody looks.
    this.runtime.announceMail();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.runtime.announceMail();
  }
}
