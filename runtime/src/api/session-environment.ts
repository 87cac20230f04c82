import { badArgument } from '../errors.ts';
import { snapshotLimitInvalid } from '../engine/engine-errors.ts';
import type { Labels, LabelsOptions } from '../engine/labels.ts';
import type { Param, ParamOptions } from '../engine/params.ts';
import { Recording } from '../engine/recording.ts';
import type { Session } from '../engine/session.ts';
import type { SnapshotDiff } from '../engine/state-diff.ts';
import type { StateQuery, StateTable } from '../engine/state-lens.ts';
import type { View } from '../engine/view.ts';
import type { WhatIf } from '../engine/what-if.ts';
import type { RecordQuery, Why } from '../engine/why.ts';
import { DataStream } from './data-stream.ts';
import { StreamExecutionEnvironment } from './stream-execution-environment.ts';

/** A cut as a notebook lists it. */
export interface Snapshot {
  /** What `restore` takes. */
  readonly id: number;
  /** The execution that it was taken after, as `[3]`. */
  readonly after: string;
  /** When it was taken, by the streams' clock. */
  readonly time: Date;
  /** Size of all its state, in bytes. */
  readonly bytes: number;
  /** Names of the views and sinks in it. */
  readonly branches: readonly string[];
}

/** How many snapshots are kept. */
export interface SnapshotLimits {
  /** Of those taken after cells. */
  readonly ofCells?: number;
  /** Of those taken every few seconds while streams run. */
  readonly whileRunning?: number;
  /** Bytes of all of them, each part that several share counted once. */
  readonly bytes?: number;
}

/** What `env.step` has done. */
export interface StepResult {
  /** Records that went through every view and sink. */
  readonly records: number;
  /** True if every source has ended. */
  readonly ended: boolean;
  /** True if a source had nothing to hand over for too long, so that fewer went through than asked. */
  readonly waiting: boolean;
}

/** What `env.why` is asked. */
export interface WhyQuestion {
  /** A window, by its start (epoch ms) and, if it is none of a grid, its end. */
  readonly window?: number | Date | { readonly start: number | Date; readonly end?: number | Date };
  /** A record, as its source handed it over, or a function that tells it. */
  readonly record?: RecordQuery;
  /** The stream, view or operator that is asked about. */
  readonly of?: string | DataStream<unknown> | View;
}

/** The environment of a notebook's session: Flink's, and control over time. */
export class SessionEnvironment extends StreamExecutionEnvironment {
  readonly #session: Session;

  /** Made by the kernel. @internal */
  constructor(session: Session) {
    super(session);
    this.#session = session;
    this.planner.catalog.author = () => session.run;
  }

  /**
   * Holds every stream at its next slice; the streams' clock stands still.
   * @example
   * env.pause();
   * env.resume();
   */
  pause(): void {
    this.#session.pause();
  }

  /** Lets the streams and their clock go on. */
  resume(): void {
    this.#session.resume();
  }

  /**
   * Sets how fast the streams' clock runs.
   * @param factor above 0; 2 is twice as fast as the clock on the wall
   * @throws {RangeError} unless it is a number above 0
   * @example
   * env.speed(2);
   */
  speed(factor: number): void {
    this.#session.clock.setSpeed(factor);
  }

  /**
   * Pauses the streams if they run, and takes them on by single records: each goes through every view and sink, with
   * the watermark that follows it, before the next is read. A source that is paced has its next record at once, and the
   * streams' clock moves on with it. The end of a source is a step of its own.
   * @param n how many; below 0, so many back: the nearest snapshot is restored and replayed to there, and what came
   *   after is read again. `'watermark'`: until event time has moved on in some view or sink
   * @param options.timeout real ms to wait for a source that has nothing, 2,000 by default
   * @throws {TidemarkError} `bad-argument` unless `n` is a whole number; `cannot-step-back` if the recording no longer
   *   reaches back far enough
   * @example
   * orders.show();
   * await env.step(2); // → { records: 2, ended: false, waiting: false }
   * await env.step(-1);
   * env.resume();
   */
  async step(n: number | 'watermark' = 1, options: { readonly timeout?: number } = {}): Promise<StepResult> {
    if (n !== 'watermark' && !Number.isSafeInteger(n)) {
      throw badArgument('step', n, 'It is no whole number.', "Give a number of records, or 'watermark'.");
    }
    return this.#session.step(n, options.timeout);
  }

