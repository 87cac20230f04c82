import type { KeyedTable } from '../state/entries.ts';
import type { EventTimeAlarm } from '../time/event-time-alarm.ts';
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../time/timestamp.ts';
import type { CheckpointListener } from './checkpoint-listener.ts';
import type { Emission } from './emission.ts';
import type { FunctionHost, FunctionHostSnapshot } from './function-host.ts';
import type { FusionScope, WriteNext } from './fusion-scope.ts';
import type { LookAhead } from '../state/look-ahead.ts';
import type { Partitioning } from './stream-partitioner.ts';
import { redistributeBeside } from './redistribute-beside.ts';
import { OwnMetrics } from './metric-group.ts';

/** Where an operator sends what it makes. */
export interface Output {
  readonly collect: (value: unknown, timestamp: number | undefined) => void;
  readonly emitWatermark: (timestamp: number) => void;
  readonly emitIdle: (idle: boolean) => void;
  readonly sideOutput: (tag: string, value: unknown, timestamp: number | undefined) => void;
}

/** What an operator may know of the lane it runs in. */
export interface OperatorRuntime {
  readonly name: string;
  /** Its number among the subtasks of its node, from 0, and how many there are. */
  readonly subtask: number;
  readonly parallelism: number;
  /** The lane's clock in epoch ms. */
  readonly currentProcessingTime: () => number;
  /** Set by operators of the lane: a watermark that does not reach it changes nothing. */
  readonly alarm: EventTimeAlarm;
  /** Interval of periodic watermarks in ms. */
  readonly autoWatermarkInterval: number;
  /** True if a view hangs right on the operator, so that it is worth setting `emission`. */
  readonly tracksEmission: boolean;
  /** True to refuse function instances that were opened before even where they could be made anew. */
  readonly strictInstances: boolean;
  /** True if it runs over bounded input as a whole: one watermark at the end, and only final results. */
  readonly batch: boolean;
  /** True while the lane makes up for what another has done before: nothing is to reach the world outside. */
  readonly muted: boolean;
  /** Has a function hear of what becomes of cuts. */
  readonly listen: (listener: CheckpointListener) => void;
  /** To be asked between two results of a firing: true if it is to be left where it is, so that the event loop has its turn. */
  readonly mustStop: () => boolean;
  /** Fires, and then does what is to follow; a firing that returns false was left, and is called again before anything else. */
  readonly firing: (fire: () => boolean | void, then: () => void) => void;
  /** Tells the lane, at any time, that something has come from outside: it then calls `onMail` in a slice. */
  readonly announceMail: () => void;
}

/**
 * One running copy of an operator. Life: `setup`, perhaps `restore`, `open`, then records, watermarks and timers, one at
 * a time, and `close`.
 */
export abstract class Operator {
  protected output!: Output;
  protected runtime!: OperatorRuntime;
  /** Of an operator that runs a function object: what keeps its state and timers. */
  protected readonly host: FunctionHost | undefined = undefined;
  currentWatermark = MIN_TIMESTAMP;
  /** Records dropped or sent aside because they came too late. */
  lateRecords = 0;
  /** Those of them that were sent aside. */
  lateSideOutputs = 0;
  /** Set while a record is emitted if `tracksEmission`. */
  emission: Emission | undefined;
  /** What its function measures itself, if it does. */
  own: OwnMetrics | undefined;
  /** True if `fuse` hands records on by `next` only, so that it costs no call. */
  readonly fusable: boolean = false;
  /** True if watermarks only pass through it. */
  readonly timeless: boolean = false;
  /** True if `fuse` takes a record in parts as well. */
  readonly takesParts: boolean = false;
  /** Of an operator on keyed records that can look ahead. */
  readonly ahead: LookAhead | undefined = undefined;

  setup(output: Output, runtime: OperatorRuntime): void {
    this.output = output;
    this.runtime = runtime;
  }

  /** What the lane says of it, from `setup` on. */
  get facts(): OperatorRuntime {
    return this.runtime;
  }

  /** Measures of its function, made when it asks for them. */
  ownMetrics(): OwnMetrics {
    return (this.own ??= new OwnMetrics());
  }

  open(): void {}

  close(): void {}

  /** Makes its results again from its state, for operators behind it that are new (law 4); after `open`. */
  showAgain(): void {}

  abstract processElement(value: unknown, timestamp: number | undefined): void;

  processWatermark(timestamp: number): void {
    this.currentWatermark = timestamp;
    if (this.timeless) return this.output.emitWatermark(timestamp);
    this.runtime.firing(
      () => this.onWatermark(timestamp),
      () => {
        // In batch mode the clock's timers wait for the end of the input; then its time runs to the last of them.
        if (timestamp === MAX_TIMESTAMP && this.runtime.batch && this.lastProcessingTime !== -Infinity) {
          this.onProcessingTime(this.lastProcessingTime);
        }
        this.output.emitWatermark(timestamp);
      },
    );
  }

