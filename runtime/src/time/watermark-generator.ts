import { MIN_TIMESTAMP } from './timestamp.ts';

/** Where a watermark generator puts its watermarks (epoch ms). */
export interface WatermarkOutput {
  /** Says that no record with a timestamp up to this one (epoch ms) is to come; one lower than before is ignored. */
  emitWatermark(timestamp: number): void;
  /** Says that the stream is silent for now and holds nobody back. */
  markIdle(): void;
  /** Says that the stream counts again. */
  markActive(): void;
}

/** Makes watermarks from the records it sees. */
export interface WatermarkGenerator<T> {
  /** Called for every record, after the record itself has gone on. */
  onEvent(value: T, timestamp: number | undefined, output: WatermarkOutput): void;
  /** Called after every batch of a source, and every auto-watermark interval elsewhere. */
  onPeriodicEmit(output: WatermarkOutput): void;
  /** What it remembers, for snapshots; structured-cloneable. */
  snapshot?(): unknown;
  /** Goes on with what `snapshot` gave. */
  restore?(state: unknown): void;
}

/** Watermarks that trail the highest timestamp seen by a fixed bound (ms). */
export class BoundedOutOfOrdernessWatermarks implements WatermarkGenerator<unknown> {
  readonly bound: number;
  /** The highest timestamp seen; a fused chain writes it directly. */
  maxTimestamp: number;

  constructor(bound: number) {
    this.bound = bound;
    this.maxTimestamp = MIN_TIMESTAMP + bound + 1;
  }

  onEvent(_value: unknown, timestamp: number | undefined): void {
    if (timestamp !== undefined && timestamp > this.maxTimestamp) this.maxTimestamp = timestamp;
  }

  onPeriodicEmit(output: WatermarkOutput): void {
    output.emitWatermark(this.maxTimestamp - this.bound - 1);
  }

  snapshot(): unknown {
    return this.maxTimestamp;
  }

  restore(state: unknown): void {
    if (typeof state === 'number') this.maxTimestamp = state;
  }
}

/** Emits nothing: event time stands still until the input ends. */
export class NoWatermarks implements WatermarkGenerator<unknown> {
  onEvent(): void {}
  onPeriodicEmit(): void {}
}
