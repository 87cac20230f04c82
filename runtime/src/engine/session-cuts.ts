import { allCommits, type CutCommits } from '../operators/sink-transactions.ts';
import { CutWriter, type Blob } from './cut-writer.ts';
import { noSuchCut, waitsForSinks } from './engine-errors.ts';
import type { Lane } from './lane.ts';
import { LaneChains, type LaneChain } from './lane-chain.ts';
import type { LaneRunner } from './lane-runner.ts';
import type { BranchCut, ReadCut, SessionCut, SessionStore } from './session-store.ts';
import { afterRealTime } from './slice-loop.ts';
import type { StoredLaneCut } from './stored-lane-cut.ts';

/** How many cuts are kept. */
export interface CutBudget {
  /** Of cells. */
  readonly ofCells: number;
  /** Of those taken while streams run. */
  readonly whileRunning: number;
  /** Bytes of all that they refer to. */
  readonly bytes: number;
}

const KEPT: CutBudget = { ofCells: 50, whileRunning: 3, bytes: 2 * 1024 ** 3 };

/** Real ms until it is said that somebody waits for sinks. */
const SAY_THAT_IT_WAITS = 5_000;

type Place = Pick<BranchCut, 'cell' | 'ordinal'>;
type BranchPlace = Omit<BranchCut, 'tables' | 'cursor'>;

const NO_BLOB: Blob = { ref: 0, bytes: 0 };

/** A branch that runs, as it goes into a cut. */
export interface RunningBranch extends BranchPlace {
  readonly runner: LaneRunner;
  /** What its sinks have prepared for the cut. */
  readonly commits: CutCommits | undefined;
}

/** A branch that has failed, or waits to go on after a failure: in cuts it stays what it was in the last one before (law 9). */
export interface FailedBranch extends BranchPlace {
  readonly failed: true;
}

/** A branch of a cut that waits for its cell to make it again. */
export interface CutBranch extends BranchPlace {
  readonly cut: StoredLaneCut;
}

export type CutLabel = Pick<SessionCut, 'label' | 'cell' | 'executionCount'>;
type CutPlace = Pick<SessionCut, 'seq' | 'startSeq' | 'time' | 'places'>;

/** A cut that has begun. */
export interface CutBegun {
  readonly id: number;
  /** Resolves when it is on disk; rejects if it was given up, which has been said. */
  readonly durable: Promise<void>;
}

/** What a branch adds to a cut. */
interface CutPart {
  readonly place: BranchPlace;
  readonly lane?: Lane;
  /** True until it is known what the cut before has of it. */
  readonly failed?: boolean;
  cursor: number;
  beside: Uint8Array | Blob;
  /** Known when they are written. */
  tables: readonly Blob[];
}

/** A cut on its way to the store. */
interface CutUnderWay {
  readonly cut: SessionCut;
  readonly parts: CutPart[];
  commits: CutCommits | undefined;
  /** Lanes whose tables are not written yet, and one for the beginning itself. */
  pending: number;
  failure: unknown;
}

/** The cuts of a session (law 6): begins them at once, has them written in the background, keeps them within a budget. */
export class SessionCuts {
  /** Goes on with what is to be written when it is given time. */
  readonly writer: CutWriter;
  readonly #store: SessionStore;
  readonly #warn: (message: string) => void;
  readonly #chains = new LaneChains();
  readonly #underWay = new Map<number, Promise<void>>();
  /** What cuts have of branches that have failed, by their places. */
  readonly #ofFailed = new Map<string, CutBranch>();
  /** What sinks are committing. */
  readonly #committing = new Set<Promise<boolean>>();
  /** What is to be through before a cut is on disk. */
  readonly #awaited = new Set<Promise<void>>();
  #budget = KEPT;
  /** Cuts that somebody is about to go back to. */
  readonly #held = new Set<number>();
  #cuts: SessionCut[];
  /** The last one that is on disk. */
  #last: SessionCut | undefined;
  #nextId: number;

  constructor(store: SessionStore, cuts: readonly SessionCut[], warn: (message: string) => void) {
    this.#store = store;
    this.#warn = warn;
    this.#cuts = [...cuts];
    this.#last = cuts.at(-1);
    this.#nextId = (this.#last?.id ?? 0) + 1;
    this.writer = new CutWriter(store);
  }

  /** Oldest first. */
  list(): readonly SessionCut[] {
    return this.#cuts;
  }

  get budget(): CutBudget {
    return this.#budget;
  }

  /** Sets how many are kept; what is over it goes at once, but never the last. */
  async limit(budget: CutBudget): Promise<void> {
    this.#budget = budget;
    await this.#dropOld();
  }

