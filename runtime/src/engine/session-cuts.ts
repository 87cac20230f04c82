import type { CutCommits } from '../operators/sink-transactions.ts';
import { allCommits } from './cut-commits.ts';
import { noSuchCut } from './engine-errors.ts';
import type { LaneCut } from './lane-runner.ts';
import type { BranchCut, SessionCut, SessionStore } from './session-store.ts';

/** Cuts kept: of cells, and of those taken while streams run. */
const CELL_CUTS_KEPT = 50;
const TIMED_CUTS_KEPT = 3;

/** A branch as it goes into a cut. */
export interface CutBranch {
  readonly cell: string;
  readonly ordinal: number;
  readonly fingerprint: string;
  readonly name: string;
  /** What its sinks have prepared for the cut; absent in one that was read back. */
  readonly commits?: CutCommits;
  readonly cut: LaneCut;
}

export type CutLabel = Pick<SessionCut, 'label' | 'cell' | 'executionCount'>;
type CutPlace = Pick<SessionCut, 'seq' | 'startSeq' | 'time'>;

/** The cuts of a session (law 6): encodes them at once, has them written in the background, keeps them within a budget. */
export class SessionCuts {
  readonly #store: SessionStore;
  readonly #warn: (message: string) => void;
  #cuts: SessionCut[];
  #last: ReadonlyMap<string, Uint8Array>;
  #lastId: number;
  /** Cuts on their way to the store. */
  readonly #underWay = new Map<number, Promise<void>>();
  #nextId: number;

  /** @param last the bytes of the last cut, of which branches can be taken back */
  constructor(
    store: SessionStore,
    cuts: readonly SessionCut[],
    last: ReadonlyMap<string, Uint8Array> | undefined,
    warn: (message: string) => void,
  ) {
    this.#store = store;
    this.#warn = warn;
    this.#cuts = [...cuts];
    this.#last = last ?? new Map<string, Uint8Array>();
    this.#lastId = cuts.at(-1)?.id ?? 0;
    this.#nextId = this.#lastId + 1;
  }

  /** Oldest first. */
  list(): readonly SessionCut[] {
    return this.#cuts;
  }

  /** Where a branch stood in the last cut. */
  lastOf(branch: { cell: string; ordinal: number }): LaneCut | undefined {
    const bytes = this.#last.get(blobOf(branch));
    return bytes && this.#store.decode(bytes);
  }

