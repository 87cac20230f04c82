import type { StreamNode } from '../graph/stream-node.ts';
import { NOTHING_TO_COMMIT, type CutCommits } from '../operators/sink-transactions.ts';
import type { Clock } from '../time/runtime-clock.ts';
import { Lane, type LaneOptions, type LaneSnapshot } from './lane.ts';
import type { LaneCut, LaneRunnerCutBegun } from './lane-cut.ts';
import { LaneFeed, type LaneFeedOptions } from './lane-feed.ts';
import { renamed, type CarriedState } from './carried-state.ts';
import type { ParamValues } from './param-log.ts';
import type { Params } from './params.ts';
import { afterRealTime } from './slice-loop.ts';
import type { Timeline, TimelineEntry } from './timeline.ts';
import type { ViewObserver, ViewStatus } from './view.ts';

export type LaneStatus =
  'created' | 'catching-up' | 'running' | 'paused' | 'finished' | 'failed' | 'canceled';

export type { LaneCut, LaneRunnerCutBegun } from './lane-cut.ts';

/** What a lane that starts from nothing else starts from: a savepoint. */
export interface LaneOrigin {
  /** Of the savepoint, for people. */
  readonly name: string;
  /**
   * Has the recordings of its sources begin at their places, unless they have.
   * @returns its state, made anew with each call, and where that of each node lies in it
   * @throws {TidemarkError} `no-savepoint`, `savepoint-changed`, `savepoint-damaged`
   */
  load(): { readonly lane: LaneSnapshot; readonly keys: ReadonlyMap<StreamNode, string> };
}

export interface LaneRunnerOptions extends LaneFeedOptions {
  readonly timeline: Timeline;
  readonly clock: Clock;
  /** Seq after which a rebuilt lane reads these sources: where the recording of them begins. */
  readonly startAfter: (sources: ReadonlyMap<string, readonly StreamNode[]>) => number;
  readonly lane: Omit<LaneOptions, 'startTime' | 'views'>;
  readonly openView?: (node: StreamNode) => ViewObserver;
  /** Runs its slices in the context of the cell that owns it, so that output finds its cell. */
  readonly inContext?: (work: () => void) => void;
  /** Seq of the last entry whose results another lane has written to its sinks: they are muted up to there (law 5). */
  readonly mutedThrough?: number;
  /** Called when its input has ended and its sinks wait for a cut to commit; without it they commit by themselves. */
  readonly onFinalCut?: () => void;
  readonly params?: Params;
  /** The last entry it is to read; the head of the timeline, wherever that is, when left out. */
  readonly until?: number;
  /** Values of params in the place of those recorded: what would have been (`env.whatIf`). */
  readonly paramsInstead?: ParamValues;
  readonly origin?: LaneOrigin | undefined;
}

/** Drives one lane along the timeline: its cursor, its catch-up, its end. */
export class LaneRunner {
  readonly sinks: readonly StreamNode[];
  readonly #options: LaneRunnerOptions;
  readonly #feed: LaneFeed;
  readonly #observers: ViewObserver[] = [];
  #lane: Lane;
  #cursor: number;
  #status: LaneStatus = 'created';
  #error: Error | undefined;
  #params: ParamValues;
  /** Seq of the entry whose last watermark has left something to be done: it is not passed before. */
  #halfway: number | undefined;
  #timeUp: (() => boolean) | undefined;
  #mail = false;
  /** While the lane waits for the world outside: when that began, and what its clock showed then. */
  #blockedSince: { readonly real: number; readonly lane: number } | undefined;
  /** Made from a cut that was taken after it had finished. */
  #finishedBefore = false;
  readonly #settled = new Set<() => void>();
  #mutedThrough: number | undefined;
  #shownAgain: readonly StreamNode[];
  /** While it replays what it had processed before it was cut short: where to, and why it is held there. */
  #replay: { readonly through: number; readonly reason: Error } | undefined;
  /** True from when it was cut short until what is to be replayed is at hand. */
  #cutShort = false;
  #resumed = false;
  /** Why what it starts from could not be read. */
  #unloaded: Error | undefined;
  /** True once its input has ended and its sinks have still to commit. */
  #ending = false;
  /** Resolves when sinks that take their time have closed. */
  closing: Promise<void> | undefined;

