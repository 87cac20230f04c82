import type { FusionScope } from './fusion-scope.ts';
import { Operator } from './operator.ts';
import { SinkTransactions, type CutCommits, type SinkTransactionsState } from './sink-transactions.ts';
import type { Sink, SinkContext, SinkWriter } from './sink.ts';

interface SinkState {
  readonly writer: unknown;
  readonly transactions: SinkTransactionsState;
}

/** What a sink has left to be committed, and when that is done. */
export interface LeftCommits {
  readonly committables: readonly unknown[];
  readonly settled: Promise<void>;
}

/** Stands for the writer of a sink that is muted: nothing reaches the world outside. */
const MUTED: SinkWriter<unknown> = { write: () => undefined };

/** Writes records to a sink, and takes part in cuts for it. */
export class SinkOperator extends Operator implements SinkContext {
  override readonly isAsync = true;
  readonly #sink: Sink<unknown>;
  readonly #replays: boolean;
  #transactions: SinkTransactions | undefined;
  #restored: SinkState | undefined;
  #failure: Error | undefined;
  /** What the sink in whose place it comes has still to commit. */
  #inherited: readonly unknown[] = [];
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
    if (!this.runtime.muted || this.#replays) this.unmute();
  }

  /** Begins to write. */
  unmute(): void {
    if (this.#transactions !== undefined) return;
    const { subtask, parallelism, announceMail } = this.runtime;
    const restored = this.#restored;
    const fail = (error: Error): void => this.#fail(error);
    const transactions = new SinkTransactions(this.#sink.createCommitter?.(), restored?.transactions, fail);
    this.#transactions = transactions;
    const recovered = transactions.recover();
    void recovered.then(announceMail);
    this.writer = this.#sink.createWriter({
      subtask,
      parallelism,
      restored: restored?.writer,
      recovered,
      announceReady: announceMail,
      fail,
    });
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

  override onMail(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** True if the end of its input must wait for a last cut. */
  get commits(): boolean {
    return this.writer.prepareCommit !== undefined;
  }

  /** The first phase: what was written so far becomes part of the cut whose `snapshot` follows at once. */
  prepareCommit(endOfInput: boolean): CutCommits | undefined {
    return this.#transactions?.prepare(this.writer.prepareCommit?.(endOfInput));
  }

  /** What it has prepared and not committed. */
  get committables(): readonly unknown[] {
    return this.#transactions?.snapshot().pending.map(([, committable]) => committable) ?? [];
  }

  /** Holds in cuts what another has still to commit: should the process die before that is done, this one commits it. */
  inherit({ committables, settled }: LeftCommits): void {
    this.#inherited = committables;
    void settled.then(() => (this.#inherited = []));
  }

  override snapshot(): SinkState | undefined {
    const own = this.#ownState();
    if (this.#inherited.length === 0) return own;
    const { next, pending } = own?.transactions ?? { next: 0, pending: [] };
    const inherited = this.#inherited.map((committable, at) => [next + at, committable] as const);
    const transactions = { next: next + inherited.length, pending: [...pending, ...inherited] };
    return { writer: own?.writer, transactions };
  }

  #ownState(): SinkState | undefined {
    const { writer } = this;
    if (writer === MUTED) return this.#restored;
    if (writer.snapshot === undefined && writer.prepareCommit === undefined) return undefined;
    return { writer: writer.snapshot?.(), transactions: this.#transactions!.snapshot() };
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
      return { writer: theirs[0]!.writer, transactions: { next: pending.length, pending: numbered } };
    });
  }

  override fuse(scope: FusionScope, value: string, timestamp: string): string {
    const operator = scope.bind(this);
    return `${operator}.timestamp = ${timestamp};\n${operator}.writer.write(${value}, ${operator});`;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.runtime.announceMail();
  }
}
