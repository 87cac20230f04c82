import type { JobClient, JobExecutionResult, JobStatus } from '../api/job-client.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { RuntimeClock } from '../time/runtime-clock.ts';
import {
  CheckpointCoordinator,
  type BegunCheckpoint,
  type CheckpointInfo,
} from './checkpoint-coordinator.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { Engine, type SourcePlace } from './engine.ts';
import { jobCanceled } from './engine-errors.ts';
import type { ExecutionSettings, RestartAttempts } from './execution-settings.ts';
import { nextJobId } from './job.ts';
import { JobCuts } from './job-cuts.ts';
import { LaneRunner } from './lane-runner.ts';
import { savedSources } from './saved-sources.ts';
import { savepointAborted } from './checkpoint-errors.ts';
import type { JobState } from './job-state.ts';
import type { LaneOptions } from './lane.ts';
import type { OperatorMetrics } from './operator-metrics.ts';
import { afterRealTime } from './slice-loop.ts';
import { Timeline, type TimelineEntry } from './timeline.ts';
import type { ViewObserver } from './view.ts';

export interface LocalJobOptions {
  readonly name?: string;
  readonly sinks: readonly StreamNode[];
  readonly clock: RuntimeClock;
  readonly settings: ExecutionSettings;
  readonly store: CheckpointStore;
  readonly sourceKey: (node: StreamNode) => string;
  readonly lane: Omit<LaneOptions, 'startTime' | 'views'>;
  readonly openView: (node: StreamNode) => ViewObserver;
  /** What it starts from. */
  readonly from?: JobState;
}

interface Attempt {
  readonly engine: Engine;
  readonly cuts: JobCuts;
  readonly runner: LaneRunner;
}

/** A job outside a notebook: one lane, started anew from its last checkpoint when it fails, if its settings say so. */
export class LocalJob implements JobClient {
  readonly id = nextJobId();
  readonly name: string;
  readonly #options: LocalJobOptions;
  readonly #restarts: RestartAttempts | undefined;
  readonly #coordinator: CheckpointCoordinator;
  readonly #startedAt: number;
  readonly #finished = Promise.withResolvers<JobExecutionResult>();
  /** The savepoint that it was started from, to be started from again while there is no checkpoint. */
  readonly #origin: readonly Uint8Array[] | undefined;
  #attempts = 0;
  #attempt: Attempt;
  #over: 'failed' | 'canceled' | 'finished' | undefined;
  #paused = false;
  /** Set while it waits to be started again. */
  #restarting: { cancel: () => void } | undefined;