  /** @param cut where to go on from; without one it starts after `startAfter` with nothing in hand */
  constructor(options: LaneRunnerOptions, cut?: LaneCut, carried?: CarriedState) {
    this.#options = options;
    this.sinks = options.sinks;
    this.#feed = new LaneFeed(options);
    const from = cut === undefined ? this.#beginning(options.mutedThrough) : { cut, carried };
    this.#cursor = from.cut?.cursor ?? options.startAfter(this.sources);
    this.#params = this.#paramsAt(this.#cursor, cut);
    this.#shownAgain = carried?.shownAgain ?? [];
    this.#lane = this.#makeLane(from.cut, options.mutedThrough, from.carried);
  }

  /** The savepoint that it has started from, for people. */
  get origin(): string | undefined {
    return this.#options.origin?.name;
  }

  get status(): LaneStatus {
    return this.#status;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** Seq of the last entry whose results are written out, or will be with the next cut. */
  get writtenThrough(): number {
    this.#settle();
    return this.#mutedThrough ?? this.#cursor;
  }

  get lane(): Lane {
    return this.#lane;
  }

  /** Source nodes by the fingerprint of what they read. */
  get sources(): ReadonlyMap<string, readonly StreamNode[]> {
    return this.#feed.sources;
  }

  /** True while it takes part: neither ended nor failed nor held. */
  get active(): boolean {
    return this.#status === 'created' || this.#status === 'catching-up' || this.#status === 'running';
  }

  /** True unless it is over. */
  get goesOn(): boolean {
    return this.active || this.#status === 'paused';
  }

  /** True if it has read everything that the timeline holds. */
  get live(): boolean {
    return this.active && this.#cursor >= this.#head;
  }

  get #head(): number {
    const { timeline, until } = this.#options;
    return until === undefined ? timeline.head : Math.min(timeline.head, until);
  }

  /** True if something has come from outside that its operators have not taken yet. */
  get hasMail(): boolean {
    return this.#mail;
  }

  /** True while its operators wait for the world outside and take no more; other lanes go on. */
  get blocked(): boolean {
    const lane = this.#lane;
    // While it catches up its clock runs ahead of the world: answers come before time passes.
    return this.active && (lane.blocked || (this.#status === 'catching-up' && lane.inFlight > 0));
  }

  /** Lets its operators take what has come from outside. */
  processMail(): void {
    if (!this.active) return;
    this.#mail = false;
    this.#guarded(() => {
      this.#lane.processMail();
      this.#finishIfDone();
    });
    this.#passEntry();
  }

  /** True if it waits for a recorded range to be fetched. */
  get waitingForRange(): boolean {
    return this.#feed.waiting;
  }

  rangeArrived(): void {
    this.#feed.waiting = false;
  }

