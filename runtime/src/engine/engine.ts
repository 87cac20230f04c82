import type { StreamNode } from '../graph/stream-node.ts';
import type { SourcePosition } from '../connectors/source.ts';
import type { RuntimeClock } from '../time/runtime-clock.ts';
import type { LaneRunner } from './lane-runner.ts';
import { recordNotStorable } from './engine-errors.ts';
import { paramSource } from './param-log.ts';
import { Recorded, type EarlierRecords, type RecordingBudget } from './recorded.ts';
import { SliceLoop } from './slice-loop.ts';
import { SourceLog } from './source-log.ts';
import { isHeldBack } from './watermark-alignment.ts';
import type { Timeline, TimelineEntry } from './timeline.ts';

export interface EngineOptions {
  readonly clock: RuntimeClock;
  readonly timeline: Timeline;
  /** True to keep what was read for lanes to come; false drops an entry once every lane has it. */
  readonly record: boolean;
  /** What is kept of sources that cannot be read again; the oldest are trimmed first (law 12). */
  readonly budget?: Partial<RecordingBudget>;
  /** Most entries kept in all. */
  readonly recordedEntries?: number;
  /** What earlier recordings have left in the store. */
  readonly stored?: StoredRecording;
  /** Called when records or entries are gone from memory. */
  readonly onTrimmed?: () => void;
  /** Called for every entry, in order, before any lane sees it; returns the bytes that its records take. */
  readonly onEntry?: (entry: TimelineEntry, rereadable: boolean) => number | undefined;
  /** Goes on with writing what was cut, for a while after every slice. True if there is more to do at once. */
  readonly background?: (expired: () => boolean) => boolean;
  /** Called after every slice. */
  readonly onSlice?: () => void;
}

const RECORDED: RecordingBudget = { rows: 1_000_000, bytes: 256 * 1024 * 1024, time: Infinity };
/** With full batches, a thousand million records of sources that can be read again. */
const RECORDED_ENTRIES = 1_000_000;
/** Recorded entries a lane that catches up reads before the live lanes have their turn again. */
const CATCH_UP_ENTRIES = 16;

/** What a store holds of recordings. */
export interface StoredRecording {
  /** The oldest entry; `undefined` if there is none. */
  readonly first: number | undefined;
  readonly records: readonly EarlierRecords[];
}

/** What is to be done while time stands still, in slices as everything else. */
export interface Errand {
  /** True if there is more to do at once. */
  slice(expired: () => boolean): boolean;
  /** Called once, when it is over or called off. */
  end(): void;
}

/** Where a source stands. */
export interface SourcePlace {
  readonly source: string;
  readonly position: SourcePosition;
  readonly ended: boolean;
}

