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
class DetectFunction<K, T, S> extends KeyedProcessFunction<K, T, Detection<K>> {
  readonly #detector: AnomalyDetector<S>;
  readonly #options: DetectOptions<T>;
  #series!: ValueState<S | undefined>;

  constructor(detector: AnomalyDetector<S>, options: DetectOptions<T>) {
    super();
    this.#detector = detector;
    this.#options = options;
  }

  override open(): void {
    this.#series = this.getRuntimeContext().getState(new ValueStateDescriptor<S>('series'));
  }

  processElement(record: T, context: KeyedContext<K>): Results<Detection<K>> {
    let series = this.#series.value();
    if (series === undefined) this.#series.update((series = this.#detector.createState()));
    const { value: valueOf, threshold = 0.99 } = this.#options;
    const value = valueOf(record);
    const timestamp = context.timestamp();
    const score = this.#detector.score(series, value, timestamp ?? NaN);
    const least = typeof threshold === 'function' ? threshold() : threshold;
    return [{ key: context.getCurrentKey(), timestamp, value, score, anomaly: score >= least }];
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
  return () => new DetectFunction<K, T, S>(detector, options);
}
