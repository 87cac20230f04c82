import { badArgument } from '../errors.ts';
import { toMillis, type DurationLike } from './duration.ts';
import {
  BoundedOutOfOrdernessWatermarks,
  NoWatermarks,
  type WatermarkGenerator,
} from './watermark-generator.ts';

/** Takes a record's event time (epoch ms) from its value, or from the timestamp that its source gave it. */
export type TimestampAssigner<T> = (value: T, recordTimestamp: number | undefined) => number;

/** Sources that are kept together in event time. */
export interface WatermarkAlignment {
  /** Name of the group. */
  readonly group: string;
  /** How far a source may be ahead of the slowest, in ms. */
  readonly maxDrift: number;
}

interface StrategyParts<T> {
  readonly kind: 'monotonous' | 'bounded' | 'none' | 'generator';
  readonly bound?: number;
  readonly createGenerator: () => WatermarkGenerator<T>;
  readonly generatorFunction?: unknown;
  readonly timestampAssigner?: TimestampAssigner<T>;
  readonly idleness?: number;
  readonly alignment?: WatermarkAlignment;
}

/**
 * How records get their timestamps and a stream its watermarks.
 * @example
 * const strategy = WatermarkStrategy.forBoundedOutOfOrderness<{ time: number }>('5 s')
 *   .withTimestampAssigner((event) => event.time)
 *   .withIdleness('1 min');
 * const result = await testJob([element({ time: 9_000 }), processingTime(200)], (events) =>
 *   events.assignTimestampsAndWatermarks(strategy),
 * );
 * result.steps[1]!.watermark; // → 3999
 */
export class WatermarkStrategy<T> {
  readonly #parts: StrategyParts<T>;

  private constructor(parts: StrategyParts<T>) {
    this.#parts = parts;
  }