/** Reads sources into the timeline and drives lanes along it, in slices, on one thread. */
export class Engine {
  readonly timeline: Timeline;
  readonly clock: RuntimeClock;
  readonly #options: EngineOptions;
  readonly #sources = new Map<string, SourceLog>();
  readonly #runners = new Set<LaneRunner>();
  /** Sources that were ready but had to wait for slower ones. */
  readonly #heldBack = new Set<SourceLog>();
  /** What has been said of lanes that cannot be fed, or cannot write, for now. */
  readonly #troubles = new Map<LaneRunner, Error>();
  readonly #loop: SliceLoop;
  readonly #recorded: Recorded;
  /** The oldest entry that is kept, of earlier recordings, too. */
  #oldest: number;
  /** Set while a lane runs, so that a slice that was terminated from outside leaves its name. */
  #running: LaneRunner | undefined;
  #paused = false;
  /** Above 0 while history is cut off: nothing moves, though nobody has paused the streams. */
  #holds = 0;
  #stopRequested = false;
  #errand: Errand | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.timeline = options.timeline;
    this.clock = options.clock;
    const { stored, timeline } = options;
    this.#recorded = new Recorded({ ...RECORDED, ...options.budget }, stored?.records ?? []);
    this.#oldest = Math.min(stored?.first ?? Infinity, timeline.tail);
    this.#countRecorded();
    this.#loop = new SliceLoop({
      slice: (expired) => this.slice(expired),
      background: (expired) => options.background?.(expired) ?? false,
      sleepFor: () => this.#sleepFor(),
    });
  }

  get budget(): RecordingBudget {
    return this.#recorded.budget;
  }

  /** Sets how much is kept; what is over it goes at once. */
  set budget(budget: RecordingBudget) {
    this.#recorded.budget = budget;
    this.trim();
  }

  /** The last entries that are gone from memory: whole, and their records alone. */
  get trimmed(): { readonly entriesThrough: number; readonly recordsThrough: number } {
    return { entriesThrough: this.#oldest - 1, recordsThrough: this.#recorded.trimmedThrough };
  }

  /** Up to this entry there are no records to keep: others may have come since the last that is gone, without any. */
  get noRecordsThrough(): number {
    const { oldest, trimmedThrough } = this.#recorded;
    return oldest === undefined ? trimmedThrough : oldest - 1;
  }

  get runners(): ReadonlySet<LaneRunner> {
    return this.#runners;
  }

  get paused(): boolean {
    return this.#paused;
  }

  readonly wake = (): void => this.#loop.wake();

  /** True if one lane only reads a source. */
  readonly readsAlone = (sourceKey: string): boolean => {
    let readers = 0;
    for (const runner of this.#runners) if (runner.active && runner.sources.has(sourceKey)) readers++;
    return readers === 1;
  };

  /** Has the recording of a source begin at a place, unless there is one already. */
  beginAt({ source, position, ended }: SourcePlace): void {
    const { timeline, clock } = this;
    if (timeline.lastOf(source) !== undefined) return;
    for (const kind of ended ? (['begin', 'end'] as const) : (['begin'] as const))
      this.#options.onEntry?.(
        timeline.append({ kind, stamp: clock.now(), source, count: 0, position }),
        true,
      );
    // It may have been read before, and history cut off since.
    this.#sources.get(source)?.rewind([]);
    this.wake();
  }

  /** Takes a lane in and starts it. */
  add(runner: LaneRunner): void {
    this.#runners.add(runner);
    this.#openSources(runner);
    this.#entered(runner, () => runner.start());
    this.#loop.start();
  }

  /** The writing ends of all sources, by their keys. */
  get sources(): ReadonlyMap<string, SourceLog> {
    return this.#sources;
  }

  /** Stops a lane and forgets it; sources that nobody reads any more are closed. */
  remove(runner: LaneRunner): void {
    runner.cancel();
    this.#runners.delete(runner);
    this.#troubles.delete(runner);
    for (const source of this.#sources.values()) {
      // A source that cannot be read again stays open: what arrives meanwhile is held back by its buffer.
      if (source.source.rereadable && !this.#readersOf(source).length) source.close();
    }
  }

  /** Seq before the oldest entry of these sources whose records are still at hand; where a rebuilt lane starts. */
  recordedSince(sources: ReadonlyMap<string, readonly StreamNode[]>, startAfter: number): number {
    let since = Math.max(startAfter, this.timeline.tail - 1);
    for (const entry of this.timeline.between(since)) {
      const [node] = sources.get(entry.source) ?? [];
      if (node === undefined || entry.kind !== 'batch') continue;
      // Of a source that can be read again, records are at hand whether or not anybody reads it now.
      if (entry.batch === undefined && !node.source?.rereadable) since = entry.seq;
    }
    return since;
  }

  pause(): void {
    this.#paused = true;
    this.clock.pause();
  }

  resume(): void {
    this.endErrand();
    this.#paused = false;
    this.#goOn();
  }

  /** Lets nothing move, nor time pass, until what it returns is called. Whoever pauses or resumes meanwhile has their will then. */
  hold(): () => void {
    this.endErrand();
    this.#holds += 1;
    this.clock.pause();
    return () => {
      this.#holds -= 1;
      if (!this.#paused) this.#goOn();
    };
  }

  #goOn(): void {
    if (this.#holds > 0) return;
    this.clock.resume();
    this.wake();
  }

  /** Does something while the engine is paused; what was being done is called off. */
  startErrand(errand: Errand): void {
    this.endErrand();
    this.#errand = errand;
    this.wake();
  }

  endErrand(): void {
    const errand = this.#errand;
    this.#errand = undefined;
    errand?.end();
  }

  /** Writes a change of a param into the timeline: each lane takes it at its place in the order (law 5). */
  appendParam(name: string, value: number): void {
    const entry = this.timeline.append({
      kind: 'param',
      stamp: this.clock.now(),
      source: paramSource(name),
      count: 0,
      position: value,
    });
    this.#options.onEntry?.(entry, true);
    this.wake();
  }

  /**
   * Goes back to `seq` (law 7): later entries are forgotten and their sources read again. Returns what was forgotten.
   * @param places where sources stood at or before `seq`
   */
  rewindTo(seq: number, places: readonly TimelineEntry[] = []): TimelineEntry[] {
    const dropped = this.timeline.truncateAfter(seq, places);
    this.#countRecorded();
    for (const source of this.#sources.values()) source.rewind(dropped);
    this.wake();
    return dropped;
  }

  /** Takes up the recording of an earlier session: its sources go on where it ended. */
  takeUp(entries: readonly TimelineEntry[], firstSeq: number, places: readonly TimelineEntry[] = []): void {
    for (const source of this.#sources.values()) source.close();
    this.#sources.clear();
    this.timeline.replace(entries, firstSeq, places);
    this.#countRecorded();
    for (const runner of this.#runners) this.#openSources(runner);
    this.wake();
  }

  /**
   * After the thread was terminated while a slice ran (law 10): names the lane whose slice was cut short, if any, and
   * makes the loop run again.
   */
  takeInterrupted(): LaneRunner | undefined {
    const interrupted = this.#running;
    this.#running = undefined;
    this.endErrand();
    for (const source of this.#sources.values()) {
      // A generator may have been cut short in the middle of a batch. What a socket has in its buffer is not read again.
      if (source.source.rereadable) source.close();
    }
    this.#loop.start();
    return interrupted;
  }

  close(): void {
    this.#loop.stop();
    for (const runner of [...this.#runners]) this.remove(runner);
    for (const source of this.#sources.values()) source.close();
  }

  /** A cut at `seq` is durable: sources may tell the world outside how far they have come. */
  onDurable(seq: number): void {
    for (const source of this.#sources.values()) source.onDurable(seq);
  }

  /** Makes the running slice, if any, end after the batch it is at. */
  requestStop(): void {
    this.#stopRequested = true;
    this.endErrand();
  }

  /** One slice of work. True if there is more to do at once. */
  slice(timeUp: () => boolean): boolean {
    this.#stopRequested = false;
    const expired = (): boolean => this.#stopRequested || timeUp();
    if (this.#holds > 0) return false;
    if (this.#paused) return this.#errand?.slice(expired) ?? false;
    let progress = true;
    while (progress && !expired()) {
      progress = this.#readSources(expired);
      if (this.stepLanes(expired)) progress = true;
    }
    this.passTime();
    this.#reportTrouble();
    this.#options.onSlice?.();
    return progress || this.#mayGoOn;
  }

  /** Takes every lane along what the timeline holds, a few entries each. False if none has moved, nor may move when there is time again. */
  stepLanes(expired: () => boolean): boolean {
    let progress = false;
    for (const runner of this.#runners) {
      if (expired()) return true;
      if (runner.hasMail) {
        this.#entered(runner, () => runner.processMail());
        // Its sources may be read again.
        progress = true;
      }
      for (let i = 0; i < CATCH_UP_ENTRIES; i++) {
        if (expired()) return true;
        if (!this.#entered(runner, () => runner.step(expired))) break;
        progress = true;
      }
    }
    return progress;
  }

  /** Lets lanes at the live end know what the clock shows. */
  passTime(): void {
    const now = this.clock.now();
    for (const runner of this.#runners) if (runner.active) this.#entered(runner, () => runner.advanceTo(now));
  }

  /** True if every lane has read all there is and waits for nothing. */
  get settled(): boolean {
    for (const runner of this.#runners) {
      if (!runner.active) continue;
      if (!runner.live || runner.hasMail || runner.blocked || runner.lane.inFlight > 0) return false;
    }
    return true;
  }

  /**
   * Reads on by one entry of at most `max` records, of the source that was read longest ago: the order hangs on nothing
   * but the timeline. Time may have to pass first, until a paced source is due.
   * @param only the key of a source, to read no other
   */
  readNext(max: number, only?: string): TimelineEntry | 'wait' | 'ended' {
    const live = this.#liveRunners;
    const candidates = [...this.#sources.values()]
      .filter(({ ended, key }) => !ended && (only === undefined || key === only))
      .filter(({ key }) => live.some((runner) => runner.sources.has(key) && !runner.blocked))
      .filter(({ key }) => !isHeldBack(key, live))
      .sort((a, b) => a.lastSeq - b.lastSeq);
    if (candidates.length === 0) return 'ended';
    for (const source of candidates) {
      const entry = source.ready ? this.#readInto(source, max) : undefined;
      if (entry) return entry;
      // It may have failed its lanes.
      if (!live.every(({ active }) => active)) return this.readNext(max, only);
      // What a file holds will be there in a moment; what the world sends may never come.
      const { rereadable, boundedness } = source.source;
      if (!source.ended && rereadable && boundedness === 'bounded' && source.readyAt === undefined)
        return 'wait';
    }
    const due = candidates.flatMap(({ readyAt }) => readyAt ?? []);
    const next = Math.min(Infinity, ...due);
    if (next === Infinity || next <= this.clock.now()) return 'wait';
    this.clock.advanceTo(next);
    this.passTime();
    return this.readNext(max, only);
  }

  /** Lanes at the live end: their sources are read together, and may have to wait for each other. */
  get #liveRunners(): LaneRunner[] {
    return [...this.#runners].filter((runner) => runner.live);
  }

  /** True if a source that was held back need not wait any longer, as another has fallen idle. */
  get #mayGoOn(): boolean {
    if (this.#heldBack.size === 0) return false;
    const live = this.#liveRunners;
    for (const source of this.#heldBack) {
      const isRead = live.some((runner) => runner.sources.has(source.key) && !runner.blocked);
      if (source.ready && isRead && !isHeldBack(source.key, live)) return true;
    }
    return false;
  }

  #readSources(expired: () => boolean): boolean {
    let progress = false;
    for (const source of this.#sources.values()) {
      if (expired()) return true;
      if (!source.ready) continue;
      // Nobody waits for more at the live end: lanes that catch up read what is recorded first.
      if (!this.#readersOf(source).some((runner) => runner.live && !runner.blocked)) continue;
      if (isHeldBack(source.key, this.#liveRunners)) {
        this.#heldBack.add(source);
        continue;
      }
      this.#heldBack.delete(source);
      if (this.#readInto(source, undefined, expired)) progress = true;
    }
    return progress;
  }

  /** Reads one entry of a source, records it, and hands it to the lanes at the live end. */
  #readInto(source: SourceLog, max?: number, timeUp?: () => boolean): TimelineEntry | undefined {
    const readers = this.#readersOf(source);
    const live = readers.filter((runner) => runner.live && !runner.blocked);
    const entry = this.#readOne(source, readers, max);
    if (!entry) return undefined;
    if (!this.#recordEntry(entry, source, readers)) return undefined;
    for (const runner of this.#runners) if (runner.active) this.#stepTo(runner, entry, live, timeUp);
    this.#release(entry, source);
    return entry;
  }

  /** False if it cannot be recorded: nobody has seen it then, and it is handed over again to whoever can have it recorded. */
  #recordEntry(entry: TimelineEntry, source: SourceLog, readers: readonly LaneRunner[]): boolean {
    try {
      entry.bytes = this.#options.onEntry?.(entry, source.source.rereadable);
      return true;
    } catch (error) {
      source.rewind(this.timeline.truncateAfter(entry.seq - 1));
      const failure = recordNotStorable(source.name, error);
      for (const runner of readers) runner.fail(failure);
      return false;
    }
  }

  #stepTo(
    runner: LaneRunner,
    entry: TimelineEntry,
    live: readonly LaneRunner[],
    timeUp?: () => boolean,
  ): void {
    // Live lanes of other sources pass over the entry, so that they stay at the live end.
    if (!live.includes(runner) && runner.cursor !== entry.seq - 1) return;
    this.#entered(runner, () => runner.step(timeUp));
  }

  #readOne(source: SourceLog, readers: readonly LaneRunner[], max?: number): TimelineEntry | undefined {
    try {
      return source.read(max);
    } catch (error) {
      source.close();
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const runner of readers) runner.fail(failure);
      return undefined;
    }
  }

  #release(entry: TimelineEntry, source: SourceLog): void {
    if (!this.#options.record) {
      this.timeline.dropThrough(entry.seq);
      return;
    }
    this.#trimEntries();
    if (source.source.rereadable) {
      entry.batch = undefined;
    } else if (entry.kind === 'batch') {
      this.#recorded.add(entry);
      this.trim();
    }
  }

  #countRecorded(): void {
    this.#recorded.recount(this.timeline);
  }

  /** Drops the oldest records that are over the budget (law 12), but nothing that a lane has still to read. */
  trim(): void {
    if (this.#recorded.trim(this.clock.now(), () => this.#mayGo)) this.#options.onTrimmed?.();
  }

  get #mayGo(): number {
    let seq = Infinity;
    for (const runner of this.#runners) if (runner.goesOn) seq = Math.min(seq, runner.cursor);
    return seq;
  }

  /** Drops the oldest tenth of the recording when it is full (law 12), but nothing that a lane has still to read. */
  #trimEntries(): void {
    const { timeline } = this;
    const budget = this.#options.recordedEntries ?? RECORDED_ENTRIES;
    if (timeline.head - this.#oldest < budget) return;
    const through = Math.min(this.#oldest + Math.ceil(budget / 10), this.#mayGo);
    if (through < this.#oldest) return;
    timeline.dropThrough(through);
    this.#oldest = through + 1;
    this.#recorded.forgetThrough(through);
    this.#options.onTrimmed?.();
  }

  /** What keeps a lane's sources from being read, or its sinks from writing, for now. */
  troubleOf(runner: LaneRunner): Error | undefined {
    if (!runner.active) return undefined;
    for (const key of runner.sources.keys()) {
      const trouble = this.#sources.get(key)?.trouble;
      if (trouble) return trouble;
    }
    return runner.lane.sinks.trouble;
  }

  #reportTrouble(): void {
    for (const runner of this.#runners) {
      const trouble = this.troubleOf(runner);
      if (trouble === this.#troubles.get(runner)) continue;
      if (trouble === undefined) this.#troubles.delete(runner);
      else this.#troubles.set(runner, trouble);
      runner.reportTrouble(trouble);
    }
  }

  #openSources({ sources, origin }: LaneRunner): void {
    for (const [key, [node]] of sources) {
      if (this.#sources.has(key)) continue;
      if (!node?.source) throw new TypeError(`node ${node?.name} is not a source`);
      const name = origin === undefined ? node.name : `${node.name} from ${origin}`;
      this.#sources.set(key, new SourceLog(key, node.source, this.timeline, this.clock, this.wake, name));
    }
  }

  #readersOf(source: SourceLog): LaneRunner[] {
    return [...this.#runners].filter((runner) => runner.active && runner.sources.has(source.key));
  }

  #entered<R>(runner: LaneRunner, work: () => R): R {
    this.#running = runner;
    const result = work();
    this.#running = undefined;
    return result;
  }

  #sleepFor(): number | undefined {
    if (this.#paused || this.#holds > 0) return undefined;
    let sleep: number | undefined;
    for (const runner of this.#runners) {
      if (!runner.active) continue;
      // A timer fires when its millisecond is over.
      const next = runner.lane.nextProcessingTime + 1;
      sleep = Math.min(sleep ?? Infinity, this.clock.realDelayUntil(next));
    }
    if (sleep === undefined) return undefined;
    for (const source of this.#sources.values()) {
      const at = source.readyAt;
      if (at !== undefined && this.#readersOf(source).length > 0)
        sleep = Math.min(sleep, this.clock.realDelayUntil(at));
    }
    return sleep;
  }
}
