import type { StateTtlConfig } from './state-ttl-config.ts';

/** A value that expires. Times are epoch ms of the lane's clock. */
export interface TtlEntry<T = unknown> {
  readonly value: T;
  /** When its time to live began. */
  readonly at: number;
  /** When a sweep may take it away. */
  readonly sweepAt: number;
}

/** What states that expire need of the place they are kept in. */
export interface TtlScope {
  /** The lane's clock in epoch ms. */
  now(): number;
  /** Something was written that expires `timeToLive` ms from now. */
  written(timeToLive: number): void;
}

/** The rules of one state's time to live. */
export class Ttl {
  readonly #scope: TtlScope;
  readonly #timeToLive: number;
  /** True if reading begins an entry's time anew. */
  readonly refreshesOnRead: boolean;
  /** True if an entry that has expired and is still here may be read once. */
  readonly returnsExpired: boolean;

  constructor(config: StateTtlConfig, scope: TtlScope) {
    this.#scope = scope;
    this.#timeToLive = config.timeToLive;
    this.refreshesOnRead = config.updateType === 'on-read-and-write';
    this.returnsExpired = config.visibility === 'return-expired-if-not-cleaned-up';
  }

  entry<T>(value: T): TtlEntry<T> {
    const timeToLive = this.#timeToLive;
    const at = this.#scope.now();
    this.#scope.written(timeToLive);
    // What may still be returned is left a while longer.
    return { value, at, sweepAt: at + timeToLive * (this.returnsExpired ? 2 : 1) };
  }

  expired({ at }: TtlEntry): boolean {
    return at + this.#timeToLive <= this.#scope.now();
  }
}
