import { badTimestamp } from '../errors.ts';
import { IdlenessTimer } from '../time/idleness-timer.ts';
import { MAX_TIMESTAMP } from '../time/timestamp.ts';
import type { WatermarkGenerator, WatermarkOutput } from '../time/watermark-generator.ts';
import type { TimestampAssigner, WatermarkStrategy } from '../time/watermark-strategy.ts';
import { Operator } from './operator.ts';

interface TimestampsState {
  readonly generator: unknown;
  readonly idleness: unknown;
  readonly nextTick: number;
  readonly emitted: number;
  readonly idle: boolean;
}

/**
 * Gives records new timestamps and the stream new watermarks. Watermarks from before it are swallowed, but for the last
 * one at the end of the input.
 */
export class TimestampsOperator extends Operator implements WatermarkOutput {
  readonly #strategy: WatermarkStrategy<unknown>;
  readonly #assigner: TimestampAssigner<unknown> | undefined;
  readonly #generator: WatermarkGenerator<unknown>;
  readonly #idleness: IdlenessTimer | undefined;
  // Ticks stand still while nothing can come of them, so that a long silence costs nothing on a virtual clock.
  #nextTick = Infinity;
  #emitted = -Infinity;
  #idle = false;
  maxTimestamp: number | undefined;

  constructor(strategy: WatermarkStrategy<unknown>) {
    super();
    this.#strategy = strategy;
    this.#assigner = strategy.timestampAssigner;
    this.#generator = strategy.createGenerator();
    this.#idleness = strategy.idleness === undefined ? undefined : new IdlenessTimer(strategy.idleness);
  }

  override open(): void {
    if (this.runtime.batch) return;
    if (this.#idleness !== undefined && this.#nextTick === Infinity) this.#scheduleTick();
  }

  processElement(value: unknown, recordTimestamp: number | undefined): void {
    const assigner = this.#assigner;
    const timestamp = assigner === undefined ? recordTimestamp : assigner(value, recordTimestamp);
    if (assigner !== undefined && Math.floor(timestamp as number) !== timestamp)
      throw badTimestamp(timestamp);
    this.output.collect(value, timestamp);
    if (this.runtime.batch) return;
    if (timestamp !== undefined && !(timestamp <= this.maxTimestamp!)) this.maxTimestamp = timestamp;
    if (this.#idleness !== undefined) {
      this.#idleness.activity();
      this.markActive();
    }
    this.#generator.onEvent(value, timestamp, this);
    if (this.#nextTick === Infinity) this.#scheduleTick();
  }

  override processWatermark(timestamp: number): void {
    if (timestamp === MAX_TIMESTAMP) this.emitWatermark(timestamp);
  }

  /** Idleness too is this strategy's own business. */
  override processIdle(): void {}

  override get nextProcessingTime(): number {
    return this.#nextTick;
  }

  override onProcessingTime(): void {
    this.#nextTick = Infinity;
    if (this.#idleness?.check(this.runtime.currentProcessingTime())) {
      this.markIdle();
      return;
    }
    this.#generator.onPeriodicEmit(this);
    if (this.#idleness !== undefined || this.#strategy.kind === 'generator') this.#scheduleTick();
  }

  emitWatermark(timestamp: number): void {
    if (timestamp <= this.#emitted || timestamp < this.currentWatermark) return;
    this.markActive();
    this.#emitted = timestamp;
    this.currentWatermark = timestamp;
    this.output.emitWatermark(timestamp);
  }

  markIdle(): void {
    if (this.#idle) return;
    this.#idle = true;
    this.output.emitIdle(true);
  }

  markActive(): void {
    if (!this.#idle) return;
    this.#idle = false;
    this.output.emitIdle(false);
  }

  override snapshot(): TimestampsState {
    return {
      generator: this.#generator.snapshot?.(),
      idleness: this.#idleness?.snapshot(),
      nextTick: this.#nextTick,
      emitted: this.#emitted,
      idle: this.#idle,
    };
  }

  override restore(state: unknown): void {
    const { generator, idleness, nextTick, emitted, idle } = state as TimestampsState;
    this.#generator.restore?.(generator);
    this.#idleness?.restore(idleness);
    this.#nextTick = nextTick;
    this.#emitted = emitted;
    this.#idle = idle;
  }

  /** Each begins anew with the timestamps that it sees: those of others say nothing of what it will get. */
  override redistribute(_states: readonly unknown[], parallelism: number): unknown[] {
    return Array.from({ length: parallelism }, () => undefined);
  }

  #scheduleTick(): void {
    this.#nextTick = this.runtime.currentProcessingTime() + this.runtime.autoWatermarkInterval;
  }
}
