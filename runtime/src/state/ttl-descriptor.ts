import type { StateTtlConfig } from './state-ttl-config.ts';
import { VersionedDescriptor } from './versioned-descriptor.ts';

/** What descriptors of keyed state have in common: their entries may expire. */
export abstract class TtlDescriptor<H = unknown> extends VersionedDescriptor<H> {
  #timeToLive: StateTtlConfig | undefined;

  /**
   * Lets the state's entries expire; to be called before the state is first asked for.
   * @example
   * const seen = new ValueStateDescriptor('seen', false).enableTimeToLive(new StateTtlConfig('1 h'));
   * seen.timeToLive?.timeToLive; // → 3600000
   */
  enableTimeToLive(config: StateTtlConfig): this {
    this.#timeToLive = config;
    return this;
  }

  /** Absent if entries live until they are cleared. */
  get timeToLive(): StateTtlConfig | undefined {
    return this.#timeToLive;
  }
}
