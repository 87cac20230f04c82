import type { StreamNode } from '../graph/stream-node.ts';
import type { RuntimeClock } from '../time/runtime-clock.ts';
import type { LaneRunner } from './lane-runner.ts';
import { SliceLoop } from './slice-loop.ts';
import { SourceLog } from './source-log.ts';
import { isHeldBack } from './watermark-alignment.ts';
import type { Timeline, TimelineEntry } from './timeline.ts';

export interface EngineOptions {
  readonly clock: RuntimeClock;
  readonly timeline: Timeline;
  /** True to keep what was read for lanes to come; false drops an entry once every lane has it. */
  readonly record: boolean;
  /** Most records kept of sources that cannot be read again; the oldest are trimmed first (law 12). */
  readonly recordedRows?: number;
  /** Most entries kept in all. */
  readonly recordedEntries?: number;
  /** Called for every entry, in order, before any lane sees it. */
  readonly onEntry?: (entry: TimelineEntry, rereadable: boolean) => void;
  /** Called after every slice. */
  readonly onSlice?: () => void;
}

const RECORDED_ROWS = 1_000_000;
/** With full batches, a thousand million records of sources that can be read again. */
const RECORDED_ENTRIES = 1_000_000;
/** Recorded entries a lane that catches up reads before the live lanes have their turn again. */
const CATCH_UP_ENTRIES = 16;

