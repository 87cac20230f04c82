import { badArgument } from '../errors.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';

/** What makes an entry's time to live begin anew: writing it, or reading it too. */
export type TtlUpdateType = 'on-create-and-write' | 'on-read-and-write';

/** Whether an entry that has expired may still be read, once, if it happens not to be cleaned up yet. */
export type TtlVisibility = 'never-return-expired' | 'return-expired-if-not-cleaned-up';

/** When state expires, and who may still see it. */
export interface StateTtlOptions {
  /** Default: `'on-create-and-write'`. */
  readonly updateType?: TtlUpdateType;
  /** Default: `'never-return-expired'`. */
  readonly visibility?: TtlVisibility;
}

/**
 * How long state lives, in processing time. Each key's value lives for itself, each element of a list and each entry
 * of a map too. What has expired is removed when it is touched, and by a sweep at the latest half a time to live
 * later.
 * @throws {TidemarkError} `bad-argument` unless the time is positive.
 * @example
 * const seen = new ValueStateDescriptor('seen', false).enableTimeToLive(new StateTtlConfig('1 h'));
 */
export class StateTtlConfig {
  /** Flink's names of the update types. */
  static readonly UpdateType = {
    OnCreateAndWrite: 'on-create-and-write',
    OnReadAndWrite: 'on-read-and-write',
  } as const satisfies Record<string, TtlUpdateType>;
  /** Flink's names of the visibilities. */
  static readonly StateVisibility = {
    NeverReturnExpired: 'never-return-expired',
    ReturnExpiredIfNotCleanedUp: 'return-expired-if-not-cleaned-up',
  } as const satisfies Record<string, TtlVisibility>;

  /** How long, in ms. */
  readonly timeToLive: number;
  /** What makes an entry's time to live begin anew. */
  readonly updateType: TtlUpdateType;
  /** Whether what has expired may still be read. */
  readonly visibility: TtlVisibility;

  constructor(timeToLive: DurationLike, options: StateTtlOptions = {}) {
    const { updateType = 'on-create-and-write', visibility = 'never-return-expired' } = options;
    this.timeToLive = toMillis(timeToLive);
    if (this.timeToLive <= 0) {
      throw badArgument('timeToLive', timeToLive, 'It must be > 0.', "Give a duration such as '1 h'.");
    }
    const updateTypes: readonly unknown[] = Object.values(StateTtlConfig.UpdateType);
    const visibilities: readonly unknown[] = Object.values(StateTtlConfig.StateVisibility);
    if (!updateTypes.includes(updateType)) {
      throw badArgument(
        'updateType',
        updateType,
        'There is no such update type.',
        `Give '${updateTypes.join("' or '")}'.`,
      );
    }
    if (!visibilities.includes(visibility)) {
      throw badArgument(
        'visibility',
        visibility,
        'There is no such visibility.',
        `Give '${visibilities.join("' or '")}'.`,
      );
    }
    this.updateType = updateType;
    this.visibility = visibility;
  }
}