  /**
   * Takes streams back to the last snapshot from before a cell ran; variables stay. Views and sinks of cells that were
   * edited since run again as they were then.
   * @param cell the number in its brackets, or its id
   * @throws {TidemarkError} `no-such-cell-run`
   * @example
   * await env.rewind(7); // throws 'no-such-cell-run'
   */
  async rewind(cell: number | string): Promise<Snapshot> {
    return this.#listed(await this.#session.rewind(cell));
  }

  /**
   * The snapshots that `restore` can go back to, oldest first. One is taken after every cell.
   * @example
   * env.snapshots().at(-1)?.after; // → '[1]'
   */
  snapshots(): Snapshot[] {
    return this.#session.snapshots().map(({ id, label, time, bytes, branches }) => ({
      id,
      after: label,
      time: new Date(time),
      bytes,
      branches: branches.map(({ name }) => name),
    }));
  }

  /**
   * Goes back to a snapshot: streams are rewound, variables are not. Later snapshots are forgotten. Views and sinks
   * that no longer run wait until their cell runs again.
   * @param id of `snapshots()`; the last one by default
   * @throws {TidemarkError} `no-such-cut`
   * @example
   * const before = env.snapshots().at(-1);
   * await env.restore(before?.id);
   */
  async restore(id?: number): Promise<Snapshot> {
    return this.#listed(await this.#session.restore(id));
  }

  /**
   * Sets how many snapshots are kept; the oldest go first, the last one never. What is left out stays as it is.
   * @param limits `ofCells`: how many of those taken after cells, 50 by default; `whileRunning`: how many of those taken
   *   every few seconds while streams run, 3 by default; `bytes`: how much all of them take together, 2 GiB by default
   * @throws {TidemarkError} `bad-argument` unless they are above 0
   * @example
   * await env.limitSnapshots({ ofCells: 20, bytes: 500_000_000 });
   * await env.limitSnapshots({ ofCells: 0 }); // throws 'bad-argument'
   */
  async limitSnapshots(limits: SnapshotLimits): Promise<void> {
    const now = this.#session.cutBudget;
    const { ofCells = now.ofCells, whileRunning = now.whileRunning, bytes = now.bytes } = limits;
    const budget = { ofCells, whileRunning, bytes };
    for (const [name, value] of Object.entries(budget))
      if (!(value > 0)) throw snapshotLimitInvalid(name, value);
    await this.#session.limitCuts(budget);
  }

  #listed({ id }: { readonly id: number }): Snapshot {
    const snapshot = this.snapshots().find((one) => one.id === id);
    if (!snapshot) throw new TypeError(`snapshot ${id} is not listed`);
    return snapshot;
  }

  /**
   * A number that functions of operators read as `.value` and a slider under the cell moves while the streams run. Moving
   * it is no edit: operators keep their state, and records that come see the new value. Moves are recorded, so that
   * what is rebuilt or replayed sees each at its place. A cell that runs again leaves it where it was moved.
   * @param name tells it from the others of the session
   * @throws {TidemarkError} `bad-param` unless `min` < `max` and `value` lies between them
   * @example
   * const threshold = env.param('threshold', { min: 0, max: 10, value: 3 });
   * orders.filter(({ amount }) => amount > threshold.value).show();
   * threshold.value = 4;
   * threshold.value; // → 4
   * threshold.value = 11; // throws 'bad-param'
   */
  param(name: string, options: ParamOptions): Param {
    return this.#session.params.declare(name, options);
  }

  /**
   * What would have come of a stream if params had had other values from the start: the recording is replayed both
   * ways, beside what runs.
   * @param params values by the names of params
   * @param of a stream, or what `show()` returned
   * @param options.by tells rows apart whose values may differ, `({ user }) => user`; results of windows are told
   *   apart by key and window, other records by their whole value
   * @param options.labels says of rows what was said of them, and counts how many confirmed anomalies and false alarms come
   * @throws {TidemarkError} `no-such-param`; `no-such-branch` for a view that has been stopped
   * @example
   * const limit = env.param('limit', { min: 0, max: 10, value: 3 });
   * const view = orders.filter(({ amount }) => amount > limit.value).show();
   * await env.step('watermark');
   * (await env.whatIf({ limit: 0 }, view)).rows.map(({ change }) => change);
   */
  whatIf<T>(
    params: Readonly<Record<string, number>>,
    of: DataStream<T> | View<T>,
    options: { readonly by?: (record: T) => unknown; readonly labels?: Labels } = {},
  ): Promise<WhatIf> {
    const by = options.by as ((value: unknown) => unknown) | undefined;
    const { labels } = options;
    return this.#session.whatIf(params, of instanceof DataStream ? of.node : of, { by, labels });
  }

  /**
   * Labels that the user gives rows of views: a click on a row or a mark of `show({ labels })` says that it is an anomaly,
   * or a false alarm. They are kept with the session: a crash, a restart of the kernel and a rewind leave them. Iterating
   * them gives windows of confirmed anomalies, which is what `evaluate` takes.
   * @param name tells them from others of the session
   * @param options which field of rows is the key of their series, and how much of the time around an anomaly belongs to it
   * @example
   * const labels = env.labels('orders', { key: 'user', before: '1 s', after: '2 s' });
   * orders.show({ title: 'Orders', labels });
   * await labels.mark({ key: 'ann', start: 8_000, end: 8_000 }, 'anomaly');
   * await labels.mark({ key: 'bob', start: 4_000, end: 4_000 }, 'false alarm');
   * [...labels]; // → [{ key: 'ann', start: 7_000, end: 10_000 }]
   * labels.falseAlarms().length; // → 1
   */
  labels(name: string, options: LabelsOptions = {}): Labels {
    return this.#session.labels.declare(name, options);
  }

  /**
   * The state of an operator as a table: its keys and values, open windows, timers. The streams go on meanwhile.
   * @param of its uid or name, the stream that it makes, or a view of that
   * @param query which part of it, and in which snapshot
   * @throws {TidemarkError} `no-such-operator`; `no-such-cut`
   * @example
   * const totals = orders.keyBy('user').sum('amount').uid('totals');
   * totals.show();
   * await env.step('watermark');
   * (await env.state('totals', { limit: 10 })).rows.map(({ key }) => key);
   */
  state(of: string | DataStream<unknown> | View, query: StateQuery = {}): Promise<StateTable> {
    return this.#session.inspection.state(of instanceof DataStream ? of.node : of, query);
  }

  /**
   * What has changed between two snapshots: state, windows and timers, and how far views have come.
   * @param a a snapshot of `snapshots()`
   * @param b a later one; the last when left out
   * @throws {TidemarkError} `no-such-cut`
   * @example
   * const [first] = env.snapshots();
   * (await env.diff(first?.id ?? 0)).count; // → 0
   */
  diff(a: number, b = this.snapshots().at(-1)?.id ?? a): Promise<SnapshotDiff> {
    return this.#session.inspection.diff(a, b);
  }

  /**
   * Why a window has not fired, the one that ends next if none is named: which input or split holds its watermark back,
   * whether that is idle, and how far out of order it may be. Or why a record was dropped: its windows, when these were cleaned up, and the watermark when it came.
   * @param question `window`: its start (epoch ms or a Date), or its start and end; `record`: as its source handed it
   *   over, or a function that tells it. `of`: the stream, view or operator that is asked about, by default the first
   *   with windows
   * @throws {TidemarkError} `no-windows`, `no-such-record`, `no-such-operator`, `no-such-branch`, `window-without-end`
   * @example
   * const sums = orders.keyBy('user').window(TumblingEventTimeWindows.of('5 s')).sum('amount');
   * sums.show();
   * await env.step(2);
   * const why = await env.why({ window: 0, of: sums });
   * why.needed; // → 4999
   * why.lines.length > 1; // → true
   * (await env.why()).needed; // → 4999
   */
  async why(question: WhyQuestion = {}): Promise<Why> {
    const { window, record, of } = question;
    const asked = of instanceof DataStream ? of.node : of;
    const { inspection } = this.#session;
    if (record !== undefined) return inspection.whyRecord(record, asked);
    if (window === undefined) return inspection.whyWindow(undefined, asked);
    const span = typeof window === 'number' || window instanceof Date ? { start: window } : window;
    const end = span.end === undefined ? {} : { end: Number(span.end) };
    return inspection.whyWindow({ start: Number(span.start), ...end }, asked);
  }

  /**
   * What the session has recorded of its sources: what branches that are rebuilt read, how far it reaches back, how much
   * is kept. It can be limited, and written to a file for `replay(file)`.
   * @example
   * orders.show();
   * await env.step(3);
   * const recording = env.recording().limit({ rows: 100_000, time: '1 h' });
   * recording.sources.map(({ name, records }) => `${name}: ${records}`);
   * await recording.export('orders.recording');
   * env.resume();
   * await env.fromSource(replay('orders.recording', { source: 'orders' })).executeAndCollect({ limit: 1 });
   */
  recording(): Recording {
    return new Recording(this.#session.engine);
  }

  /**
   * Every view and sink of the session with its state.
   * @example
   * env.jobs().map(({ name, status }) => `${name}: ${status}`);
   */
  jobs(): readonly { job: string; cell: string; name: string; status: string; records: number }[] {
    return this.#session.jobs();
  }
}
