import type { JobClient } from '../api/job-client.ts';
import { neverRan, noSuchBranch, noSuchParam, nothingToExecute } from './engine-errors.ts';
import { Fingerprints, laneKeys } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { CutCommits } from '../operators/sink-transactions.ts';
import { RuntimeClock } from '../time/runtime-clock.ts';
import type { ExecuteRequest, ExecutionBackend } from './backend.ts';
import { type Branch, takeMatch } from './branch.ts';
import { BranchView } from './branch-view.ts';
import { collectRecords, readerNode } from './collect.ts';
import { prepareForCut } from './cut-commits.ts';
import { Engine } from './engine.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import { takeBackInterrupted } from './interrupted-lanes.ts';
import { Job } from './job.ts';
import { type LaneCut, LaneRunner } from './lane-runner.ts';
import { sessionCheckpoints } from './session-checkpoints.ts';
import {
  branchesOf,
  SessionCuts,
  type CutBegun,
  type CutBranch,
  type CutLabel,
  type RunningBranch,
} from './session-cuts.ts';
import type { CellOutcome, SessionHost, SessionPast } from './session-host.ts';
import type { SessionCut, SessionStore } from './session-store.ts';
import { sayTrouble } from './source-trouble.ts';
import { afterRealTime } from './slice-loop.ts';
import { Timeline } from './timeline.ts';
import { Params } from './params.ts';
import { RetiredBranches } from './retired-branches.ts';
import type { Stepped } from './stepper.ts';
import { TimeControls } from './time-controls.ts';
import type { View, ViewObserver, ViewOptions } from './view.ts';
import { whatIf, type WhatIf } from './what-if.ts';

interface CellInProgress {
  readonly cell: string;
  /** What the cell owned before and has not made again yet. */
  readonly before: Set<Branch>;
  readonly made: Branch[];
  readonly kept: Branch[];
  readonly resumed: Branch[];
}

/** Ms of the clock between two cuts while streams run (law 6), and between two writes of the recording. */
const CUT_EVERY = 10_000;
const FLUSH_EVERY = 500;

/** Label of a cut that was taken before its cell had ended. */
const CUT_IN_CELL = 'while a cell runs';

/**
 * The dataflow of a notebook (law 1): branches owned by cells, one timeline under all of them, cuts after every cell.
 */
export class Session implements ExecutionBackend {
  readonly clock: RuntimeClock;
  readonly engine: Engine;
  readonly #host: SessionHost;
  readonly #store: SessionStore;
  readonly #fingerprints: Fingerprints;
  readonly #branches = new Set<Branch>();
  readonly #waiting = new Set<CutBranch>();
  /** Branches of deleted cells, which this execution or the next may still make again (law 3). */
  #orphans = new Map<Branch, 'new' | 'old'>();
  readonly #cuts: SessionCuts;
  readonly #retired = new RetiredBranches();
  readonly params: Params;
  readonly #time: TimeControls;
  /** A stream has ended and its sinks wait for a cut to commit. */
  #cutWanted = false;
  #cutEvery = CUT_EVERY;
  #cutAt: number;
  #flushAt: number;
  #startSeq: number;
  #current: CellInProgress | undefined;
  #lastCell = '#0';
  #ordinals = new Map<string, number>();

