import type { JobClient } from '../api/job-client.ts';
import { neverRan, noSuchBranch, noSuchParam, nothingToExecute } from './engine-errors.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { CutCommits } from '../operators/sink-transactions.ts';
import { RuntimeClock } from '../time/runtime-clock.ts';
import type { ExecuteRequest, ExecutionBackend } from './backend.ts';
import type { Branch } from './branch.ts';
import { BranchNotices } from './branch-notices.ts';
import { BranchView } from './branch-view.ts';
import { CellEdit } from './cell-edit.ts';
import { collectRecords, readerNode } from './collect.ts';
import { Engine } from './engine.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import { takeBackInterrupted } from './interrupted-lanes.ts';
import { Job } from './job.ts';
import { progressOfJob, type JobProgress } from './job-progress.ts';
import { SessionLabels, type Labels } from './labels.ts';
import { savepointAfterStart } from './checkpoint-errors.ts';
import { sessionCheckpoints } from './session-checkpoints.ts';
import { recordingOf } from './recording-of-cut.ts';
import { originFor } from './savepoint-origin.ts';
import { SessionBranches } from './session-branches.ts';
import { branchesOf, SessionCuts, type CutBegun, type CutBudget, type CutLabel } from './session-cuts.ts';
import type { CellOutcome, SessionHost, SessionPast } from './session-host.ts';
import { SessionInspection } from './session-inspection.ts';
import { SessionLanes } from './session-lanes.ts';
import type { SessionCut, SessionStore } from './session-store.ts';
import { afterRealTime } from './slice-loop.ts';
import { Timeline } from './timeline.ts';
import { Params } from './params.ts';
import type { Stepped } from './stepper.ts';
import { TimeControls } from './time-controls.ts';
import type { View, ViewOptions } from './view.ts';
import { whatIf, type WhatIf } from './what-if.ts';

/** Ms of the clock between two cuts while streams run (law 6), and between two writes of the recording. */
const CUT_EVERY = 10_000;
const FLUSH_EVERY = 500;

/** What keys of notes begin with that are labels. */
export const LABEL_NOTES = 'label ';