/** Reads sources into the timeline and drives lanes along it, in slices, on one thread. */
export class Engine {
  readonly timeline: Timeline;
  readonly clock: RuntimeClock;
  readonly #options: EngineOptions;
  readonly #sources = new Map<string, SourceLog>();
  readonly #runners = new Set<LaneRunner>();
  /** Sources that were ready but had to wait for slower ones. */
  readonly #heldBack = new Set<SourceLog>();
  readonly #loop: SliceLoop;
  #recorded: TimelineEntry[] = [];
  #recordedRows = 0;
  /** Set while a lane runs, so that a slice that was terminated from outside leaves its name. */
  #running: LaneRunner | undefined;
  #paused = false;
  #stopRequested = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.timeline = options.timeline;
    this.clock = options.clock;
    this.#loop = new SliceLoop({
      slice: (expired) => this.slice(expired),
      sleepFor: () => this.#sleepFor(),
    });
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

  /** Takes a lane in and starts it. */
  add(runner: LaneRunner): void {
    this.#runners.add(runner);
    for (const [key, nodes] of runner.sources) this.#sourceOf(key, nodes[0] as StreamNode);
    this.#entered(runner, () => runner.start());
    this.#loop.start();
  }

  /** Stops a lane and forgets it; sources that nobody reads any more are closed. */
  remove(runner: LaneRunner): void {
    runner.cancel();
    this.#runners.delete(runner);
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
    this.#paused = false;
    this.clock.resume();
    this.wake();
  }

  /** Goes back to `seq` (law 7): later entries are forgotten and their sources read again. Returns what was forgotten. */
  rewindTo(seq: number): TimelineEntry[] {
    const dropped = this.timeline.truncateAfter(seq);
    this.#recorded = this.#recorded.filter((entry) => entry.seq <= seq);
    this.#recordedRows = this.#recorded.reduce((rows, entry) => rows + entry.count, 0);
    for (const source of this.#sources.values()) source.rewind(dropped);
    this.wake();
    return dropped;
  }

  /** Takes up the recording of an earlier session: its sources go on where it ended. */
  takeUp(entries: readonly TimelineEntry[], firstSeq: number): void {
    for (const source of this.#sources.values()) source.close();
    this.#sources.clear();
    this.timeline.replace(entries, firstSeq);
    this.#recorded = entries.filter((entry) => entry.batch !== undefined);
    this.#recordedRows = this.#recorded.reduce((rows, entry) => rows + entry.count, 0);
    for (const runner of this.#runners)
      for (const [key, nodes] of runner.sources) this.#sourceOf(key, nodes[0] as StreamNode);
    this.wake();
  }

  /**
   * After the thread was terminated while a slice ran (law 10): names the lane whose slice was cut short, if any, and
   * makes the loop run again.
   */
  takeInterrupted(): LaneRunner | undefined {
    const interrupted = this.#running;
    this.#running = undefined;
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

  /** Makes the running slice, if any, end after the batch it is at. */
  requestStop(): void {
    this.#stopRequested = true;
  }

  /** One slice of work. True if there is more to do at once. */
  slice(timeUp: () => boolean): boolean {
    if (this.#paused) return false;
    this.#stopRequested = false;
    const expired = (): boolean => this.#stopRequested || timeUp();
    let progress = true;
    while (progress && !expired()) {
      progress = this.#readSources(expired);
      for (const runner of this.#runners) {
        if (expired()) break;
        if (runner.hasMail) {
          this.#entered(runner, () => runner.processMail());
          // Its sources may be read again.
          progress = true;
        }
        for (let i = 0; i < CATCH_UP_ENTRIES && !expired(); i++) {
          if (!this.#entered(runner, () => runner.step())) break;
          progress = true;
        }
      }
    }
    const now = this.clock.now();
    for (const runner of this.#runners) if (runner.active) this.#entered(runner, () => runner.advanceTo(now));
    this.#options.onSlice?.();
    return progress || this.#mayGoOn;
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
      const readers = this.#readersOf(source);
      // Nobody waits for more at the live end: lanes that catch up read what is recorded first.
      const live = readers.filter((runner) => runner.live && !runner.blocked);
      if (live.length === 0) continue;
      if (isHeldBack(source.key, this.#liveRunners)) {
        this.#heldBack.add(source);
        continue;
      }
      this.#heldBack.delete(source);
      const entry = this.#readOne(source, readers);
      if (!entry) continue;
      progress = true;
      this.#options.onEntry?.(entry, source.source.rereadable);
      for (const runner of this.#runners) if (runner.active) this.#stepTo(runner, entry, live);
      this.#release(entry, source);
    }
    return progress;
  }

  #stepTo(runner: LaneRunner, entry: TimelineEntry, live: readonly LaneRunner[]): void {
    // Live lanes of other sources pass over the entry, so that they stay at the live end.
    if (live.includes(runner) || runner.cursor === entry.seq - 1) this.#entered(runner, () => runner.step());
  }

  #readOne(source: SourceLog, readers: readonly LaneRunner[]): TimelineEntry | undefined {
    try {
      return source.read();
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
      this.#recorded.push(entry);
      this.#recordedRows += entry.count;
      this.#trim();
    }
  }

  #trim(): void {
    const budget = this.#options.recordedRows ?? RECORDED_ROWS;
    while (this.#recordedRows > budget) {
      const oldest = this.#recorded[0];
      // Never past a lane that still has to read it (law 12).
      if (!oldest || [...this.#runners].some((runner) => runner.active && runner.cursor < oldest.seq)) return;
      this.#recorded.shift();
      this.#recordedRows -= oldest.count;
      oldest.batch = undefined;
    }
  }

  /** Drops the oldest tenth of the recording when it is full, but nothing that a lane has still to read (law 12). */
  #trimEntries(): void {
    const { timeline } = this;
    const budget = this.#options.recordedEntries ?? RECORDED_ENTRIES;
    if (timeline.head - timeline.tail < budget) return;
    let through = timeline.tail + Math.ceil(budget / 10);
    for (const runner of this.#runners) if (runner.active) through = Math.min(through, runner.cursor);
    timeline.dropThrough(through);
    while (this.#recorded[0] && this.#recorded[0].seq <= through) {
      this.#recordedRows -= this.#recorded.shift()?.count ?? 0;
    }
  }

  #sourceOf(key: string, node: StreamNode): SourceLog {
    let source = this.#sources.get(key);
    if (!source) {
      if (!node.source) throw new TypeError(`node ${node.name} is not a source`);
      source = new SourceLog(key, node.source, this.timeline, this.clock, this.wake);
      this.#sources.set(key, source);
    }
    return source;
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
    if (this.#paused) return undefined;
    let sleep: number | undefined;
    for (const runner of this.#runners) {
      if (!runner.active) continue;
      sleep = Math.min(sleep ?? Infinity, this.clock.realDelayUntil(runner.lane.nextProcessingTime));
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