  /** Opens the lane's operators. A user function may throw in `open`: then the lane has failed. */
  start(): void {
    if (this.#status !== 'created') return;
    if (this.#finishedBefore) return this.#setStatus('finished');
    if (this.#unloaded) return this.fail(this.#unloaded);
    this.#guarded(() => {
      this.#lane.open();
      this.#lane.showAgain(this.#shownAgain);
    });
    this.#shownAgain = [];
    this.#unmuteWhenDue();
    if (this.#status === 'created') {
      this.#setStatus(this.#cursor >= this.#head ? 'running' : 'catching-up');
    }
  }

  /**
   * Processes the next entry of the timeline that concerns it. False if there is none, or not yet.
   * @param timeUp true once a firing that is long is to be left where it is; the next step goes on with it
   */
  step(timeUp?: () => boolean): boolean {
    if (!this.active || this.#feed.waiting || this.blocked) return false;
    this.#timeUp = timeUp;
    const moved = this.#halfway === undefined ? this.#nextEntry() : this.#goOn();
    this.#timeUp = undefined;
    return moved;
  }

  /** Goes on with what the last entry has left. */
  #goOn(): boolean {
    this.#guarded(() => this.#lane.goOn());
    this.#passEntry();
    return true;
  }

  /** Does what the last entry has left, before something that must not come in the middle of one. */
  #settle(): void {
    if (this.#halfway !== undefined && !this.#cutShort) this.#goOn();
  }

  /** Moves on if the entry is through. */
  #passEntry(): void {
    const seq = this.#halfway;
    if (seq === undefined || this.#lane.unfinished || this.#status === 'failed') return;
    this.#halfway = undefined;
    this.#cursor = seq;
    this.#guarded(() => this.#finishIfDone());
    this.#unmuteWhenDue();
    this.#holdWhenReplayed();
    if (this.#status === 'catching-up' && this.#cursor >= this.#head) this.#setStatus('running');
  }

  #nextEntry(): boolean {
    const { timeline } = this.#options;
    const head = this.#head;
    let moved = false;
    for (let seq = Math.max(this.#cursor + 1, timeline.tail); seq <= head; seq++) {
      const entry = timeline.at(seq);
      if (entry?.kind === 'param') {
        this.#turn(entry);
        moved = true;
        continue;
      }
      if (entry === undefined || !this.#feed.concerns(entry)) {
        this.#cursor = seq;
        // It may be at the live end now, so that its sources are to be read.
        moved = true;
        continue;
      }
      this.#guarded(() => {
        if (this.#feed.handOn(entry, this.#lane)) this.#halfway = seq;
      });
      this.#passEntry();
      return !this.#feed.waiting;
    }
    this.#unmuteWhenDue();
    if (this.#status === 'catching-up') this.#setStatus('running');
    return moved;
  }

  /** Lets processing time pass at the live end. */
  advanceTo(now: number): void {
    if (!this.live || this.#status === 'catching-up') return this.#passTimeBlocked(now);
    this.#blockedSince = undefined;
    if (this.#status === 'running') this.#guarded(() => this.#advance(now));
  }

  reportProgress(): void {
    if (this.#observers.length === 0 || !this.active) return;
    const progress = this.#lane.progress();
    const now =
      this.#status === 'catching-up'
        ? (this.#options.timeline.at(this.#cursor)?.stamp ?? 0)
        : this.#options.clock.now();
    for (const observer of this.#observers) observer.onProgress(progress, now);
  }

  /** Says in its views what keeps a source from being read; `undefined` when nothing does any more. */
  reportTrouble(trouble: Error | undefined): void {
    if (this.#status !== 'running' && this.#status !== 'catching-up') return;
    for (const observer of this.#observers) observer.onStatus(this.#status, trouble);
  }

  /** State for a cut, taken between two entries. */
  cut(): LaneCut {
    this.#settle();
    return this.#cutWith(this.#status === 'finished' ? undefined : this.#lane.snapshot());
  }

  #cutWith(lane: LaneSnapshot | undefined): LaneCut {
    return {
      cursor: this.#cursor,
      lane,
      views: this.#observers.map((observer) => observer.snapshot()),
      ...(this.#mutedThrough === undefined ? {} : { mutedThrough: this.#mutedThrough }),
      ...(this.#params.size > 0 ? { params: this.#params } : {}),
    };
  }

  /**
   * Has its sinks prepare what they were given for the cut that `cut` is called for next.
   * @param last true if the lane is about to be taken down, so that nothing more is written
   */
  prepareCommit(last = false): CutCommits | undefined {
    if (!this.goesOn) return undefined;
    this.#settle();
    const lane = this.#lane;
    let prepared: CutCommits | undefined;
    this.#guarded(() => (prepared = lane.sinks.prepareCommit(last || this.#ending)));
    if (!this.#ending && !lane.listens) return prepared;
    const { ready, commit, discard } = prepared ?? NOTHING_TO_COMMIT;
    const notify = (cut: number, complete: boolean): void => {
      if (this.#lane !== lane || (!this.active && this.#status !== 'paused')) return;
      this.#guarded(() => lane.notifyCheckpoint(cut, complete));
    };
    return {
      ready,
      commit: async (cut) => {
        const done = await commit(cut);
        notify(cut, true);
        if (done && this.#lane === lane && this.#ending) this.#finish();
        return done;
      },
      discard: (cut) => {
        discard(cut);
        notify(cut, false);
      },
    };
  }

  /** Begins a cut, between two entries; its tables are written later. */
  beginCut(): LaneRunnerCutBegun {
    this.#settle();
    const begun = this.#status === 'finished' ? undefined : this.#lane.beginCut();
    return { cut: this.#cutWith(begun?.beside), tables: begun?.tables ?? [] };
  }

  /** True while it waits for the cut that it goes back to: what it holds is of no use. */
  get cutShort(): boolean {
    return this.#cutShort;
  }

  /** After its slice was terminated in the middle of an entry (law 10): holds it until `replay`. */
  holdCutShort(reason: Error): void {
    this.#cutShort = true;
    this.#resumed = false;
    this.#replay = { through: this.#cursor, reason };
    if (this.active) this.#setStatus('paused', reason);
  }

  /** Goes back to `cut`, replays up to the entry before that at which it was cut short, and is held there. */
  replay(cut: LaneCut | undefined): void {
    const replay = this.#replay;
    const resumed = this.#resumed;
    // What a transaction held is aborted, and written again; anything else is out already.
    const written = this.#lane.sinks.commits ? undefined : this.#cursor;
    this.rollBack(cut === undefined ? undefined : { ...cut, mutedThrough: cut.mutedThrough ?? written });
    this.#replay = replay;
    this.#holdWhenReplayed();
    if (resumed) this.#replay = undefined;
    if (resumed) this.resume();
  }

  /** Throws away what the lane holds and goes on from `cut`, or from the start of the recording. */
  rollBack(cut: LaneCut | undefined): void {
    this.#feed.close();
    this.#lane.sinks.abandon();
    this.#halfway = undefined;
    const { head } = this.#options.timeline;
    const from = cut === undefined ? this.#beginning(head) : { cut };
    this.#cursor = from.cut?.cursor ?? this.#options.startAfter(this.sources);
    this.#error = undefined;
    this.#ending = false;
    this.#params = this.#paramsAt(this.#cursor, cut);
    this.#cutShort = false;
    this.#replay = undefined;
    this.#lane = this.#makeLane(from.cut, head, from.carried);
    this.#status = 'created';
    this.start();
  }

  pause(error?: Error): void {
    if (this.active) this.#setStatus('paused', error);
  }

  /** Ends event time and holds it: every window and timer fires, and nothing more is read. */
  async drain(): Promise<void> {
    if (this.#status === 'paused') this.resume();
    this.#guarded(() => {
      for (const { id } of this.#lane.sources) this.#lane.endInput(id);
    });
    // Answers from outside are still to come.
    while (this.active && this.#lane.inFlight > 0) {
      await new Promise<void>((turn) => afterRealTime(1, turn));
      this.#guarded(() => this.#lane.processMail());
    }
    this.pause();
  }

  resume(): void {
    if (this.#cutShort) this.#resumed = true;
    else if (this.#status === 'paused')
      this.#setStatus(this.#cursor >= this.#head ? 'running' : 'catching-up');
  }

  fail(error: Error): void {
    this.#error = error;
    this.#ending = false;
    this.#lane.sinks.abandon();
    this.#setStatus('failed', error);
    this.#feed.close();
  }

  cancel(): void {
    this.#feed.close();
    if (!this.goesOn) return;
    this.#ending = false;
    this.#guarded(() => (this.closing = this.#lane.close()));
    this.closing?.catch(() => undefined);
    this.#setStatus('canceled');
  }

  /** Calls back whenever the status changes; returns how to stop that. */
  onSettled(callback: () => void): () => void {
    this.#settled.add(callback);
    return () => this.#settled.delete(callback);
  }

  /** A param has another value from here on (law 5). What is due before sees the one it had. */
  #turn(entry: TimelineEntry): void {
    this.#guarded(() => this.#lane.comeTo(entry.stamp));
    this.#cursor = entry.seq;
    this.#params = this.#paramsAt(entry.seq);
  }

  #paramsAt(seq: number, cut?: LaneCut): ParamValues {
    const { timeline, paramsInstead } = this.#options;
    const values = timeline.params.at(seq);
    if (!cut?.params && !paramsInstead) return values;
    // Of a recording that was trimmed the cut knows more.
    return new Map([...values, ...(cut?.params ?? []), ...(paramsInstead ?? [])]);
  }

  #finishIfDone(): void {
    const lane = this.#lane;
    if (!this.active || !lane.allInputsEnded || this.#ending) return;
    if (this.#halfway !== undefined || lane.inFlight > 0) return;
    if (!lane.sinks.commits) return this.#finish();
    this.#ending = true;
    const { onFinalCut } = this.#options;
    if (onFinalCut !== undefined) return onFinalCut();
    const { ready, commit } = this.prepareCommit()!;
    // What cannot be flushed or committed fails the lane by itself.
    ready.then(() => commit(0)).catch(() => undefined);
  }

  #finish(): void {
    const lane = this.#lane;
    this.#ending = true;
    this.#feed.close();
    this.#guarded(() => (this.closing = lane.close()));
    if (!this.goesOn) return;
    const end = (): void => {
      if (this.#lane !== lane || !this.#ending) return;
      this.#ending = false;
      this.reportProgress();
      this.#setStatus('finished');
    };
    if (this.closing === undefined) return end();
    this.closing.then(end, (error: unknown) =>
      this.fail(error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** Held where it was cut short, it has taken back no more than the entry that it was at. */
  #holdWhenReplayed(): void {
    const replay = this.#replay;
    if (replay === undefined || this.#cursor < replay.through || !this.active) return;
    this.#replay = undefined;
    this.#setStatus('paused', replay.reason);
  }

  /** Lets its sinks write once it has come to where the lane before it stopped. */
  #unmuteWhenDue(): void {
    if (this.#mutedThrough === undefined || this.#cursor < this.#mutedThrough || !this.active) return;
    this.#mutedThrough = undefined;
    this.#guarded(() => this.#lane.sinks.unmute());
  }

  #advance(now: number): void {
    this.#lane.comeTo(now);
    this.#finishIfDone();
  }

  /** Behind the live end its clock is driven by stamps; while it waits for answers it must run on, or none could time out. */
  #passTimeBlocked(now: number): void {
    if (!this.blocked) {
      this.#blockedSince = undefined;
      return;
    }
    const since = (this.#blockedSince ??= { real: now, lane: this.#lane.now });
    this.#guarded(() => this.#advance(since.lane + now - since.real));
  }

  /** Where it starts if not from a cut: at the savepoint that it comes from, or with nothing in hand. */
  #beginning(mutedThrough?: number): { readonly cut?: LaneCut; readonly carried?: CarriedState } {
    const { origin, startAfter } = this.#options;
    this.#unloaded = undefined;
    if (origin === undefined) return {};
    try {
      const { lane, keys } = origin.load();
      const muted = mutedThrough === undefined ? {} : { mutedThrough };
      const cut: LaneCut = { cursor: startAfter(this.sources), lane, views: [], ...muted };
      return { cut, carried: { cut, keys } };
    } catch (error) {
      this.#unloaded = error instanceof Error ? error : new Error(String(error));
      return {};
    }
  }

  /** @param mutedThrough for a lane that starts from nothing: up to where another has written */
  #makeLane(cut: LaneCut | undefined, mutedThrough: number | undefined, carried?: CarriedState): Lane {
    const { openView, lane: options, clock, timeline } = this.#options;
    this.#observers.length = 0;
    const muted = cut === undefined ? mutedThrough : cut.mutedThrough;
    this.#mutedThrough = muted !== undefined && muted > this.#cursor ? muted : undefined;
    this.#finishedBefore = cut !== undefined && cut.lane === undefined;
    // A rebuilt lane lives on a virtual clock from the first entry it reads (law 5).
    const startTime = timeline.at(Math.max(this.#cursor + 1, timeline.tail))?.stamp ?? clock.now();
    const lane = new Lane(this.sinks, {
      ...options,
      print: (node, text) => {
        // What is replayed is there already.
        if (this.#replay === undefined) options.print?.(node, text);
      },
      startTime,
      muted: this.#mutedThrough !== undefined,
      timeUp: () => this.#timeUp?.() ?? false,
      onMail: () => {
        this.#mail = true;
        this.#options.onReady();
      },
      views: (node) => {
        if (!openView) throw new TypeError(`nobody looks at ${node.name}`);
        const observer = openView(node);
        this.#observers.push(observer);
        return observer;
      },
    });
    if (cut?.lane) lane.restore(carried ? renamed(cut.lane, lane, carried) : cut.lane);
    // A savepoint has no rows.
    if (cut?.views.length) this.#observers.forEach((observer, at) => observer.restore(cut.views[at]));
    return lane;
  }

  #guarded(work: () => void): void {
    const { inContext = (run) => run(), params } = this.#options;
    try {
      if (params) params.within(this.#params, () => inContext(work));
      else inContext(work);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #setStatus(status: LaneStatus, error?: Error): void {
    this.#status = status;
    const shown: ViewStatus = status === 'created' ? 'waiting' : status === 'canceled' ? 'stopped' : status;
    for (const observer of this.#observers) observer.onStatus(shown, error);
    for (const callback of [...this.#settled]) callback();
  }
}
