import type { StreamNode } from '../graph/stream-node.ts';
import type { SinkState } from '../operators/sink-operator.ts';
import type { CutCommits } from '../operators/sink-transactions.ts';
import { type Branch, takeMatch } from './branch.ts';
import { editedNodes, pairNodes, type NodePairs } from './carry-over.ts';
import type { Engine } from './engine.ts';
import { keptState, type KeptState } from './kept-state.ts';
import { savedSubtasks } from './rescale.ts';
import type { SavepointName } from './job-state.ts';
import type { LaneCut } from './lane-cut.ts';
import { finishLeftInCut } from './left-by-sinks.ts';
import { changedNodes, nodesBehind, variablesOf } from './named-variables.ts';
import type { SavepointOrigin } from './savepoint-origin.ts';
import type { SessionBranches } from './session-branches.ts';
import type { CutBranch, SessionCuts } from './session-cuts.ts';
import type { BranchChange, CellOutcome, SessionHost } from './session-host.ts';
import type { SessionLanes } from './session-lanes.ts';

/** What an edit needs of its session. */
export interface EditedSession {
  readonly host: SessionHost;
  readonly engine: Engine;
  readonly lanes: SessionLanes;
  readonly branches: SessionBranches;
  readonly cuts: SessionCuts;
}

/** What became of a branch, before it is known what it has to replay. */
interface Change extends Pick<BranchChange, 'change' | 'changed'> {
  readonly branch: Branch;
}

/** A cell that runs, and what it makes of the branches it had: an edit of the dataflow (law 4). */
export class CellEdit {
  readonly cell: string;
  /** Made by the cell so far, and not there before. */
  readonly made: Branch[] = [];
  /** What sinks that are gone have left to commit with the cut after the cell. */
  readonly commits: CutCommits[] = [];
  readonly #session: EditedSession;
  /** What the cell owned before and has not made again yet. */
  readonly #before: Set<Branch>;
  readonly #kept: Branch[] = [];
  /** What the cell has made again. */
  readonly #nodes = new Map<Branch, StreamNode>();
  /** Those that start, or have started, from a savepoint that the cell has named. */
  readonly #fromSavepoint = new Set<Branch>();
  /** Why a savepoint that the cell wanted to start from is none for it: then it has failed, whether it knows or not. */
  refusal: unknown;
  /** What became of those that somebody has started before the end of the cell. */
  readonly #early = new Map<Branch, Change>();
  /** Place of the next branch that the cell makes. */
  ordinal = 0;

  constructor(session: EditedSession, cell: string) {
    this.#session = session;
    this.cell = cell;
    this.#before = new Set([...session.branches.all].filter((branch) => branch.cell === cell));
  }

  /** The cell makes a branch: one that is there already, or another. */
  attach(node: StreamNode): Branch {
    const { branches, lanes } = this.#session;
    const { cell } = this;
    const ordinal = this.ordinal++;
    const made = {
      cell,
      ordinal,
      fingerprint: lanes.fingerprints.of(node),
      savepoint: 'not said yet' as const,
    };
    const kept = takeMatch(made, this.#before) ?? branches.takeOrphan(made);
    if (kept?.runner && kept.runner.status !== 'failed' && kept.runner.status !== 'canceled') {
      kept.cell = cell;
      kept.ordinal = ordinal;
      // The cell names its job anew.
      kept.job = undefined;
      this.#kept.push(kept);
      this.#nodes.set(kept, node);
      return kept;
    }
    if (kept) this.#before.add(kept);
    return this.#makes(branches.add(node, made));
  }

  #makes(branch: Branch): Branch {
    // Whoever starts it before the cell has ended starts it in the place of what it replaces.
    branch.beforeStart = () => {
      const [change] = this.#settle([branch]);
      if (change) this.#early.set(branch, change);
    };
    this.made.push(branch);
    return branch;
  }

