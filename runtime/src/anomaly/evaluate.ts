import { scoresOutOfOrder, unknownLabelKey } from './anomaly-errors.ts';
import {
  NAB_PROFILES,
  NabScorer,
  type NabProfileName,
  type ScoredSeries,
  type ThresholdOutcome,
} from './nab-score.ts';

/** What `evaluate` needs of a scored record; a `Detection` is one. */
export interface ScoredRecord {
  /** Of the series; none if there is but one. */
  readonly key?: unknown;
  /** In epoch ms. */
  readonly timestamp?: number | undefined;
  /** 0 (usual) to 1. */
  readonly score: number;
}

/** Where an anomaly is known to be; both times are part of it. */
export interface AnomalyWindow {
  /** Of the series; none if there is but one. */
  readonly key?: unknown;
  /** Its first time, in epoch ms. */
  readonly start: number;
  /** Its last time, in epoch ms. */
  readonly end: number;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** The score from which on a record is an anomaly. Without it, each profile has the threshold that is best for it. */
  readonly threshold?: number;
}

/** How well scores find what is known, at one threshold. */
export interface ProfileEvaluation {
  /** What was given, or the best for the profile. */
  readonly threshold: number;
  /** 100 is perfect, 0 is what a detector that says nothing gets; false alarms can make it negative. */
  readonly nab: number;
  /** Part of the anomalous records that are inside a window; 1 if there are none. */
  readonly precision: number;
  /** Part of the windows that have an anomalous record; 1 if there are none. */
  readonly recall: number;
  /** Anomalous records outside of all windows. */
  readonly falseAlarms: number;
}

/** What `evaluate` gives: by profile of the Numenta Anomaly Benchmark. */
export type Evaluation = Readonly<Record<NabProfileName, ProfileEvaluation>>;

/**
 * Scores against labels: precision, recall and the score of the Numenta Anomaly Benchmark (v1.1), for each of its three
 * profiles. The first 15 % of each series, at most 750 records, do not count.
 * @param scores scored records, those of a key in order
 * @param labels windows in which there is an anomaly
 * @throws {TidemarkError} `bad-argument` if a label's key has no scores, or if scores are not in the order of time
 * @example
 * const scores = Array.from({ length: 100 }, (_, i) => ({ timestamp: i, score: i === 50 || i === 90 ? 0.9 : 0 }));
 * const { standard } = evaluate(scores, [{ start: 50, end: 59 }]);
 * [standard.recall, standard.precision, standard.falseAlarms]; // → [1, 0.5, 1]
 */
export function evaluate(
  scores: Iterable<ScoredRecord>,
  labels: Iterable<AnomalyWindow>,
  options: EvaluateOptions = {},
): Evaluation {
  const scorer = new NabScorer(seriesOf(scores, labels));
  const of = (name: NabProfileName): ProfileEvaluation => {
    const profile = NAB_PROFILES[name];
    const { threshold } = options;
    const outcome = threshold === undefined ? scorer.best(profile) : scorer.at(threshold, profile);
    return evaluationOf(outcome, scorer.windows);
  };
  return {
    standard: of('standard'),
    lowFalsePositives: of('lowFalsePositives'),
    lowFalseNegatives: of('lowFalseNegatives'),
  };
}

function evaluationOf(outcome: ThresholdOutcome, windows: number): ProfileEvaluation {
  const { threshold, score, found, inside, outside } = outcome;
  return {
    threshold,
    nab: score,
    precision: inside + outside === 0 ? 1 : inside / (inside + outside),
    recall: windows === 0 ? 1 : found / windows,
    falseAlarms: outside,
  };
}

function seriesOf(scores: Iterable<ScoredRecord>, labels: Iterable<AnomalyWindow>): ScoredSeries[] {
  const byKey = new Map<unknown, { times: number[]; scores: number[]; windows: [number, number][] }>();
  for (const { key, timestamp, score } of scores) {
    let series = byKey.get(key);
    if (!series) byKey.set(key, (series = { times: [], scores: [], windows: [] }));
    const time = timestamp ?? NaN;
    const before = series.times.at(-1);
    if (before !== undefined && !(time >= before)) throw scoresOutOfOrder(key, before, time);
    series.times.push(time);
    series.scores.push(score);
  }
  for (const { key, start, end } of labels) {
    const series = byKey.get(key);
    if (!series) throw unknownLabelKey(key, [...byKey.keys()]);
    const first = series.times.findIndex((time) => time >= start);
    const last = series.times.findLastIndex((time) => time <= end);
    if (first >= 0 && first <= last) series.windows.push([first, last]);
  }
  return [...byKey.values()];
}
