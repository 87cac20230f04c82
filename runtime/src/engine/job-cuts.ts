import { checkpointAborted } from './checkpoint-errors.ts';
import { CutWriter } from './cut-writer.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { JobState } from './job-state.ts';
import type { LaneRunner } from './lane-runner.ts';
import type { SavedSource } from './saved-sources.ts';

/** What is being written of a cut. */
type Writing = PromiseWithResolvers<readonly Uint8Array[]>;

/**
 * Writes the state of a job outside a notebook, for a checkpoint or a savepoint: what is beside tables at once, tables in the
 * background, as they were when the cut began. Each cut is of everything, so that in between nothing is tracked.
 */
export class JobCuts {
  readonly #store: CheckpointStore;
  readonly #writer: CutWriter;
  readonly #pending = new Set<Writing>();
  #chunks: Uint8Array[] = [];

  constructor(store: CheckpointStore) {
    this.#store = store;
    this.#writer = new CutWriter({
      encode: (value, name) => store.codec.encode(value, name),
      writeBlob: (parts) => {
        this.#chunks.push(...parts);
        return { blob: { ref: 0, bytes: 0 }, written: Promise.resolve() };
      },
    });
  }

  /**
   * Begins a cut between two slices.
   * @returns the parts of the file, in their order
   * @throws {TidemarkError} `not-storable`
   */
  begin(runner: LaneRunner, sources: readonly SavedSource[]): Promise<readonly Uint8Array[]> {
    // Two cuts of everything at a time would track each other's entries.
    this.finish();
    const { cut, tables } = runner.beginCut();
    const { lane } = runner;
    let packed: Uint8Array;
    try {
      packed = this.#store.codec.encode({
        sources,
        lane: { lane: cut.lane, views: cut.views },
      } satisfies JobState);
    } catch (error) {
      lane.stopTracking();
      throw error;
    }
    const writing = Promise.withResolvers<readonly Uint8Array[]>();
    // Whoever has given the cut up does not wait for it.
    writing.promise.catch(() => undefined);
    this.#pending.add(writing);
    this.#writer.add({
      tables,
      done: (_, error) => {
        const chunks = this.#chunks;
        this.#chunks = [];
        this.#pending.delete(writing);
        lane.stopTracking();
        if (error === undefined) writing.resolve(this.#store.savepoints.pack(packed, chunks));
        else writing.reject(error);
      },
    });
    this.#writer.writeAtOnce();
    return writing.promise;
  }

  /** Goes on with what is to be written. True if there is more to do at once. */
  writeUntil(expired: () => boolean): boolean {
    return this.#writer.writeUntil(expired);
  }

  /** Has everything encoded that is not yet. */
  finish(): void {
    this.#writer.write(Infinity);
  }

  /** The lane is of no use any more: what is not written never will be. */
  abandon(): void {
    for (const { reject } of this.#pending) reject(checkpointAborted(undefined));
    this.#pending.clear();
  }
}