  /** Use `openSession`, which reads the past from the store. */
  constructor(host: SessionHost, store: SessionStore, past: SessionPast) {
    this.#host = host;
    this.#store = store;
    this.#cuts = new SessionCuts(store, past.cuts, (message) => host.warn(message));
    this.#startSeq = past.startSeq;
    this.clock = new RuntimeClock({ notBefore: past.entries.at(-1)?.stamp ?? past.cuts.at(-1)?.time });
    this.#fingerprints = new Fingerprints(host.describe);
    this.engine = new Engine({
      clock: this.clock,
      timeline: new Timeline(this.#startSeq, past.entries),
      record: true,
      onEntry: (entry, rereadable) => store.record(entry, !rereadable),
      onSlice: () => this.#onSlice(),
      background: (expired) => this.#cuts.writer.writeUntil(expired),
      onTrouble: (runners, trouble) => sayTrouble(host, this.#branches, runners, trouble),
    });
    this.params = new Params({
      append: (name, value) => this.engine.appendParam(name, value),
      live: () => this.engine.timeline.params.at(this.engine.timeline.head),
      changed: (states) => host.showParams?.(states),
    });
    if (past.resume) this.#adopt(branchesOf(past.resume));
    this.#cuts.writer.onReady = this.engine.wake;
    this.#cutAt = this.clock.now();
    this.#flushAt = this.#cutAt;
    const startSeq = (): number => this.#startSeq;
    this.#time = new TimeControls({
      engine: this.engine,
      clock: this.clock,
      cuts: this.#cuts,
      branches: this.#branches,
      get startSeq() {
        return startSeq();
      },
      pause: () => this.pause(),
      wentBack: () => this.params.refresh(),
    });
  }