  /**
   * @param retired what sinks that are gone have left to commit with the cut
   * @returns its id; `undefined` if some state could not be stored, which has been said
   */
  take(
    label: CutLabel,
    place: CutPlace,
    branches: () => Iterable<CutBranch>,
    retired: readonly CutCommits[] = [],
  ): number | undefined {
    const blobs = new Map<string, Uint8Array>();
    const remembered: BranchCut[] = [];
    const prepared: (CutCommits | undefined)[] = [];
    try {
      for (const { cut, commits, ...branch } of branches()) {
        prepared.push(commits);
        const blob = blobOf(branch);
        blobs.set(blob, this.#store.encode(cut));
        remembered.push({ ...branch, blob });
      }
    } catch (error) {
      this.#warn(
        `No snapshot after ${label.label}: ${error instanceof Error ? error.message : String(error)}`,
      );
      const id = this.#nextId;
      allCommits(prepared)?.discard(id);
      // There will be no other cut for them.
      for (const { ready, commit } of retired) ready.then(() => commit(id)).catch(() => undefined);
      return undefined;
    }
    const bytes = [...blobs.values()].reduce((sum, blob) => sum + blob.length, 0);
    const cut: SessionCut = { id: this.#nextId++, ...label, ...place, bytes, branches: remembered };
    this.#cuts.push(cut);
    const writing = this.#write(cut, blobs, allCommits([...prepared, ...retired]))
      .catch((error: unknown) => {
        this.#cuts = this.#cuts.filter((other) => other !== cut);
        this.#warn(`Snapshot ${cut.id} was not written: ${String(error)}`);
      })
      .finally(() => this.#underWay.delete(cut.id));
    this.#underWay.set(cut.id, writing);
    return cut.id;
  }

  /** Resolves with a cut when it is durable, and with nothing if it will never be. */
  async durable(id: number): Promise<SessionCut | undefined> {
    await this.#underWay.get(id);
    return this.#cuts.find((cut) => cut.id === id);
  }

  /** Writes a cut when its sinks have flushed what it holds, and has them commit when it is durable. */
  async #write(
    cut: SessionCut,
    blobs: ReadonlyMap<string, Uint8Array>,
    commits: CutCommits | undefined,
  ): Promise<void> {
    const old = this.#outOfBudget();
    try {
      if (commits === undefined) this.#setLast(cut, blobs);
      else {
        await commits.ready;
        // Meanwhile the session may have gone back to an earlier one.
        if (!this.#cuts.includes(cut)) return commits.discard(cut.id);
      }
      await this.#store.write(cut, blobs);
      this.#setLast(cut, blobs);
    } catch (error) {
      commits?.discard(cut.id);
      throw error;
    }
    void commits?.commit(cut.id);
    if (old.length > 0) await this.#store.drop(old);
  }

  #setLast({ id }: SessionCut, blobs: ReadonlyMap<string, Uint8Array>): void {
    if (id < this.#lastId) return;
    this.#lastId = id;
    this.#last = blobs;
  }

  /**
   * Reads a cut, the last one by default.
   * @throws {TidemarkError} `no-such-cut`
   */
  async read(id?: number): Promise<{ cut: SessionCut; branches: CutBranch[] }> {
    const wanted = id ?? this.#cuts.at(-1)?.id;
    if (wanted !== undefined) await this.#underWay.get(wanted);
    const known = this.#cuts.find((cut) => cut.id === wanted);
    const stored = known && (await this.#store.read(known.id));
    if (!stored) {
      throw noSuchCut(
        wanted,
        this.#cuts.map((cut) => cut.id),
      );
    }
    return { cut: stored.cut, branches: branchesOf(this.#store, stored.cut, stored.blobs) };
  }

  /**
   * Makes a cut the last one: later ones, and the recording after it, are forgotten.
   * @param through keeps the recording up to there
   */
  async endWith(
    { cut, branches }: { cut: SessionCut; branches: readonly CutBranch[] },
    through = cut.seq,
  ): Promise<void> {
    const later = this.#cuts.filter(({ id }) => id > cut.id).map(({ id }) => id);
    await this.#store.truncate(through, later);
    this.#cuts = this.#cuts.filter(({ id }) => id <= cut.id);
    this.#lastId = cut.id;
    this.#last = new Map(branches.map((branch) => [blobOf(branch), this.#store.encode(branch.cut)]));
  }

  /** Takes the oldest cuts that are over the budget off the list (law 12). */
  #outOfBudget(): number[] {
    const ofCells = this.#cuts.filter(({ cell }) => cell !== undefined);
    const timed = this.#cuts.filter(({ cell }) => cell === undefined);
    const old = new Set([...over(ofCells, CELL_CUTS_KEPT), ...over(timed, TIMED_CUTS_KEPT)]);
    this.#cuts = this.#cuts.filter((cut) => !old.has(cut));
    return [...old].map(({ id }) => id);
  }
}

/** The branches of a cut with what they held. */
export function branchesOf(
  store: SessionStore,
  cut: SessionCut,
  blobs: ReadonlyMap<string, Uint8Array>,
): CutBranch[] {
  return cut.branches.flatMap(({ blob, ...branch }) => {
    const bytes = blobs.get(blob);
    return bytes ? [{ ...branch, cut: store.decode(bytes) }] : [];
  });
}

/** Each place of each cell has one branch, running or waiting. */
function blobOf({ cell, ordinal }: { cell: string; ordinal: number }): string {
  return `${cell}/${ordinal}`;
}

function over(cuts: readonly SessionCut[], budget: number): readonly SessionCut[] {
  return cuts.slice(0, Math.max(0, cuts.length - budget));
}