  /** What the cell has made, or made again, and given to no job yet. */
  get unnamed(): Branch[] {
    return [...this.#kept, ...this.made].filter(({ job }) => job === undefined);
  }

  /** The sink that the cell has made for a branch, which may be the one that it had. */
  sinkOf(branch: Branch): StreamNode {
    return this.#nodes.get(branch) ?? branch.sink;
  }

  /** True for what has started from that savepoint, and would find the same in it. */
  hasStartedFrom(branch: Branch, { id }: SavepointName): boolean {
    if (branch.savepoint?.id !== id) return false;
    return sameUids(uidsOf(branch.sink), uidsOf(this.sinkOf(branch)));
  }

  /**
   * Has branches start from a savepoint; those that have started from it go on.
   * @returns them, or what comes in their place
   */
  startFrom(origin: SavepointOrigin, given: readonly Branch[]): Branch[] {
    return given.map((one) => {
      const isIt = this.hasStartedFrom(one, origin.name);
      const branch = isIt ? one : this.#makeAnother(one, origin.name);
      branch.origin ??= origin;
      this.#fromSavepoint.add(branch);
      return branch;
    });
  }

  /** True if somebody has started it before the end of the cell. */
  isEarly(branch: Branch): boolean {
    return this.#early.has(branch);
  }

  /** The branch, to start from a savepoint, or from none: what it has gone on from is not what the cell makes. */
  #makeAnother(branch: Branch, savepoint: SavepointName | undefined): Branch {
    const { branches } = this.#session;
    if (branch.runner === undefined) {
      branches.letWait(branch);
      branch.savepoint = savepoint;
      return branch;
    }
    this.#kept.splice(this.#kept.indexOf(branch), 1);
    this.#before.add(branch);
    const { cell, ordinal, view, fingerprint, variables } = branch;
    const sink = this.sinkOf(branch);
    const another: Branch = { cell, ordinal, sink, view, fingerprint, variables, savepoint };
    branches.all.add(another);
    branches.announce(another);
    return this.#makes(another);
  }