  beginCell(cell: string, deletedCells: readonly string[] = []): void {
    this.#lastCell = cell;
    this.#ordinals.set(cell, 0);
    for (const branch of this.#branches)
      if (deletedCells.includes(branch.cell)) this.#orphans.set(branch, 'new');
    const before = new Set([...this.#branches].filter((branch) => branch.cell === cell));
    this.#current = { cell, before, made: [], kept: [], resumed: [] };
  }

  /**
   * Starts what the cell made observable, retires what it no longer makes, takes the cut.
   * @param failed the cell threw: what it made is dropped, what it owned before stays
   */
  endCell(cell: string, label: { text: string; executionCount?: number }, failed: boolean): CellOutcome {
    const current = this.#current;
    this.#current = undefined;
    if (current?.cell !== cell) return { kept: [], rebuilt: [], retired: [], resumed: [] };
    const name = (branch: { sink: StreamNode }): string => branch.sink.name;
    if (failed) {
      for (const branch of current.made) {
        if (branch.runner) continue;
        const { ordinal, fingerprint, sink, cut } = branch;
        if (cut) this.#waiting.add({ cell: branch.cell, ordinal, fingerprint, name: sink.name, cut });
        this.#discard(branch);
      }
      // The failed cell may have announced others in the place of these; they go on.
      for (const { view } of current.before) if (view) this.#host.refreshView(view.id);
      return {
        kept: [...current.before, ...current.kept].map(name),
        rebuilt: [],
        retired: [],
        resumed: current.resumed.map(name),
      };
    }
    const rebuilt: string[] = [];
    const fresh = current.made.filter((branch) => !branch.cut);
    const commits: CutCommits[] = [];
    for (const branch of fresh) {
      const replaced = [...current.before].find(
        (old) => old.ordinal === branch.ordinal && old.sink.kind === branch.sink.kind,
      );
      if (!replaced) continue;
      current.before.delete(replaced);
      rebuilt.push(name(branch));
      branch.mutedThrough = this.#writtenThrough(replaced);
      this.#retire(replaced, commits);
    }
    const retired = [...current.before, ...this.#retiredOrphans()];
    for (const branch of retired) this.#retire(branch, commits);
    for (const waiting of this.#waiting) if (waiting.cell === cell) this.#waiting.delete(waiting);
    for (const branch of current.made) this.#start(branch);
    const cut = this.cut({ label: label.text, cell, executionCount: label.executionCount }, commits);
    return {
      kept: current.kept.map(name),
      rebuilt,
      retired: retired.map(name),
      resumed: current.resumed.map(name),
      cut,
    };
  }

  onNode(node: StreamNode): void {
    const cell = this.#cell();
    node.cell = cell;
    if (node.isSink && !node.view) this.#attach(node, cell);
  }

  /** @param node the view's own node, whose input is what is shown */
  show(node: StreamNode, options: ViewOptions): View {
    const cell = this.#cell();
    node.cell = cell;
    const branch = this.#attach(node, cell);
    const viewId = `${cell}/${branch.ordinal}`;
    const moved = branch.view !== undefined && branch.view.id !== viewId;
    if (moved && branch.view) this.#host.closeView(branch.view.id);
    const view = (branch.view ??= new BranchView(
      viewId,
      () => this.#start(branch),
      () => this.#discard(branch),
    ));
    this.#host.announceView({
      viewId: view.id,
      cell,
      ordinal: branch.ordinal,
      title: node.name,
      node,
      options,
      kept: branch.runner !== undefined,
    });
    if (branch.runner) this.#host.refreshView(view.id);
    return view;
  }

  execute(request: ExecuteRequest): Promise<JobClient> {
    const named = [...this.#branches].filter((branch) => branch.job === undefined);
    if (named.length === 0) return Promise.reject(nothingToExecute());
    for (const branch of named) {
      this.#start(branch);
      branch.job = request.name ?? 'job';
    }
    const runners = named.flatMap((branch) => branch.runner ?? []);
    const remove = (runner: LaneRunner): void => this.#removeRunner(runner);
    const job = new Job(request.name, runners, this.clock, remove, sessionCheckpoints(this, this.#cuts));
    return Promise.resolve(job);
  }

  collect(node: StreamNode, options: { limit?: number; timeout?: number }): Promise<unknown[]> {
    const cell = this.#cell();
    return collectRecords(
      node,
      options,
      (sink, observer) => {
        const runner = this.#makeRunner([sink], { cell: () => cell, openView: () => observer });
        this.engine.add(runner);
        return () => this.engine.remove(runner);
      },
      afterRealTime,
    );
  }

  /**
   * Replays the recording of a stream or view with other values of params beside what was.
   * @throws {TidemarkError} `no-such-param`, `no-such-branch`
   */
  whatIf(
    params: Readonly<Record<string, number>>,
    of: StreamNode | View,
    by?: (value: unknown) => unknown,
  ): Promise<WhatIf> {
    for (const name of Object.keys(params))
      if (!this.params.names.includes(name)) return Promise.reject(noSuchParam(name, this.params.names));
    const shown = [...this.#branches].find(({ view }) => view === of)?.sink;
    const sink = 'kind' in of ? readerNode(of, `what if ${of.name}`) : shown;
    if (!sink) return Promise.reject(noSuchBranch('This view'));
    const cell = this.#cell();
    return whatIf(
      this.#laneOptions([sink], () => cell),
      params,
      by,
    );
  }

  configure({ checkpointing }: ExecutionSettings): void {
    this.#cutEvery = checkpointing?.interval ?? this.#cutEvery;
  }

  /** Cuts that can be restored, oldest first (law 6). */
  snapshots(): readonly SessionCut[] {
    return this.#cuts.list();
  }

  /** Branches that wait in a cut for their cells, by cell (law 8). */
  waiting(): readonly { cell: string; name: string }[] {
    return [...this.#waiting].map(({ cell, name }) => ({ cell, name }));
  }

  /** Every branch with its state, for `%jobs`. */
  jobs(): readonly { job: string; cell: string; name: string; status: string; records: number }[] {
    return [...this.#branches].map((branch) => ({
      job: branch.job ?? '',
      cell: branch.cell,
      name: branch.sink.name,
      status: branch.runner?.status ?? 'created',
      records:
        branch.runner?.lane.metrics().reduce((most, metrics) => Math.max(most, metrics.recordsIn), 0) ?? 0,
    }));
  }

  /**
   * Takes a cut of everything, between two slices (law 6). Writing it goes on in the background.
   * @param retired what sinks that are gone have left to commit with it
   * @returns its id; `undefined` if some state could not be stored, which the host has been told
   */
  cut(label: CutLabel, retired: readonly CutCommits[] = []): number | undefined {
    return this.beginCut(label, retired)?.id;
  }

  /** As `cut`, for who wants to know when it is on disk. */
  beginCut(label: CutLabel, retired: readonly CutCommits[] = []): CutBegun | undefined {
    // A lane that is on its way back is as it was in the last one.
    if ([...this.#branches].some(({ runner }) => runner?.cutShort)) return undefined;
    this.#cutAt = this.clock.now();
    this.#cutWanted = false;
    const place = { seq: this.engine.timeline.head, startSeq: this.#startSeq, time: this.#cutAt };
    const begun = this.#cuts.begin(label, place, this.#cutBranches(), retired);
    begun?.durable.then(() => this.engine.onDurable(place.seq)).catch(() => undefined);
    this.engine.wake();
    return begun;
  }

  *#cutBranches(): Generator<RunningBranch | CutBranch> {
    for (const { cell, ordinal, fingerprint, sink, runner } of this.#branches) {
      const prepared = runner && prepareForCut(runner);
      if (prepared) yield { cell, ordinal, fingerprint, name: sink.name, ...prepared };
    }
    // What still waits for its cell is part of the session's state all the same.
    yield* this.#waiting;
  }

  /**
   * Goes back to a cut (law 7): running branches take the state they had, what the cut holds beside waits for its cell, and
   * the history after it is forgotten.
   * @param id a cut of `snapshots()`; the last one by default
   * @throws {TidemarkError} `no-such-cut`
   */
  async restore(id?: number): Promise<SessionCut> {
    const wasPaused = this.engine.paused;
    this.engine.endErrand();
    // Nothing is appended to a timeline that is being cut off.
    this.engine.pause();
    try {
      const { cut, branches } = await this.#cuts.read(id);
      const sameRecording = cut.startSeq === this.#startSeq;
      const entries = sameRecording ? [] : await this.#store.timeline(cut.startSeq, cut.seq);
      await this.#cuts.endWith({ cut });
      this.#startSeq = cut.startSeq;
      if (sameRecording) this.engine.rewindTo(cut.seq);
      else this.engine.takeUp(entries, cut.startSeq);
      this.params.refresh();
      this.#adopt(branches);
      this.#revive();
      if (wasPaused) for (const { runner } of this.#branches) this.#hold(runner);
      return cut;
    } finally {
      if (!wasPaused) this.engine.resume();
    }
  }

  /**
   * Restores the last cut from before a cell ran (law 7).
   * @param cell its execution count, or its id
   * @throws {TidemarkError} `no-such-cell-run`
   */
  rewind(cell: number | string): Promise<SessionCut> {
    const cuts = this.#cuts.list();
    const ran = cuts.findLastIndex(
      (cut) => (typeof cell === 'number' ? cut.executionCount : cut.cell) === cell,
    );
    // What was cut while the cell ran is not from before.
    const before = cuts.slice(0, Math.max(0, ran)).findLast(({ label }) => label !== CUT_IN_CELL);
    if (!before) {
      return Promise.reject(
        neverRan(
          cell,
          cuts.map(({ label }) => label),
        ),
      );
    }
    return this.restore(before.id);
  }

  /** Pauses, and goes on by `n` records, or until event time moves; back by `-n` (law 7). */
  step(n: number | 'watermark', patience?: number): Promise<Stepped> {
    if (!this.engine.paused) this.pause();
    // What the running cell has made so far is to be seen, too.
    for (const branch of this.#current?.made ?? []) this.#start(branch);
    return this.#time.step(n, patience);
  }

  /** Holds every stream at its next slice; time stands still (law 10). */
  pause(): void {
    this.engine.pause();
    for (const { runner } of this.#branches) runner?.pause();
  }

  resume(): void {
    for (const { runner } of this.#branches) runner?.resume();
    this.engine.resume();
  }

  /**
   * After the thread was terminated (law 10): a lane whose slice was cut short is taken back and held.
   * @returns the name of that branch
   */
  afterTermination(): string | undefined {
    return takeBackInterrupted(this.engine, this.#branches, this.#cuts, (message) =>
      this.#host.warn(message),
    );
  }

  /** Ends the running slice at the next batch. */
  requestStop(): void {
    this.engine.requestStop();
  }

  /** True for what `show()` of this session returned. */
  isView(value: unknown): boolean {
    return value instanceof BranchView;
  }

  /** Ends all streams; cuts that have begun are handed to the store. */
  close(): void {
    this.#cuts.finishWriting();
    this.engine.close();
  }

  /** Makes the branches of a cut wait for their cells, or takes them over where they run already. */
  #adopt(branches: readonly CutBranch[]): void {
    this.#waiting.clear();
    for (const branch of branches) this.#waiting.add(branch);
    for (const branch of this.#branches) {
      const found = takeMatch(branch, this.#waiting);
      // A branch that the cut does not know is what it would have been then: rebuilt up to the cut.
      branch.runner?.rollBack(found?.cut.load());
    }
  }

  /** Branches of the cut whose cells have been edited since run again, in the place of what came after them (law 7). */
  #revive(): void {
    for (const waiting of this.#waiting) {
      const retired = this.#retired.take(waiting);
      if (!retired) continue;
      this.#waiting.delete(waiting);
      const { cell, ordinal, fingerprint, cut } = waiting;
      for (const other of this.#branches)
        if (other.cell === cell && other.ordinal === ordinal) this.#discard(other);
      const branch: Branch = { sink: retired.sink, cell, ordinal, fingerprint, view: retired.view, cut };
      this.#branches.add(branch);
      if (branch.view) this.#announce(branch, false);
      this.#start(branch);
    }
  }

  #announce({ view, cell, ordinal, sink }: Branch, kept: boolean): void {
    if (!view) return;
    const { name: title, view: options = {} } = sink;
    this.#host.announceView({ viewId: view.id, cell, ordinal, title, node: sink, options, kept });
  }

  #attach(node: StreamNode, cell: string): Branch {
    const ordinal = this.#ordinals.get(cell) ?? 0;
    this.#ordinals.set(cell, ordinal + 1);
    const made = { cell, ordinal, fingerprint: this.#fingerprints.of(node) };
    const current = this.#current?.cell === cell ? this.#current : undefined;
    const kept = current && (takeMatch(made, current.before) ?? this.#takeOrphan(made));
    if (kept?.runner && kept.runner.status !== 'failed' && kept.runner.status !== 'canceled') {
      kept.cell = cell;
      kept.ordinal = ordinal;
      current?.kept.push(kept);
      return kept;
    }
    if (kept) current?.before.add(kept);
    const branch: Branch = { sink: node, ...made, cut: takeMatch(made, this.#waiting)?.cut };
    this.#branches.add(branch);
    if (branch.cut) current?.resumed.push(branch);
    if (current) current.made.push(branch);
    else queueMicrotask(() => this.#start(branch));
    return branch;
  }

  #start(branch: Branch): void {
    if (branch.runner || !this.#branches.has(branch)) return;
    const openView = (): ViewObserver => {
      if (!branch.view) throw new TypeError(`nobody looks at ${branch.sink.name}`);
      return branch.view.tap(this.#host.openView(branch.view.id));
    };
    const { mutedThrough } = branch;
    const owner = { cell: () => branch.cell, openView, mutedThrough };
    branch.runner = this.#makeRunner([branch.sink], owner, branch.cut?.load());
    this.engine.add(branch.runner);
    this.#hold(branch.runner);
  }

  /** What starts while the streams are paused says so, and waits with them. */
  #hold(runner: LaneRunner | undefined): void {
    if (this.engine.paused) runner?.pause();
  }

  #makeRunner(
    sinks: readonly StreamNode[],
    owner: { cell: () => string; openView: () => ViewObserver; mutedThrough?: number },
    cut?: LaneCut,
  ): LaneRunner {
    return new LaneRunner(
      {
        ...this.#laneOptions(sinks, owner.cell),
        openView: owner.openView,
        onReady: this.engine.wake,
        mutedThrough: owner.mutedThrough,
        onFinalCut: () => {
          this.#cutWanted = true;
          this.engine.wake();
        },
        readsAlone: this.engine.readsAlone,
      },
      cut,
    );
  }

  #laneOptions(sinks: readonly StreamNode[], cell: () => string) {
    return {
      sinks,
      sourceKey: (node: StreamNode): string => this.#fingerprints.ofSource(node),
      timeline: this.engine.timeline,
      clock: this.clock,
      startAfter: (sources: ReadonlyMap<string, readonly StreamNode[]>) => this.#startAfter(sources, sinks),
      lane: {
        keyOf: laneKeys(this.#fingerprints),
        print: (_node: StreamNode, text: string) => this.#host.print(cell(), text),
      },
      inContext: (work: () => void) => this.#host.inCell(cell(), work),
      params: this.params,
    };
  }

  /** Where a lane that starts from nothing begins: at the start of the recording, or from when that reaches back (law 5). */
  #startAfter(sources: ReadonlyMap<string, readonly StreamNode[]>, sinks: readonly StreamNode[]): number {
    const start = this.#startSeq - 1;
    const since = this.engine.recordedSince(sources, start);
    const first = this.engine.timeline.at(since + 1);
    if (since > start && first) {
      const name = sinks.map((sink) => sink.name).join(', ');
      const from = new Date(first.stamp).toISOString();
      this.#host.warn(`${name} starts with what came since ${from}: the recording reaches no further back.`);
    }
    return since;
  }

  /** Takes a branch down as part of an edit: its sink commits with the edit's cut what it was given before (law 5). */
  #retire(branch: Branch, commits: CutCommits[]): void {
    const left = branch.runner?.prepareCommit(true);
    if (left) commits.push(left);
    this.#discard(branch);
  }

  /** Up to where the sink of a branch has written, or will have with the cut that is about to be taken. */
  #writtenThrough(branch: Branch): number | undefined {
    if (branch.runner?.status === 'failed') return this.#cuts.lastCursorOf(branch);
    return branch.runner?.writtenThrough;
  }

  #discard(branch: Branch): void {
    this.#branches.delete(branch);
    if (branch.runner) this.#retired.add(branch, this.#cuts.list());
    this.#orphans.delete(branch);
    if (branch.runner) this.engine.remove(branch.runner);
    // The same place of a cell has the same view: another branch may show there already.
    const shared = [...this.#branches].some((other) => other.view?.id === branch.view?.id);
    if (branch.view && !shared) this.#host.closeView(branch.view.id);
  }

  #removeRunner(runner: LaneRunner): void {
    this.engine.remove(runner);
  }

  #takeOrphan(made: { cell: string; ordinal: number; fingerprint: string }): Branch | undefined {
    const orphans = new Set(this.#orphans.keys());
    const found = takeMatch(made, orphans);
    if (found) this.#orphans.delete(found);
    return found;
  }

  /** Orphans that had their second chance; the others get it with the next execution (law 3). */
  #retiredOrphans(): Branch[] {
    const retired = [...this.#orphans].filter(([, age]) => age === 'old').map(([branch]) => branch);
    for (const branch of retired) this.#orphans.delete(branch);
    for (const branch of this.#orphans.keys()) this.#orphans.set(branch, 'old');
    return retired;
  }

  #cell(): string {
    return this.#host.currentCell?.() ?? this.#current?.cell ?? this.#lastCell;
  }

  #onSlice(): void {
    for (const { runner } of this.#branches) runner?.reportProgress();
    const now = this.clock.now();
    if (now - this.#flushAt >= FLUSH_EVERY) {
      this.#flushAt = now;
      this.#store.flush();
    }
    if (this.#cutWanted) this.cut({ label: 'at the end of input' });
    else if (now - this.#cutAt >= this.#cutEvery)
      this.cut({ label: this.#current ? CUT_IN_CELL : 'while running' });
  }
}