  /**
   * True if what it does depends on the order of records, beyond what it makes of them in the end: in batch mode they
   * then come key by key and in the order of their timestamps.
   */
  readonly showsOrder: boolean = false;

  /** A record of one of its inputs, with its key. */
  processInput(_input: number, _key: unknown, value: unknown, timestamp: number | undefined): void {
    this.processElement(value, timestamp);
  }

  /** In batch mode: there are no more records of the key that they were about, and event time begins anew with the next. */
  endOfKey(): void {
    this.currentWatermark = MAX_TIMESTAMP;
    while (this.onWatermark(MAX_TIMESTAMP) === false);
    this.currentWatermark = MIN_TIMESTAMP;
  }

  processIdle(idle: boolean): void {
    this.output.emitIdle(idle);
  }

  /** The lowest watermark at which it does anything but take note of it; `-Infinity` if it wants to see each. */
  get nextEventTime(): number {
    return this.timeless ? Infinity : -Infinity;
  }

  /** True if it lets watermarks wait until one matters, or the batch is through, provided that `mayHold` is set. */
  readonly holdsWatermarks: boolean = false;
  mayHold = false;
  /** True if it may hand on, between watermarks, a record that is older than the one that came last. */
  readonly agesRecords: boolean = true;
  /** True if what becomes of a record depends on how its time compares to the watermark. */
  readonly judgesTime: boolean = true;

  /** Called when a batch of a source is through. */
  endBatch(): void {}

  /**
   * Fires what is due; what it emits goes out before the watermark itself. It may stop when `runtime.mustStop` says so and
   * return false: then it is called again with the same watermark, before anything else comes.
   */
  protected onWatermark(timestamp: number): boolean | void {
    return this.host?.onWatermark(timestamp, this.runtime);
  }

  /** Time of its first processing-time timer (epoch ms), `Infinity` if it has none. */
  get nextProcessingTime(): number {
    return this.host?.nextProcessingTime ?? Infinity;
  }

  /** Time of its last processing-time timer (epoch ms), `-Infinity` if it has none. */
  get lastProcessingTime(): number {
    return this.host?.lastProcessingTime ?? -Infinity;
  }

  /** Fires its processing-time timers up to `time`; the clock shows `time`. */
  onProcessingTime(time: number): void {
    this.host?.onProcessingTime(time);
  }

  /** True if it asks the world outside, so that the members below have something to say. */
  readonly isAsync: boolean = false;

  /** Records that it has taken and that are not through; the lane does not end before they are. */
  get inFlight(): number {
    return 0;
  }

  /** True while the lane is to hand over no more. */
  get blocked(): boolean {
    return false;
  }

  /** Answers from outside that are still to come, whenever that is, or to be taken. */
  get answersAwaited(): number {
    return 0;
  }

  /** Takes what has come from outside. */
  onMail(): void {}

  /** The record that it was about when it threw outside of `processElement`. */
  failedRecord: unknown;

  get timerCount(): number {
    return this.host?.timerCount ?? 0;
  }

  get stateEntryCount(): number {
    return this.host?.stateEntryCount ?? 0;
  }

  /** What it keeps by key. */
  get tables(): readonly KeyedTable[] {
    return this.host?.tables ?? [];
  }

  /**
   * What it keeps beside its tables, structured-cloneable, and small: it is written while the stream stands still. It may
   * share objects with the operator.
   */
  snapshot(): unknown {
    return this.host?.snapshot();
  }

  /** Takes up what `snapshot` gave, before the tables are restored. */
  restore(state: unknown): void {
    this.host?.restore(state as FunctionHostSnapshot);
  }

  /** What subtasks have given by `snapshot`, for another number of subtasks. */
  redistribute(states: readonly unknown[], parallelism: number): unknown[] {
    return redistributeBeside(states, parallelism);
  }

  /** Counts a record that came too late, and sends it aside if there is a tag for such. */
  protected tooLate(value: unknown, timestamp: number | undefined, tag: string | undefined): void {
    this.lateRecords++;
    if (tag === undefined) return;
    this.lateSideOutputs++;
    this.output.sideOutput(tag, value, timestamp);
  }

  /** How records are spread over several subtasks by the input of that number. */
  partitioning(_input: number): Partitioning {
    return undefined;
  }

  /** False if one subtask must see all records. */
  get isParallel(): boolean {
    return true;
  }

  /** Code that processes `value`, which comes by the input of that number; a fusable operator hands on by `next`. */
  fuse(scope: FusionScope, value: string, timestamp: string, _next: WriteNext, _input: number): string {
    return `${scope.bind(this)}.processElement(${value}, ${timestamp});`;
  }
}