  /** The last entry that neither the last cut on disk needs nor those on their way there. */
  get neededAfter(): number {
    let seq = this.#last?.neededAfter ?? Infinity;
    for (const cut of this.#cuts) if (this.#underWay.has(cut.id)) seq = Math.min(seq, cut.neededAfter);
    return seq;
  }

  /** No cut is written before this is through. */
  holdUntil(work: Promise<void>): void {
    this.#awaited.add(work);
    void work.finally(() => this.#awaited.delete(work));
  }

  /** Keeps a cut, the last one by default, whatever the budget says; returns how to let go of it. */
  hold(id = this.#cuts.at(-1)?.id ?? 0): () => void {
    this.#held.add(id);
    return () => this.#held.delete(id);
  }

  /** Entries up to this one are gone, or their records: cuts whose lanes had still to read some of them cannot be restored any more. */
  forgetNeeding(through: number): void {
    const broken = this.#cuts.filter(
      (cut) =>
        cut.neededAfter < Math.min(through, cut.seq) &&
        cut !== this.#last &&
        !this.#underWay.has(cut.id) &&
        !this.#held.has(cut.id),
    );
    if (broken.length === 0) return;
    this.#cuts = this.#cuts.filter((cut) => !broken.includes(cut));
    // If the store is closed by then nothing is gone from it either.
    this.#store.drop(broken.map(({ id }) => id)).catch(() => undefined);
  }

  /** What stood at a place in the last cut on disk that has any of it: no other has written to its sinks since. */
  async lastAt(place: Place): Promise<CutBranch | undefined> {
    await this.#through('The cell that was mended');
    return this.#read(place, Infinity);
  }

  async #read(place: Place, before: number): Promise<CutBranch | undefined> {
    const isThere = (other: Place): boolean => samePlace(other, place);
    const isWritten = (id: number): boolean => id < before && !this.#underWay.has(id);
    const cut = this.#cuts.findLast(({ id, branches }) => isWritten(id) && branches.some(isThere));
    const stored = cut && (await this.#store.read(cut.id));
    return stored && branchesOf(stored).find(isThere);
  }

  /** A lane was cut short in the middle of a record: nothing of it goes into cuts that are not written yet. */
  giveUp(lane: Lane): void {
    this.#chains.breakOff(lane);
  }

  /**
   * Begins a cut, between two slices: what is small is encoded at once, tables follow when there is time.
   * @param retired what sinks that are gone have left to commit with the cut
   * @returns `undefined` if some state could not be stored, which has been said
   */
  begin(
    label: CutLabel,
    place: CutPlace,
    branches: Iterable<RunningBranch | FailedBranch | CutBranch>,
    retired: readonly CutCommits[] = [],
  ): CutBegun | undefined {
    const cut: SessionCut = {
      id: this.#nextId++,
      ...label,
      ...place,
      neededAfter: place.seq,
      bytes: 0,
      branches: [],
    };
    const begun: CutUnderWay = { cut, parts: [], commits: undefined, pending: 1, failure: undefined };
    const { promise, resolve } = Promise.withResolvers<void>();
    const settle = (): void => {
      begun.pending -= 1;
      if (begun.pending === 0) resolve(this.#write(begun));
    };
    const prepared: (CutCommits | undefined)[] = [];
    for (const branch of branches) {
      if ('runner' in branch) {
        prepared.push(branch.commits);
        this.#beginBranch(branch, begun, settle);
      } else if ('failed' in branch) {
        const { failed, ...other } = branch;
        begun.parts.push({ place: other, failed, cursor: 0, beside: NO_BLOB, tables: [] });
      } else {
        const { cut: stored, ...other } = branch;
        begun.parts.push({ place: other, cursor: stored.cursor, ...stored.blobs });
      }
    }
    if (begun.failure !== undefined) {
      this.#warn(`No snapshot after ${label.label}: ${messageOf(begun.failure)}`);
      const { id } = cut;
      allCommits(prepared)?.discard(id);
      // There will be no other cut for them.
      for (const { ready, commit } of retired) ready.then(() => commit(id)).catch(() => undefined);
      return undefined;
    }
    begun.commits = allCommits([...prepared, ...retired]);
    cut.branches = begun.parts.map(branchCut);
    this.#cuts.push(cut);
    settle();
    this.writer.writeAtOnce();
    const durable = promise
      .catch((error: unknown) => {
        this.#cuts = this.#cuts.filter((other) => other !== cut);
        this.#warn(`Snapshot ${cut.id} was not written: ${messageOf(error)}`);
        throw error;
      })
      .finally(() => this.#underWay.delete(cut.id));
    // Whoever does not wait for it has been warned.
    durable.catch(() => undefined);
    this.#underWay.set(cut.id, durable);
    return { id: cut.id, durable };
  }

  /** Resolves with a cut when it is durable, and with nothing if it will never be. */
  async durable(id: number): Promise<SessionCut | undefined> {
    await this.#underWay.get(id)?.catch(() => undefined);
    return this.#cuts.find((cut) => cut.id === id);
  }

  /** Resolves when every cut that has begun is on disk, or given up. */
  async settled(): Promise<void> {
    this.finishWriting();
    await Promise.allSettled(this.#underWay.values());
  }

  /**
   * Waits until nothing is on its way to the disk, and what is being committed is through: another writer is about to look at
   * what is there.
   * @param who waits
   */
  async #through(who: string): Promise<void> {
    await this.#sayingThatItWaits(who, this.settled());
    await this.#sayingThatItWaits(who, Promise.allSettled(this.#committing));
  }

  /** A world outside that does not answer may make sinks take for ever: then it is said, with the way out. */
  async #sayingThatItWaits(who: string, work: Promise<unknown> | undefined): Promise<void> {
    const stopTimer = afterRealTime(SAY_THAT_IT_WAITS, () => this.#warn(waitsForSinks(who)));
    await work?.catch(() => undefined);
    stopTimer();
  }

  /** Has everything encoded that is not yet. */
  finishWriting(): void {
    this.writer.write(Infinity);
  }

  /**
   * Reads a cut, the last one by default.
   * @throws {TidemarkError} `no-such-cut`
   */
  async read(id?: number): Promise<{ cut: SessionCut; branches: CutBranch[] }> {
    const wanted = id ?? this.#cuts.at(-1)?.id;
    this.finishWriting();
    // One that could not be written is no longer listed then.
    if (wanted !== undefined)
      await this.#sayingThatItWaits(`Going back to snapshot ${wanted}`, this.#underWay.get(wanted));
    const known = this.#cuts.find((cut) => cut.id === wanted);
    const stored = known && (await this.#store.read(known.id));
    if (!stored) {
      throw noSuchCut(
        wanted,
        this.#cuts.map((cut) => cut.id),
      );
    }
    return { cut: stored.cut, branches: branchesOf(stored) };
  }

  /**
   * Makes a cut the last one: later ones, and the recording after it, are forgotten.
   * @param through keeps the recording up to there
   */
  async endWith({ cut }: { cut: SessionCut }, through = cut.seq): Promise<void> {
    const later = this.#cuts.filter(({ id }) => id > cut.id).map(({ id }) => id);
    this.#cuts = this.#cuts.filter(({ id }) => id <= cut.id);
    this.#last = this.#cuts.at(-1);
    this.#ofFailed.clear();
    // Those that are still on their way are not to arrive afterwards.
    await this.#through(`Going back to snapshot ${cut.id}`);
    await this.#store.truncate(through, later);
  }

  #beginBranch(
    { runner, commits: _, ...place }: RunningBranch,
    begun: CutUnderWay,
    settle: () => void,
  ): void {
    const { lane } = runner;
    const chain = this.#chains.of(lane);
    const { cut, tables } = runner.beginCut();
    const part: CutPart = { place, lane, cursor: cut.cursor, beside: NO_BLOB, tables: [] };
    this.#ofFailed.delete(nameOf(place));
    begun.parts.push(part);
    begun.cut.neededAfter = Math.min(begun.cut.neededAfter, cut.cursor);
    begun.pending += 1;
    chain.begin();
    // Also if this cut comes to nothing: the next one of the lane builds on it.
    this.writer.add({
      tables,
      done: (blobs, error) => {
        if (error !== undefined) this.#chains.breakOff(lane);
        else part.tables = chain.add(blobs);
        begun.failure ??= error ?? brokenBy(chain);
        settle();
      },
    });
    try {
      part.beside = this.#store.encode(cut, place.name);
    } catch (error) {
      begun.failure ??= error;
    }
  }

  /** Writes a cut when its sinks have flushed what it holds, and has them commit when it is durable. */
  async #write({ cut, parts: begun, commits, failure }: CutUnderWay): Promise<void> {
    let parts: readonly CutPart[] = begun;
    try {
      if (failure !== undefined) throw failure;
      parts = (
        await Promise.all(begun.map((part) => (part.failed ? this.#carryOver(part, cut.id) : part)))
      ).flatMap((part) => part ?? []);
      cut.branches = parts.map(branchCut);
      cut.neededAfter = Math.min(cut.neededAfter, ...parts.map(({ cursor }) => cursor));
      cut.bytes = parts.reduce((sum, part) => sum + bytesOf(part), 0);
      await commits?.ready;
      await Promise.all(this.#awaited);
      // Meanwhile the session may have gone back to an earlier one.
      if (!this.#cuts.includes(cut)) return commits?.discard(cut.id);
      await this.#writeRecord(cut, parts);
    } catch (error) {
      commits?.discard(cut.id);
      throw error;
    }
    if (this.#cuts.includes(cut) && cut.id > (this.#last?.id ?? 0)) this.#last = cut;
    if (commits !== undefined) this.#commit(commits.commit(cut.id));
    // It is on disk, whatever becomes of older ones: a store that has been closed since drops none.
    await this.#dropOld().catch(() => undefined);
  }

  /** What the cuts before have of a branch that has failed; `undefined` if none has it. */
  async #carryOver({ place }: CutPart, id: number): Promise<CutPart | undefined> {
    const earlier = [...this.#underWay].filter(([other]) => other < id).map(([, durable]) => durable);
    await Promise.allSettled(earlier);
    const name = nameOf(place);
    const last = this.#ofFailed.get(name) ?? (await this.#read(place, id));
    if (last === undefined) return undefined;
    this.#ofFailed.set(name, last);
    const { cut, ...other } = last;
    return { place: other, cursor: cut.cursor, ...cut.blobs };
  }

  #commit(committing: Promise<boolean>): void {
    this.#committing.add(committing);
    void committing.finally(() => this.#committing.delete(committing));
  }

  async #writeRecord(cut: SessionCut, parts: readonly CutPart[]): Promise<void> {
    try {
      await this.#store.write(cut, parts);
    } catch (error) {
      // Perhaps what it builds on is not there: the next cut starts anew.
      for (const { lane } of parts) if (lane !== undefined) this.#chains.breakOff(lane);
      throw error;
    }
  }

  /** Drops the oldest cuts that are over the budget (law 12). What a cut that is kept refers to stays. */
  async #dropOld(): Promise<void> {
    const { ofCells, whileRunning } = this.#budget;
    const written = this.#cuts.filter(({ id }) => !this.#underWay.has(id) || id === this.#last?.id);
    const old = new Set([
      ...over(
        written.filter(({ cell }) => cell !== undefined),
        ofCells,
      ),
      ...over(
        written.filter(({ cell }) => cell === undefined),
        whileRunning,
      ),
    ]);
    await this.#drop([...old].map(({ id }) => id));
    await this.#drop(await this.#overBytes());
  }

  async #overBytes(): Promise<number[]> {
    const sizes = await this.#store.cutBytes();
    let left = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    const old: number[] = [];
    for (const { id, bytes } of sizes) {
      if (left <= this.#budget.bytes || id >= (this.#last?.id ?? 0)) break;
      old.push(id);
      left -= bytes;
    }
    return old;
  }

  async #drop(ids: readonly number[]): Promise<void> {
    const dropped = ids.filter((id) => id !== this.#last?.id && !this.#held.has(id));
    if (dropped.length === 0) return;
    this.#cuts = this.#cuts.filter(({ id }) => !dropped.includes(id));
    await this.#store.drop(dropped);
  }
}

/** The branches of a cut with what they held. */
export function branchesOf({ cut, lanes }: ReadCut): CutBranch[] {
  return cut.branches.map(({ cursor: _, tables: __, ...place }, at) => {
    return { ...place, cut: lanes[at]! };
  });
}

function branchCut({ place, cursor, tables }: CutPart): BranchCut {
  return { ...place, cursor, tables: tables.length };
}

function bytesOf({ beside, tables }: CutPart): number {
  return tables.reduce(
    (sum, { bytes }) => sum + bytes,
    beside instanceof Uint8Array ? beside.length : beside.bytes,
  );
}

function brokenBy(chain: LaneChain): Error | undefined {
  return chain.broken ? new Error('the snapshot before it, which it builds on, was not written') : undefined;
}

/** Each place of each cell has one branch, running or waiting. */
export function samePlace(a: Place, b: Place): boolean {
  return nameOf(a) === nameOf(b);
}

function nameOf({ cell, ordinal }: Place): string {
  return `${cell}/${ordinal}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function over(cuts: readonly SessionCut[], budget: number): readonly SessionCut[] {
  return cuts.slice(0, Math.max(0, cuts.length - budget));
}