/** Said once a session. */
const NO_RESTARTS =
  'setRestartStrategy changes nothing in a notebook: a view or sink whose function fails is held with its state, others go on, and ' +
  'the fixed cell resumes it. The strategy applies where a program of its own runs the same code.';

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
  readonly #lanes: SessionLanes;
  readonly #branches: SessionBranches;
  readonly #cuts: SessionCuts;
  readonly #notices: BranchNotices;
  readonly params: Params;
  readonly labels: SessionLabels;
  /** Looks into it, and changes nothing. */
  readonly inspection: SessionInspection;
  readonly #time: TimeControls;
  /** A stream has ended and its sinks wait for a cut to commit. */
  #cutWanted = false;
  #cutEvery = CUT_EVERY;
  #cutAt: number;
  #flushAt: number;
  /** What the store was told to let go of. */
  #trimmed = { entriesThrough: 0, recordsThrough: 0 };
  #startSeq: number;
  #current: CellEdit | undefined;
  /** What became of a sink's or view's node: a branch of its own, or one that was there. */
  readonly #attached = new WeakMap<StreamNode, Branch>();
  #saidNoRestarts = false;
  #lastCell = '#0';
  /** Places of branches that callbacks of cells make, after these have ended. */
  readonly #ordinals = new Map<string, number>();
  /** What cells are called after their last run, as people see it: `[12]`. */
  readonly #cellTexts = new Map<string, string>();

  /** Use `openSession`, which reads the past from the store. */
  constructor(host: SessionHost, store: SessionStore, past: SessionPast) {
    this.#host = host;
    this.#store = store;
    this.#cuts = new SessionCuts(store, past.cuts, (message) => host.warn(message));
    this.#startSeq = past.startSeq;
    this.clock = new RuntimeClock({ notBefore: past.entries.at(-1)?.stamp ?? past.cuts.at(-1)?.time });
    this.engine = new Engine({
      clock: this.clock,
      timeline: new Timeline(
        past.resume ? past.resume.cut.seq + 1 : this.#startSeq,
        past.entries,
        past.resume?.cut.places,
      ),
      record: true,
      stored: past.stored,
      onTrimmed: () => this.#forgetCuts(),
      onEntry: (entry, rereadable) => store.record(entry, !rereadable),
      onSlice: () => this.#onSlice(),
      background: (expired) => this.#cuts.writer.writeUntil(expired),
    });
    this.params = new Params({
      append: (name, value) => this.engine.appendParam(name, value),
      live: () => this.engine.timeline.params.at(this.engine.timeline.head),
      changed: (states) => host.showParams?.(states),
    });
    this.labels = new SessionLabels({
      save: (id, label) => store.writeNote(LABEL_NOTES + id, label),
      changed: (name) => host.labelsChanged?.(name),
    });
    this.#lanes = new SessionLanes({
      host,
      engine: this.engine,
      clock: this.clock,
      params: this.params,
      startSeq: () => this.#startSeq,
      onFinalCut: () => {
        this.#cutWanted = true;
        this.engine.wake();
      },
    });
    this.#branches = new SessionBranches(host, this.engine, this.#lanes, this.#cuts);
    this.#notices = new BranchNotices(
      (runner) => this.engine.troubleOf(runner),
      ({ cell, ordinal }, notice) => host.notice(cell, `${cell}/${ordinal}`, notice),
    );
    this.inspection = new SessionInspection(this.engine, this.#branches, this.#lanes, this.#cuts);
    if (past.resume) this.#branches.adopt(branchesOf(past.resume));
    this.#cuts.writer.onReady = this.engine.wake;
    this.#cutAt = this.clock.now();
    this.#flushAt = this.#cutAt;
    this.engine.trim();
    const startSeq = (): number => this.#startSeq;
    this.#time = new TimeControls({
      engine: this.engine,
      clock: this.clock,
      cuts: this.#cuts,
      branches: this.#branches.all,
      get startSeq() {
        return startSeq();
      },
      pause: () => this.pause(),
      wentBack: () => this.params.refresh(),
    });
  }

  beginCell(cell: string, deletedCells: readonly string[] = []): void {
    this.#lastCell = cell;
    this.#branches.orphan(deletedCells);
    const { engine } = this;
    this.#current = new CellEdit(
      { host: this.#host, engine, lanes: this.#lanes, branches: this.#branches, cuts: this.#cuts },
      cell,
    );
  }

  /** Which cell makes what is made now, and in which of its runs. */
  get run(): { readonly cell: string; readonly run: object } {
    return { cell: this.#cell(), run: this.#current ?? this };
  }

  /**
   * Starts what the cell made observable, retires what it no longer makes, takes the cut.
   * @param failed the cell threw: what it made is dropped, what it owned before stays
   * @param touched variables of the notebook that the cell has set or may have changed: what names them was edited, too
   */
  endCell(
    cell: string,
    label: { text: string; executionCount?: number },
    failed: boolean,
    touched: ReadonlySet<string> = new Set(),
  ): CellOutcome {
    const current = this.#current;
    this.#current = undefined;
    if (current?.cell !== cell)
      return { kept: [], rebuilt: [], retired: [], resumed: [], restored: [], carried: [], changes: [] };
    this.#ordinals.set(cell, current.ordinal);
    this.#cellTexts.set(cell, label.text);
    this.#notices.repeat(cell);
    this.engine.wake();
    // What was to start from a savepoint is not to start without it.
    const dropped = failed || current.refusal !== undefined;
    const outcome = dropped ? current.fail(touched) : current.end(touched);
    if (dropped && outcome.rebuilt.length + outcome.carried.length === 0) return outcome;
    const cut = this.cut({ label: label.text, cell, executionCount: label.executionCount }, current.commits);
    return { ...outcome, cut };
  }

  /** Resolves when what the last cell made runs, which takes a moment if it goes on from what is on disk. */
  async settled(): Promise<void> {
    await this.#branches.settled;
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
    // Another branch may come to show there.
    const shown = (): Branch[] => [...this.#branches.all].filter((one) => one.view === view);
    const view: BranchView = (branch.view ??= new BranchView(
      viewId,
      () => shown().forEach((one) => this.#branches.start(one)),
      () => shown().forEach((one) => this.#branches.discard(one)),
    ));
    this.#branches.announce(branch, node, options);
    if (branch.runner) this.#host.refreshView(view.id);
    return view;
  }

  execute(request: ExecuteRequest): Promise<JobClient> {
    if (request.sinks !== undefined) return Promise.resolve(this.#jobOf(request.name, request.sinks));
    let named: readonly Branch[];
    try {
      named = this.#named(request);
    } catch (error) {
      if (request.fromSavepoint !== undefined && this.#current) this.#current.refusal = error;
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
    // Whoever has caught a refusal may do without the savepoint.
    if (this.#current) this.#current.refusal = undefined;
    for (const branch of named) {
      branch.job = request.name ?? 'job';
      // What the cell has made the end of the cell starts, in the place of what it replaces (law 4).
      if (!this.#current?.made.includes(branch)) this.#branches.start(branch);
    }
    return Promise.resolve(this.#job(request.name, named));
  }

  /** What a job is to have: all that is in none, or what the running cell has made, to start from a savepoint. */
  #named({ fromSavepoint: path, allowNonRestoredState = false }: ExecuteRequest): readonly Branch[] {
    const current = this.#current;
    const given =
      path === undefined
        ? [...this.#branches.all].filter((branch) => branch.job === undefined)
        : (current?.unnamed ?? []);
    if (given.length === 0) throw nothingToExecute(path !== undefined);
    if (path === undefined || current === undefined) return given;
    const early = given.find((branch) => current.isEarly(branch) && !branch.savepoint);
    if (early) throw savepointAfterStart(early.sink.name);
    const { fingerprints } = this.#lanes;
    const origin = originFor(
      current,
      given,
      path,
      allowNonRestoredState,
      this.#store.savepoints,
      fingerprints,
    );
    return current.startFrom(origin, given);
  }

  /** The job of some sinks of the cell. */
  #jobOf(name: string | undefined, sinks: readonly StreamNode[]): JobClient {
    const branches = sinks.flatMap((sink) => this.#attached.get(sink) ?? []);
    for (const branch of branches) branch.job = name ?? 'job';
    return this.#job(name, branches);
  }

  #job(name: string | undefined, branches: readonly Branch[]): JobClient {
    return new Job(
      name,
      {
        get lanes() {
          return branches.flatMap((branch) => branch.runner ?? []);
        },
        start: () => {
          for (const branch of branches) this.#branches.start(branch);
          return this.#branches.settled;
        },
      },
      this.clock,
      (runner) => this.engine.remove(runner),
      sessionCheckpoints(
        {
          clock: this.clock,
          engine: this.engine,
          branches: this.#branches.all,
          beginCut: (label) => this.beginCut(label),
          sourceFingerprint: (node) => this.#lanes.fingerprints.ofSource(node),
        },
        this.#cuts,
        this.#store,
      ),
    );
  }

  collect(node: StreamNode, options: { limit?: number; timeout?: number }): Promise<unknown[]> {
    const cell = this.#cell();
    return collectRecords(
      node,
      options,
      (sink, observer) => {
        const runner = this.#lanes.make([sink], { cell: () => cell, openView: () => observer });
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
    how: { readonly by?: (value: unknown) => unknown; readonly labels?: Labels } = {},
  ): Promise<WhatIf> {
    for (const name of Object.keys(params))
      if (!this.params.names.includes(name)) return Promise.reject(noSuchParam(name, this.params.names));
    const shown = [...this.#branches.all].find(({ view }) => view === of)?.sink;
    const sink = 'kind' in of ? readerNode(of, `what if ${of.name}`) : shown;
    if (!sink) return Promise.reject(noSuchBranch('This view'));
    const cell = this.#cell();
    return whatIf(
      this.#lanes.options([sink], () => cell),
      params,
      how,
    );
  }

  configure({ checkpointing, restart }: ExecutionSettings): void {
    // Law 9: a function that fails fails its branch, and whoever can fix it is there.
    if (restart !== undefined && !this.#saidNoRestarts) {
      this.#saidNoRestarts = true;
      this.#host.warn(NO_RESTARTS);
    }
    this.#cutEvery = checkpointing?.interval ?? this.#cutEvery;
  }

  /** Cuts that can be restored, oldest first (law 6). */
  snapshots(): readonly SessionCut[] {
    return this.#cuts.list();
  }

  /** How many cuts are kept (law 12). */
  get cutBudget(): CutBudget {
    return this.#cuts.budget;
  }

  /** Sets how many are kept. Resolves when what is over it is gone. */
  limitCuts(budget: CutBudget): Promise<void> {
    return this.#cuts.limit(budget);
  }

  /** The last cut of before the user restarted the kernel, to be restored on request (law 8). */
  offered(): SessionCut | undefined {
    return this.#cuts.list().findLast(({ startSeq }) => startSeq !== this.#startSeq);
  }

  /** Cuts of the recording that goes on. */
  snapshotsOfNow(): SessionCut[] {
    return this.#cuts.list().filter(({ startSeq }) => startSeq === this.#startSeq);
  }

  /** Branches that wait in a cut for their cells, by cell (law 8). */
  waiting(): readonly { cell: string; name: string }[] {
    return [...this.#branches.waiting].map(({ cell, name }) => ({ cell, name }));
  }

  /** How the sinks of a cell's job stand. */
  jobStatus(cell: string, job: string): JobProgress | undefined {
    return progressOfJob([...this.#branches.all].filter((one) => one.cell === cell && one.job === job));
  }

  /** Every branch with its state, for `%jobs`. */
  jobs(): readonly { job: string; cell: string; name: string; status: string; records: number }[] {
    return [...this.#branches.all].map((branch) => ({
      job: branch.job ?? '',
      cell: this.#cellTexts.get(branch.cell) ?? branch.cell,
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
    if ([...this.#branches.all].some(({ runner }) => runner?.cutShort)) return undefined;
    this.#cutAt = this.clock.now();
    this.#cutWanted = false;
    const { head, places } = this.engine.timeline;
    const place = { seq: head, startSeq: this.#startSeq, time: this.#cutAt, places };
    const begun = this.#cuts.begin(label, place, this.#branches.forCut(), retired);
    const onDurable = (): void => {
      this.engine.onDurable(place.seq);
      this.#forgetCuts();
    };
    begun?.durable.then(onDurable).catch(() => undefined);
    this.engine.wake();
    return begun;
  }

  /**
   * Goes back to a cut (law 7): running branches take the state they had, what the cut holds beside waits for its cell, and
   * the history after it is forgotten.
   * @param id a cut of `snapshots()`; the last one by default
   * @throws {TidemarkError} `no-such-cut`
   */
  async restore(id?: number): Promise<SessionCut> {
    // Nothing is appended to a timeline that is being cut off.
    const goOn = this.engine.hold();
    // A cut on its way to the disk may put it over the budget meanwhile.
    const letGo = this.#cuts.hold(id);
    try {
      const { cut, branches } = await this.#cuts.read(id);
      const sameRecording = cut.startSeq === this.#startSeq;
      // What its lanes have still to read may be gone from memory, but not from the disk.
      const atHand = sameRecording && cut.neededAfter >= Math.min(this.#goneThrough, cut.seq);
      this.#store.flush();
      const entries = atHand ? [] : await recordingOf(this.#store, cut, cut.seq);
      await this.#cuts.endWith({ cut });
      this.#startSeq = cut.startSeq;
      if (atHand) this.engine.rewindTo(cut.seq, cut.places);
      else this.engine.takeUp(entries, cut.seq + 1, cut.places);
      this.params.refresh();
      this.#branches.adopt(branches);
      this.#branches.revive();
      for (const branch of this.#branches.all) this.#branches.holdIfPaused(branch);
      return cut;
    } finally {
      letGo();
      goOn();
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
    for (const branch of this.#current?.made ?? []) this.#branches.start(branch);
    const stepped =
      this.#branches.settled?.then(() => this.#time.step(n, patience)) ?? this.#time.step(n, patience);
    return stepped.finally(() => this.#store.flush());
  }

  /** Holds every stream at its next slice; time stands still (law 10). */
  pause(): void {
    this.engine.pause();
    for (const { runner } of this.#branches.all) runner?.pause();
    // Nothing looks whether it is time for that until they go on.
    this.#store.flush();
  }

  resume(): void {
    for (const { runner } of this.#branches.all) runner?.resume();
    this.engine.resume();
  }

  /**
   * After the thread was terminated (law 10): a lane whose slice was cut short is taken back and held.
   * @returns the name of that branch
   */
  afterTermination(): string | undefined {
    return takeBackInterrupted(this.engine, this.#branches.all, this.#cuts, (message) =>
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

  #attach(node: StreamNode, cell: string): Branch {
    const branch = this.#branchFor(node, cell);
    this.#attached.set(node, branch);
    return branch;
  }

  #branchFor(node: StreamNode, cell: string): Branch {
    if (this.#current?.cell === cell) return this.#current.attach(node);
    const ordinal = this.#ordinals.get(cell) ?? 0;
    this.#ordinals.set(cell, ordinal + 1);
    const fingerprint = this.#lanes.fingerprints.of(node);
    const branch = this.#branches.add(node, { cell, ordinal, fingerprint });
    queueMicrotask(() => this.#branches.start(branch));
    return branch;
  }

  #cell(): string {
    return this.#host.currentCell?.() ?? this.#current?.cell ?? this.#lastCell;
  }

  /** The last entry that is gone from memory, or its records. */
  get #goneThrough(): number {
    return Math.max(this.engine.trimmed.entriesThrough, this.engine.trimmed.recordsThrough);
  }

  /** Cuts whose lanes have still to read what is gone are listed no more. */
  #forgetCuts(): void {
    this.#cuts.forgetNeeding(this.#goneThrough);
  }

  /** What is gone from memory, and what no cut can go back to any more, goes from the disk (law 12); not what a crash needs. */
  #trimStore(): void {
    const { entriesThrough } = this.engine.trimmed;
    const needed = this.#cuts.neededAfter;
    const reachable = Math.min(this.#startSeq, ...this.#cuts.list().map(({ startSeq }) => startSeq));
    const trim = {
      entriesThrough: Math.max(Math.min(entriesThrough, needed), reachable - 1),
      recordsThrough: Math.min(this.engine.noRecordsThrough, needed),
    };
    const before = this.#trimmed;
    if (trim.entriesThrough === before.entriesThrough && trim.recordsThrough === before.recordsThrough)
      return;
    this.#trimmed = trim;
    this.#store.trim(trim);
  }

  #onSlice(): void {
    this.#notices.look(this.#branches.all);
    // A lane that has caught up needs no more what only it still had to read.
    this.engine.trim();
    for (const { runner } of this.#branches.all) runner?.reportProgress();
    const now = this.clock.now();
    if (now - this.#flushAt >= FLUSH_EVERY) {
      this.#flushAt = now;
      this.#store.flush();
      this.#trimStore();
    }
    if (this.#cutWanted) this.cut({ label: 'at the end of input' });
    else if (now - this.#cutAt >= this.#cutEvery)
      this.cut({ label: this.#current ? CUT_IN_CELL : 'while running' });
  }
}
