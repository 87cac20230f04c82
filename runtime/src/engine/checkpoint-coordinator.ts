import type { CutCommits } from '../operators/sink-transactions.ts';
import type { Clock } from '../time/runtime-clock.ts';
import type { CheckpointFiles } from './checkpoint-store.ts';
import { checkpointAborted, checkpointsFailed, checkpointTimedOut } from './checkpoint-errors.ts';
import type { CheckpointSettings } from './execution-settings.ts';

/** A checkpoint that can be gone on from. */
export interface CheckpointInfo {
  /** Its number in the job, from 1. */
  readonly id: number;
  /** When it was taken, by the runtime's clock. */
  readonly time: Date;
  /** ms until it was durable. */
  readonly duration: number;
  /** Size of its state in bytes. */
  readonly bytes: number;
  /** Its file, if it outlives the process. */
  readonly path?: string;
}

/** The state of a job between two slices. */
export interface BegunCheckpoint {
  /** The parts of its file, once they are written; rejects if some of it cannot be stored. */
  readonly parts: Promise<readonly Uint8Array[]>;
  readonly commits: CutCommits | undefined;
  /** Called when it is complete: sources may tell the world outside how far they have come. */
  readonly onDurable: () => void;
}

export interface CoordinatorOptions {
  /** Absent if checkpoints are taken only when asked for. */
  readonly settings: CheckpointSettings | undefined;
  readonly clock: Clock;
  readonly files: CheckpointFiles | undefined;
  /** Takes the state; throws if some of it cannot be stored. `undefined`: the job has none now. */
  readonly begin: () => BegunCheckpoint | undefined;
  /** Called when more checkpoints have failed than may. */
  readonly fail: (error: Error) => void;
  /** Called when there may be something to do in a slice. */
  readonly wake: () => void;
}

interface Pending {
  readonly id: number;
  readonly startedAt: number;
  readonly requests: readonly Request[];
  readonly commits: CutCommits | undefined;
  readonly onDurable: () => void;
  /** True if the job ends with it. */
  readonly final: boolean;
  declined: boolean;
}

type Request = PromiseWithResolvers<CheckpointInfo>;

/**
 * Takes the checkpoints of one job, between two slices: when they are due, when somebody asks, and when its input has ended.
 * One is under way at a time; it is complete when its sinks have flushed and it is written, and then they commit.
 */
