import type { Results } from '../operators/collector.ts';
import { KeyedProcessFunction, type KeyedContext } from '../operators/process-function.ts';
import { ValueStateDescriptor, type ValueState } from '../state/value-state.ts';
import type { AnomalyDetector } from './anomaly-detector.ts';

/** A record that a detector has scored. */
export interface Detection<K = unknown> {
  /** Of the series. */
  readonly key: K;
  /** Of the record, in epoch ms; `undefined` if it has none. */
  readonly timestamp: number | undefined;
  /** What was looked at. */
  readonly value: number;
  /** 0 (usual) to 1. */
  readonly score: number;
  /** The score reached the threshold. */
  readonly anomaly: boolean;
}

/** Options of `detect`. */
export interface DetectOptions<T> {
  /** The number of a record that is looked at. */
  readonly value: (record: T) => number;
  /**
   * The score from which on a record is an anomaly, 0 to 1, default 0.99; a function is asked for every record, so that it can
   * be moved while the job runs.
   */
  readonly threshold?: number | (() => number);
}

/** Scores every record by the series of its key. */
class DetectFunction<K, T> extends KeyedProcessFunction<K, T, Detection<K>> {
  readonly #detector: AnomalyDetector;
  readonly #valueOf: (record: T) => number;
  readonly #threshold: () => number;
  #series!: ValueState<unknown>;

  constructor(detector: AnomalyDetector, valueOf: (record: T) => number, threshold: () => number) {
    super();
    this.#detector = detector;
    this.#valueOf = valueOf;
    this.#threshold = threshold;
  }

  override open(): void {
    this.#series = this.getRuntimeContext().getState(new ValueStateDescriptor<unknown>('series'));
  }

  processElement(record: T, context: KeyedContext<K>): Results<Detection<K>> {
    let series = this.#series.value();
    if (series === undefined) this.#series.update((series = this.#detector.createState()));
    const value = this.#valueOf(record);
    const timestamp = context.timestamp();
    const score = this.#detector.score(series, value, timestamp ?? NaN);
    return [{ key: context.getCurrentKey(), timestamp, value, score, anomaly: score >= this.#threshold() }];
  }
}

/**
 * A function for `KeyedStream.process` that scores every record with a detector; the state of a key's series is ordinary keyed
 * state. Nothing is left out: filter by `anomaly`.
 * @example
 * const scored = orders
 *   .keyBy('user')
 *   .process(detect(ewmaDetector({ warmUp: 1 }), { value: (order) => order.amount }));
 * const anomalies = scored.filter(({ anomaly }) => anomaly).map(({ key, value }) => [key, value]);
 * await anomalies.executeAndCollect(); // → [['ann', 4], ['bob', 2]]
 */
export function detect<T, S, K = unknown>(
  detector: AnomalyDetector<S>,
  options: DetectOptions<T>,
): () => KeyedProcessFunction<K, T, Detection<K>> {
  // Each by itself: functions that the job captures are followed to what they name (law 3), those in an object are not.
  const { value, threshold = 0.99 } = options;
  const least = typeof threshold === 'function' ? threshold : () => threshold;
  return () => new DetectFunction<K, T>(detector, value, least);
}
