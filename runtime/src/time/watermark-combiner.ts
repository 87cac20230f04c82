import { MIN_TIMESTAMP } from './timestamp.ts';

interface Channel {
  watermark: number;
  idle: boolean;
}

/** State of a combiner in a snapshot. */
export interface WatermarkCombinerState {
  readonly channels: readonly (readonly [id: string, watermark: number, idle: boolean])[];
  readonly watermark: number;
  readonly idle: boolean;
}

/**
 * Combines the watermarks of several inputs or splits into one that never goes back: the lowest of those that are
 * active, or, once all are idle, the highest.
 */
export class WatermarkCombiner {
  readonly #channels = new Map<string, Channel>();
  #watermark = MIN_TIMESTAMP;
  #idle = false;

  get watermark(): number {
    return this.#watermark;
  }

  /** True if there are channels and all are idle. */
  get idle(): boolean {
    return this.#idle;
  }

  register(id: string): void {
    if (!this.#channels.has(id)) this.#channels.set(id, { watermark: MIN_TIMESTAMP, idle: false });
  }

  unregister(id: string): void {
    this.#channels.delete(id);
  }

  /** True if these are the channels of a combiner whose state was kept. */
  fits(state: WatermarkCombinerState): boolean {
    return (
      state.channels.length === this.#channels.size && state.channels.every(([id]) => this.#channels.has(id))
    );
  }

  /** Takes a channel's watermark, which makes the channel active; one that is lower than before changes no more than that. */
  update(id: string, watermark: number): void {
    const channel = this.#channel(id);
    channel.idle = false;
    if (watermark > channel.watermark) channel.watermark = watermark;
  }

  setIdle(id: string, idle: boolean): void {
    this.#channel(id).idle = idle;
  }

  watermarkOf(id: string): number {
    return this.#channel(id).watermark;
  }

  isIdle(id: string): boolean {
    return this.#channel(id).idle;
  }

  /** Combines anew. True if the combined watermark has advanced or idleness has changed. */
  combine(): boolean {
    let lowest = Infinity;
    let highest = MIN_TIMESTAMP;
    for (const channel of this.#channels.values()) {
      if (!channel.idle && channel.watermark < lowest) lowest = channel.watermark;
      if (channel.watermark > highest) highest = channel.watermark;
    }
    const idle = this.#channels.size > 0 && lowest === Infinity;
    const combined = this.#channels.size === 0 ? MIN_TIMESTAMP : idle ? highest : lowest;
    const changed = idle !== this.#idle || combined > this.#watermark;
    this.#idle = idle;
    if (combined > this.#watermark) this.#watermark = combined;
    return changed;
  }

  snapshot(): WatermarkCombinerState {
    return {
      channels: [...this.#channels].map(([id, { watermark, idle }]) => [id, watermark, idle] as const),
      watermark: this.#watermark,
      idle: this.#idle,
    };
  }

  restore(state: WatermarkCombinerState): void {
    for (const [id, watermark, idle] of state.channels) this.#channels.set(id, { watermark, idle });
    this.#watermark = state.watermark;
    this.#idle = state.idle;
  }

  #channel(id: string): Channel {
    this.register(id);
    return this.#channels.get(id)!;
  }
}