  /** The cell threw: what it made is dropped, what it owned before stays. */
  fail(touched: ReadonlySet<string>): CellOutcome {
    const { branches, host } = this.#session;
    const resumed = this.made.filter((branch) => branch.cut && !this.#early.has(branch));
    for (const branch of this.made) {
      if (branch.runner || this.#early.has(branch)) continue;
      branches.letWait(branch);
      branches.discard(branch);
    }
    // The failed cell may have announced others in the place of these; they go on.
    for (const { view } of this.#before) if (view) host.refreshView(view.id);
    return this.#outcome([
      ...[...this.#before, ...this.#kept].map((branch) => ({ branch, change: 'kept' as const })),
      ...resumed.map((branch) => ({ branch, change: 'resumed' as const })),
      ...this.#early.values(),
      ...this.#editByVariables(touched),
    ]);
  }

  /** Starts what the cell made observable, and takes down what it no longer makes. */
  end(touched: ReadonlySet<string>): CellOutcome {
    const { branches } = this.#session;
    for (const branch of [...this.#kept])
      if (branch.savepoint && !this.#fromSavepoint.has(branch)) this.#makeAnother(branch, undefined);
    const late = this.made.filter((branch) => !this.#early.has(branch));
    const settled = new Map(this.#settle(late).map((change) => [change.branch, change]));
    const changes: Change[] = this.#kept.map((branch) => ({ branch, change: 'kept' }));
    for (const branch of this.made) changes.push(this.#early.get(branch) ?? settled.get(branch)!);
    const retired = [...this.#before, ...branches.takeOldOrphans()];
    for (const branch of retired) {
      branches.retire(branch, this.commits);
      changes.push({ branch, change: 'retired' });
    }
    for (const waiting of branches.waiting) {
      if (waiting.cell !== this.cell) continue;
      branches.waiting.delete(waiting);
      this.#finish(waiting, waiting.cut.load());
    }
    changes.push(...this.#editByVariables(touched));
    for (const branch of this.made) branches.start(branch);
    return this.#outcome(changes);
  }

  /** Says what branches that the cell has made go on from, and takes down what they replace. */
  #settle(made: readonly Branch[]): Change[] {
    const replacements = this.#replacements(made);
    return made.map((branch) => {
      branch.beforeStart = undefined;
      if (branch.savepoint && !branch.origin) this.#makeAnother(branch, undefined);
      const replaced = replacements.get(branch);
      if (!replaced) return { branch, change: branch.cut ? 'resumed' : this.#replaceWaiting(branch) };
      const pairs = pairNodes(branch.sink, replaced.sink);
      const { fingerprints } = this.#session.lanes;
      const edited = pairs && editedNodes(pairs, (node) => fingerprints.own(node), fingerprints);
      return this.#replace(replaced, branch, pairs, edited);
    });
  }

  /** What comes in the place of what: of one that shares a `uid`, or else of that at its place in the cell. */
  #replacements(made: readonly Branch[]): ReadonlyMap<Branch, Branch> {
    const found = new Map<Branch, Branch>();
    const match = (isIt: (fresh: Branch, old: Branch) => boolean): void => {
      for (const fresh of made) {
        if (fresh.cut || found.has(fresh)) continue;
        const old = [...this.#before].find((one) => one.sink.kind === fresh.sink.kind && isIt(fresh, one));
        if (!old) continue;
        this.#before.delete(old);
        found.set(fresh, old);
      }
    };
    match(({ sink }, old) => uidsOf(sink).some((uid) => uidsOf(old.sink).includes(uid)));
    match((fresh, old) => fresh.ordinal === old.ordinal);
    return found;
  }

  /** Branches of other cells whose functions name what the cell has changed: an edit of them as well (law 4). */
  #editByVariables(touched: ReadonlySet<string>): Change[] {
    const { branches, host, lanes } = this.#session;
    if (touched.size === 0) return [];
    const changes: Change[] = [];
    for (const old of [...branches.all]) {
      if (!old.runner || this.#kept.includes(old) || this.made.includes(old)) continue;
      const edited = changedNodes(old.sink, old.variables, touched, host);
      if (edited.size === 0) continue;
      const nodes = nodesBehind(old.sink);
      lanes.fingerprints.forget(
        nodes.filter((node) => nodesBehind(node).some((behind) => edited.has(behind))),
      );
      const { cell, ordinal, sink, view, job, savepoint, origin } = old;
      const fingerprint = lanes.fingerprints.of(sink);
      const fresh: Branch = {
        cell,
        ordinal,
        sink,
        view,
        job,
        fingerprint,
        variables: variablesOf(sink, host),
        savepoint,
        origin,
      };
      branches.all.add(fresh);
      changes.push(this.#replace(old, fresh, new Map(nodes.map((node) => [node, node])), [...edited]));
      branches.announce(fresh);
      branches.start(fresh);
    }
    return changes;
  }

  #replace(
    old: Branch,
    fresh: Branch,
    pairs: NodePairs | undefined,
    edited: readonly StreamNode[] = [],
  ): Change {
    const { branches, lanes } = this.#session;
    const { runner } = old;
    const failed = runner?.status === 'failed';
    const reachesBack = runner === undefined || lanes.reachesBack(runner.sources);
    const sameSavepoint = old.savepoint?.id === fresh.savepoint?.id;
    // Under other uids other state is found in it.
    const sameBeginning =
      sameSavepoint && (!fresh.savepoint || sameUids(uidsOf(old.sink), uidsOf(fresh.sink)));
    const kept: KeptState = sameBeginning
      ? keptState(fresh, old, { pairs, edited, failed, reachesBack }, lanes.fingerprints)
      : { of: 'nothing' };
    if (failed) this.#goOnAfterFailure(old, fresh, kept);
    else {
      fresh.mutedThrough = runner?.writtenThrough;
      if (kept.of === 'operators') fresh.carried = { cut: runner!.cut(), keys: kept.keys };
      // Rows of the view before are of the plan before.
      if (kept.of === 'plan') {
        const { keys, shownAgain } = kept;
        fresh.carried = { cut: { ...runner!.cut(), views: [] }, keys, shownAgain };
      }
    }
    const left = branches.retire(old, this.commits);
    // Law 8: a crash between the edit's cut and this commit loses nothing, if what comes in its place can make it. What one
    // that has failed leaves is in its last good cut.
    const sameSink = lanes.fingerprints.own(old.sink) === lanes.fingerprints.own(fresh.sink);
    if (sameSink && !failed) fresh.left = left;
    if (kept.of !== 'nothing') return { branch: fresh, change: failed ? 'resumed' : 'carried' };
    const { changed = [] } = kept;
    if (!sameSavepoint && fresh.savepoint) return { branch: fresh, change: 'restored' };
    return { branch: fresh, change: 'rebuilt', ...(changed.length === 0 ? {} : { changed }) };
  }

  /** Law 9: from the last good cut, which lies on disk; what that has committed is not written again. */
  #goOnAfterFailure(old: Branch, fresh: Branch, kept: KeptState): void {
    const { branches, cuts, host } = this.#session;
    fresh.held = true;
    const goOn = async (): Promise<void> => {
      try {
        const good = await cuts.lastAt(old);
        const cut = good?.cut.load();
        fresh.mutedThrough = cut ? (cut.mutedThrough ?? cut.cursor) : old.mutedThrough;
        const isIts = good?.fingerprint === old.fingerprint && good.savepoint?.id === old.savepoint?.id;
        if (cut && kept.of === 'operators' && isIts) fresh.carried = { cut, keys: kept.keys };
        if (cut) this.#takeOverSink(fresh, good!, cut);
      } finally {
        fresh.held = false;
        branches.start(fresh);
      }
    };
    branches.waitFor(
      goOn().catch((error: unknown) => host.warn(`${fresh.sink.name} starts anew: ${String(error)}`)),
    );
  }

  /** After a crash the cell makes another branch than the one that waits at its place: that is an edit, too. */
  #replaceWaiting(fresh: Branch): BranchChange['change'] {
    const waiting = this.#session.branches.takeWaitingAt(fresh);
    const { savepoint } = fresh;
    if (waiting === undefined) return savepoint ? 'restored' : 'new';
    const cut = waiting.cut.load();
    fresh.mutedThrough = cut.mutedThrough ?? cut.cursor;
    if (!this.#takeOverSink(fresh, waiting, cut)) this.#finish(waiting, cut);
    return savepoint && savepoint.id !== waiting.savepoint?.id ? 'restored' : 'rebuilt';
  }

  /** Where its sink is the same, it goes on with what that one had written, and commits what it had prepared. */
  #takeOverSink(fresh: Branch, { sink, fingerprint }: CutBranch, { lane }: LaneCut): boolean {
    if (lane === undefined || sink !== this.#session.lanes.fingerprints.own(fresh.sink)) return false;
    const saved = savedSubtasks(lane.nodes, fresh.sink.uid ?? fingerprint);
    fresh.leftInCut = saved.map(({ state }) => state as SinkState | undefined);
    return true;
  }

  /** What waited is made no more: its sink ends what it had written. A crash before finds everything as it was. */
  #finish({ name }: CutBranch, cut: LaneCut): void {
    const { cuts, host } = this.#session;
    const failed = (error: unknown): void => host.warn(`What ${name} has left: ${String(error)}`);
    cuts.holdUntil(finishLeftInCut(cut, failed));
  }

  #outcome(changes: readonly Change[]): CellOutcome {
    const names = (wanted: BranchChange['change']): string[] =>
      changes.filter(({ change }) => change === wanted).map(({ branch }) => branch.sink.name);
    return {
      kept: names('kept'),
      rebuilt: names('rebuilt'),
      carried: names('carried'),
      retired: names('retired'),
      resumed: names('resumed'),
      restored: names('restored'),
      changes: changes.map(({ branch, change, changed }) => {
        const { cell, ordinal, sink, runner, savepoint } = branch;
        const replays = change === 'rebuilt' || change === 'resumed' ? this.#replayed(branch) : undefined;
        const of = cell === this.cell ? {} : { cell };
        return {
          name: sink.name,
          kind: sink.kind,
          ordinal,
          change,
          ...of,
          ...(savepoint && { savepoint: savepoint.path }),
          ...(changed === undefined ? {} : { changed }),
          ...(runner && replays ? { replays } : {}),
        };
      }),
    };
  }

  /** What a branch has to read of the recording before it is live. */
  #replayed({ runner }: Branch): BranchChange['replays'] {
    if (!runner) return undefined;
    const { timeline } = this.#session.engine;
    let records = 0;
    let from: number | undefined;
    let to: number | undefined;
    for (const { kind, count, source, stamp } of timeline.between(runner.cursor)) {
      if (kind !== 'batch' || !runner.sources.has(source)) continue;
      records += count;
      from ??= stamp;
      to = stamp;
    }
    return from === undefined || to === undefined ? undefined : { records, from, to };
  }
}

function uidsOf(sink: StreamNode): string[] {
  return nodesBehind(sink).flatMap(({ uid }) => uid ?? []);
}

function sameUids(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((uid, at) => uid === others[at]);
}