  /**
   * For timestamps that never go back within a split: the watermark is the highest timestamp seen, less 1 ms.
   * @example
   * WatermarkStrategy.forMonotonousTimestamps<{ time: number }>().withTimestampAssigner(({ time }) => time);
   */
  static forMonotonousTimestamps<T>(): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({
      kind: 'monotonous',
      bound: 0,
      createGenerator: () => new BoundedOutOfOrdernessWatermarks(0),
    });
  }

  /**
   * For records that come at most `bound` after one with a later timestamp: the watermark is the highest timestamp seen, less
   * `bound` and 1 ms.
   * @throws {TidemarkError} `bad-argument` for a negative bound.
   * @example
   * WatermarkStrategy.forBoundedOutOfOrderness<{ time: number }>('5 s').withTimestampAssigner(({ time }) => time);
   * WatermarkStrategy.forBoundedOutOfOrderness('-5 s'); // throws 'bad-argument'
   */
  static forBoundedOutOfOrderness<T>(bound: DurationLike): WatermarkStrategy<T> {
    const millis = toMillis(bound);
    if (millis < 0) {
      throw badArgument(
        'maxOutOfOrderness',
        bound,
        'It must not be negative.',
        "Give a duration such as '5 s'.",
      );
    }
    return new WatermarkStrategy<T>({
      kind: 'bounded',
      bound: millis,
      createGenerator: () => new BoundedOutOfOrdernessWatermarks(millis),
    });
  }

  /**
   * For pure processing time: no watermark before the end of the input.
   * @example
   * env.fromSource(collectionSource(['a', 'b']), WatermarkStrategy.noWatermarks());
   */
  static noWatermarks<T>(): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ kind: 'none', createGenerator: () => new NoWatermarks() });
  }

  /**
   * With a generator of one's own; `create` is called once a split and once a copy of the operator.
   * @example
   * const atLastOfDay = WatermarkStrategy.forGenerator<{ time: number; last: boolean }>(() => ({
   *   onEvent(event, timestamp, output) {
   *     if (event.last) output.emitWatermark(event.time);
   *   },
   *   onPeriodicEmit() {},
   * })).withTimestampAssigner((event) => event.time);
   */
  static forGenerator<T>(create: () => WatermarkGenerator<T>): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({
      kind: 'generator',
      createGenerator: create,
      generatorFunction: create,
    });
  }

  /**
   * Takes timestamps (whole epoch ms) from records, in place of those that the source gave; records fail the stream with
   * `bad-timestamp` when it is no such number.
   * @example
   * WatermarkStrategy.forMonotonousTimestamps().withTimestampAssigner((iso: string) => Date.parse(iso));
   */
  withTimestampAssigner<U = T>(assigner: TimestampAssigner<U>): WatermarkStrategy<U> {
    const parts = this.#parts as unknown as StrategyParts<U>;
    return new WatermarkStrategy<U>({ ...parts, timestampAssigner: assigner });
  }

  /**
   * A stream, or a split, that is silent for longer than `timeout` no longer holds back the others.
   * @throws {TidemarkError} `bad-argument` unless the timeout is positive.
   * @example
   * WatermarkStrategy.forMonotonousTimestamps().withIdleness('1 min').idleness; // → 60000
   */
  withIdleness(timeout: DurationLike): WatermarkStrategy<T> {
    const millis = toMillis(timeout);
    if (millis <= 0) {
      throw badArgument(
        'idleness',
        timeout,
        'The idleness timeout must be > 0.',
        "Give a duration such as '1 min'.",
      );
    }
    return new WatermarkStrategy<T>({ ...this.#parts, idleness: millis });
  }

  /** The same timestamps without any watermark: in batch mode only the end of the input tells what time it is. @internal */
  withoutWatermarks(): WatermarkStrategy<T> {
    const { timestampAssigner } = this.#parts;
    return new WatermarkStrategy<T>({
      kind: 'none',
      createGenerator: () => new NoWatermarks(),
      timestampAssigner,
    });
  }

  /**
   * Keeps the sources of a group within `maxDrift` of each other in event time: one that is further ahead of the slowest is not
   * read until that has caught up. Sources that are idle or have ended are not waited for. It works where a source is read
   * (`fromSource`); recorded input is read again as fast as it can be.
   * @throws {TidemarkError} `bad-argument` for an empty group or a negative drift.
   * @example
   * WatermarkStrategy.forMonotonousTimestamps().withWatermarkAlignment('group', '1 min').alignment?.maxDrift; // → 60000
   */
  withWatermarkAlignment(group: string, maxDrift: DurationLike): WatermarkStrategy<T> {
    const millis = toMillis(maxDrift);
    if (typeof group !== 'string' || group === '') {
      throw badArgument(
        'alignment group',
        group,
        'Sources are aligned within a group that has a name.',
        "Name it: withWatermarkAlignment('orders', '1 min').",
      );
    }
    if (millis < 0) {
      throw badArgument('maxDrift', maxDrift, 'It must not be negative.', "Give a duration such as '1 min'.");
    }
    return new WatermarkStrategy<T>({ ...this.#parts, alignment: { group, maxDrift: millis } });
  }

  /** Which of the four ways of making watermarks it is. */
  get kind(): 'monotonous' | 'bounded' | 'none' | 'generator' {
    return this.#parts.kind;
  }

  /** What takes timestamps from records; `undefined` if those of the source stay. */
  get timestampAssigner(): TimestampAssigner<T> | undefined {
    return this.#parts.timestampAssigner;
  }

  /** Idleness timeout in ms. */
  get idleness(): number | undefined {
    return this.#parts.idleness;
  }

  /** The group it is aligned with, and how far it may be ahead of the slowest of it, in ms. */
  get alignment(): WatermarkAlignment | undefined {
    return this.#parts.alignment;
  }

  /** Makes a generator, for one split or one copy of an operator. */
  createGenerator(): WatermarkGenerator<T> {
    return this.#parts.createGenerator();
  }

  /** Plain data of it, for the fingerprint. */
  get parameters(): Readonly<Record<string, unknown>> {
    const { kind, bound, idleness, alignment } = this.#parts;
    return { kind, bound, idleness, ...(alignment === undefined ? {} : { alignment }) };
  }

  /** The user's functions in it, for the fingerprint. */
  get functions(): readonly unknown[] {
    const { timestampAssigner, generatorFunction } = this.#parts;
    return [timestampAssigner, generatorFunction].filter((part) => part !== undefined);
  }
}