  constructor(options: LocalJobOptions) {
    const { clock, settings, store } = options;
    this.#options = options;
    this.name = options.name ?? this.id;
    this.#startedAt = clock.now();
    this.#restarts = settings.restart?.begin();
    const directory = settings.checkpointing?.directory;
    this.#coordinator = new CheckpointCoordinator({
      settings: settings.checkpointing,
      clock,
      files: directory === undefined ? undefined : store.openFolder(directory, this.name),
      begin: () => this.#begin(),
      fail: (error) => this.#attempt.runner.fail(error),
      wake: () => this.#attempt.engine.wake(),
    });
    // Whoever does not ask for the end need not hear of it.
    this.#finished.promise.catch(() => undefined);
    // A lane takes over what it is restored from.
    this.#origin = options.from && settings.restart && [store.codec.encode(options.from)];
    this.#attempt = this.#start(options.from);
  }

  get attempt(): number {
    return this.#attempts;
  }

  get status(): JobStatus {
    if (this.#over !== undefined) return this.#over;
    if (this.#restarting !== undefined) return 'restarting';
    const { status } = this.#attempt.runner;
    return status === 'catching-up' ? 'running' : status;
  }

  /** One line, as the last expression of a script says. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `job '${this.name}' ${this.status}`;
  }

  finished(): Promise<JobExecutionResult> {
    return this.#finished.promise;
  }

  triggerCheckpoint(): Promise<CheckpointInfo> {
    return this.#coordinator.trigger();
  }

  checkpoints(): readonly CheckpointInfo[] {
    return this.#coordinator.list();
  }

  async triggerSavepoint(path: string): Promise<string> {
    const begun = this.#begin();
    if (begun === undefined) throw savepointAborted(path);
    const { savepoints } = this.#options.store;
    const { parts, commits } = begun;
    try {
      await commits?.ready;
      const written = await savepoints.writeParts(path, await parts);
      await commits?.commit(0);
      return written;
    } catch (error) {
      commits?.discard(0);
      throw error;
    }
  }

  async stopWithSavepoint(
    path: string,
    { drain = false }: { readonly drain?: boolean } = {},
  ): Promise<string> {
    const { engine, runner } = this.#attempt;
    if (this.#over !== undefined || (!runner.active && runner.status !== 'paused'))
      throw savepointAborted(path);
    if (drain) await runner.drain();
    else runner.pause();
    const written = await this.triggerSavepoint(path);
    this.#over = 'finished';
    this.#coordinator.close();
    engine.close();
    await runner.closing;
    const runtime = this.#options.clock.now() - this.#startedAt;
    this.#finished.resolve({ jobId: this.id, name: this.name, runtime });
    return written;
  }

  async cancel(): Promise<void> {
    const { engine, runner, cuts } = this.#attempt;
    if (this.#over !== undefined || runner.status === 'finished') return;
    this.#over = 'canceled';
    this.#restarting?.cancel();
    this.#coordinator.close();
    cuts.abandon();
    engine.close();
    this.#finished.reject(jobCanceled(this.name));
    await runner.closing;
  }

  pause(): Promise<void> {
    this.#paused = true;
    this.#attempt.runner.pause();
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.#paused = false;
    this.#attempt.runner.resume();
    return Promise.resolve();
  }

  metrics(): readonly OperatorMetrics[] {
    return this.#attempt.runner.lane.metrics();
  }

  #start(from: JobState | undefined): Attempt {
    const { sinks, clock, sourceKey, lane, openView, settings } = this.#options;
    this.#attempts += 1;
    const timeline = new Timeline(
      1,
      (from?.sources ?? []).map((place, at) => entryOf(place, at, clock.now())),
    );
    const cuts = new JobCuts(this.#options.store);
    const engine = new Engine({
      clock,
      timeline,
      record: false,
      onSlice: () => this.#coordinator.onSlice(),
      background: (expired) => cuts.writeUntil(expired),
    });
    const options = {
      sinks,
      sourceKey,
      timeline,
      clock,
      startAfter: () => 0,
      lane,
      openView: (node: StreamNode) => this.#quiet(openView(node)),
      onReady: engine.wake,
      readsAlone: engine.readsAlone,
      onFinalCut: settings.checkpointing && (() => this.#coordinator.wantFinal()),
    };
    const runner = new LaneRunner(options, from && { cursor: timeline.head, ...from.lane });
    const attempt = { engine, runner, cuts };
    this.#attempt = attempt;
    runner.onSettled(() => this.#look(attempt));
    engine.add(runner);
    if (this.#paused) runner.pause();
    return attempt;
  }

  /** A view of a job that is started again hears of no failure. */
  #quiet(observer: ViewObserver): ViewObserver {
    return {
      onRecord: (value, timestamp, origin) => observer.onRecord(value, timestamp, origin),
      onWatermark: (watermark) => observer.onWatermark(watermark),
      onProgress: (progress, now) => observer.onProgress(progress, now),
      snapshot: () => observer.snapshot(),
      restore: (state) => observer.restore(state),
      onStatus: (status, error) => {
        if (status === 'failed' && this.#delayAfter(this.#attempt) !== undefined) return;
        observer.onStatus(status, error);
      },
    };
  }

  #begin(): BegunCheckpoint | undefined {
    const { engine, runner, cuts } = this.#attempt;
    const isOver = (): boolean => !runner.active && runner.status !== 'paused';
    if (isOver()) return undefined;
    const commits = runner.prepareCommit();
    // A sink may fail just then, and with it the job.
    if (isOver()) {
      commits?.discard(0);
      return undefined;
    }
    try {
      const { head } = engine.timeline;
      const sources = savedSources([runner], engine.timeline, this.#options.sourceKey);
      const parts = cuts.begin(runner, sources);
      engine.wake();
      const onDurable = (): void => engine.onDurable(head);
      return { parts, commits, onDurable };
    } catch (error) {
      commits?.discard(0);
      throw error;
    }
  }

  #look(attempt: Attempt): void {
    if (attempt !== this.#attempt || this.#over !== undefined) return;
    const { engine, runner, cuts } = attempt;
    if (runner.status === 'finished') {
      this.#coordinator.close();
      // Nothing runs any more that would be held up.
      cuts.finish();
      engine.close();
      const runtime = this.#options.clock.now() - this.#startedAt;
      this.#finished.resolve({ jobId: this.id, name: this.name, runtime });
    } else if (runner.status === 'failed') this.#onFailure(attempt);
  }

  #onFailure(attempt: Attempt): void {
    const { engine, runner, cuts } = attempt;
    const delay = this.#delayAfter(attempt);
    cuts.abandon();
    engine.close();
    if (delay === undefined) {
      this.#over = 'failed';
      this.#coordinator.close();
      this.#finished.reject(runner.error ?? new Error(`${this.name} failed`));
      return;
    }
    let canceled = false;
    let cancel = (): void => undefined;
    this.#restarting = {
      cancel: () => {
        canceled = true;
        cancel();
      },
    };
    // What is being committed must be through before a writer looks at what is there.
    void this.#coordinator.suspend().then(() => {
      if (!canceled) cancel = afterRealTime(delay, () => this.#restart());
    });
  }

  #restart(): void {
    this.#restarting = undefined;
    const latest = this.#coordinator.latest ?? this.#origin;
    this.#start(latest === undefined ? undefined : this.#options.store.savepoints.unpack(latest));
  }

  readonly #delays = new WeakMap<Attempt, { readonly delay: number | undefined }>();

  /** ms until the job is started again after this attempt; the strategy is asked once. */
  #delayAfter(attempt: Attempt): number | undefined {
    let known = this.#delays.get(attempt);
    if (known === undefined) {
      known = { delay: this.#restarts?.next(this.#options.clock.now()) };
      this.#delays.set(attempt, known);
    }
    return known.delay;
  }
}

/** Makes a source go on at its place. */
function entryOf({ source, position, ended }: SourcePlace, at: number, stamp: number): TimelineEntry {
  return { seq: at + 1, stamp, source, kind: ended ? 'end' : 'begin', count: 0, position };
}