export class CheckpointCoordinator {
  readonly #options: CoordinatorOptions;
  #next: number;
  #requests: Request[] = [];
  #finalWanted = false;
  #pending: Pending | undefined;
  #endedAt: number;
  #nextAt: number;
  #failures = 0;
  #kept: { readonly info: CheckpointInfo; readonly parts: readonly Uint8Array[] }[] = [];
  #committing: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#next = (options.files?.last ?? 0) + 1;
    this.#endedAt = -Infinity;
    this.#nextAt = options.clock.now() + (options.settings?.interval ?? Infinity);
  }

  /** Those that are complete and kept, oldest first. */
  list(): readonly CheckpointInfo[] {
    return this.#kept.map(({ info }) => info);
  }

  /** State of the last one. */
  get latest(): readonly Uint8Array[] | undefined {
    return this.#kept.at(-1)?.parts;
  }

  /** Takes one as soon as the one under way is over. Rejects if it fails. */
  trigger(): Promise<CheckpointInfo> {
    const request = Promise.withResolvers<CheckpointInfo>();
    this.#requests.push(request);
    this.#options.wake();
    return request.promise;
  }

  /** Takes one at the next slice: the input has ended, and sinks wait to commit. */
  wantFinal(): void {
    this.#finalWanted = true;
    this.#options.wake();
  }

  onSlice(): void {
    const { settings, clock } = this.#options;
    const now = clock.now();
    const pending = this.#pending;
    if (pending !== undefined) {
      const timeout = settings?.timeout ?? Infinity;
      if (now - pending.startedAt >= timeout) this.#decline(pending, checkpointTimedOut(pending.id, timeout));
      return;
    }
    const due = now >= this.#nextAt && now - this.#endedAt >= (settings?.minPause ?? 0);
    if (due || this.#finalWanted || this.#requests.length > 0) this.#take(now);
  }

  /**
   * The job has failed and is about to be started again: gives up what is under way.
   * @returns when commits that are under way are through
   */
  async suspend(): Promise<void> {
    this.#finalWanted = false;
    if (this.#pending !== undefined) this.#giveUp(this.#pending, checkpointAborted(this.#pending.id));
    await this.#committing;
    this.#nextAt = this.#options.clock.now() + (this.#options.settings?.interval ?? Infinity);
  }

  /** The job is over. */
  close(): void {
    this.#closed = true;
    if (this.#pending !== undefined) this.#giveUp(this.#pending, checkpointAborted(this.#pending.id));
    for (const { reject } of this.#requests.splice(0)) reject(checkpointAborted(undefined));
  }

  #take(now: number): void {
    const { settings, begin } = this.#options;
    this.#nextAt = now + (settings?.interval ?? Infinity);
    const requests = this.#requests.splice(0);
    let begun: BegunCheckpoint | undefined;
    try {
      begun = begin();
    } catch (error) {
      this.#failed(requests, error);
      return;
    }
    if (begun === undefined) {
      for (const { reject } of requests) reject(checkpointAborted(undefined));
      return;
    }
    const { parts, commits, onDurable } = begun;
    const final = this.#finalWanted;
    this.#finalWanted = false;
    const pending: Pending = {
      id: this.#next++,
      startedAt: now,
      requests,
      commits,
      onDurable,
      final,
      declined: false,
    };
    this.#pending = pending;
    this.#complete(pending, parts).catch((error: unknown) => this.#decline(pending, error));
  }

  async #complete(pending: Pending, written: Promise<readonly Uint8Array[]>): Promise<void> {
    const { files, clock, settings } = this.#options;
    const { id, startedAt, commits, requests } = pending;
    await commits?.ready;
    const parts = await written;
    const path = pending.declined ? undefined : await files?.write(id, parts);
    if (pending.declined) {
      if (path !== undefined) await files?.drop(id);
      return;
    }
    this.#pending = undefined;
    this.#failures = 0;
    this.#endedAt = clock.now();
    const info: CheckpointInfo = {
      id,
      time: new Date(startedAt),
      duration: this.#endedAt - startedAt,
      bytes: parts.reduce((sum, { length }) => sum + length, 0),
      ...(path === undefined ? {} : { path }),
    };
    this.#kept.push({ info, parts });
    pending.onDurable();
    for (const { info: old } of this.#kept.splice(0, this.#kept.length - (settings?.retained ?? 1))) {
      // What cannot be removed stays.
      files?.drop(old.id).catch(() => undefined);
    }
    if (commits !== undefined) this.#committing = commits.commit(id);
    for (const { resolve } of requests) resolve(info);
    this.#options.wake();
  }

  #decline(pending: Pending, error: unknown): void {
    if (pending.declined) return;
    this.#giveUp(pending, error);
    this.#finalWanted ||= pending.final;
    this.#failed([], error);
  }

  #giveUp(pending: Pending, error: unknown): void {
    pending.declined = true;
    this.#pending = undefined;
    this.#endedAt = this.#options.clock.now();
    pending.commits?.discard(pending.id);
    for (const { reject } of pending.requests) reject(error);
    this.#options.wake();
  }

  #failed(requests: readonly Request[], error: unknown): void {
    for (const { reject } of requests) reject(error);
    if (this.#closed) return;
    this.#failures += 1;
    const tolerable = this.#options.settings?.tolerableFailures ?? Infinity;
    if (this.#failures > tolerable) this.#options.fail(checkpointsFailed(this.#failures, error));
  }
}
