// How far do the constants of the combination carry? For each group of files they are chosen on the other groups, thresholds
// too, and scored on the one left out: npm run nab -- --data <folder> --leave-one-group-out.
import {
  combine,
  knnDetector,
  multiScaleDetector,
  tailDetector,
  type AnomalyDetector,
  type CombineOptions,
} from 'tidemark';
import { scoreOf } from '../../runtime/src/anomaly/anomaly-detector.ts';
import {
  NAB_PROFILES,
  NabScorer,
  type NabProfile,
  type ScoredSeries,
} from '../../runtime/src/anomaly/nab-score.ts';
import type { NabSeries } from './corpus.ts';
import type { ProfileScores } from './published.ts';

const PROFILES = Object.values(NAB_PROFILES);
/** No threshold is sought below: such scores are as good as none. */
const LEAST_THRESHOLD = 0.9;
const WARM_UP = 100;

const SCALES = [
  [1, 4, 16, 64],
  [1, 8, 64],
  [1, 4, 16],
];
const LEFT_OUT = ['nothing', 'the day', 'the week', 'neighbours', 'change and spread'] as const;
/** Greatest surprise of a part. */
const CAPS = [3, 4, 5];
const QUIET = [75, 100, 150, 200, 300];
const ALARMS = [[0.984, 0.992], [0.98, 0.99], [0.99], [0.99, 0.999], []];

/** A choice of constants, and what it gives each series, by group. */
export interface Candidate {
  readonly name: string;
  readonly groups: ReadonlyMap<string, readonly ScoredSeries[]>;
}

/** What was chosen without a group, and what it gets there. */
export interface LeftOutGroup {
  readonly group: string;
  readonly chosen: string;
  readonly thresholds: readonly number[];
  /** By profile; undefined where a group has no window to find. */
  readonly scores: ProfileScores | undefined;
}

/** All groups, each scored by what was chosen on the others. */
export interface LeaveOneGroupOut {
  readonly groups: readonly LeftOutGroup[];
  /** Summed up as the benchmark does: over all files, against all windows. */
  readonly scores: ProfileScores;
}

/** Chooses among candidates, with a threshold for each profile, on all groups but one, in turn; scores that one. */
export function leaveOneGroupOut(candidates: readonly Candidate[]): LeaveOneGroupOut {
  const names = [...candidates[0]!.groups.keys()];
  const gains = PROFILES.map(() => 0);
  let windows = 0;
  const groups = names.map((group) => {
    const best = bestOn(candidates, (each) => each !== group);
    const scorer = new NabScorer(best.candidate.groups.get(group)!);
    windows += scorer.windows;
    const scores = PROFILES.map((profile, i) => {
      const { score } = scorer.at(best.thresholds[i]!, profile);
      gains[i]! += (score / 100) * (rangeOf(profile, scorer.windows) || 1);
      return score;
    });
    return {
      group,
      chosen: best.candidate.name,
      thresholds: best.thresholds,
      scores: scorer.windows > 0 ? (scores as unknown as ProfileScores) : undefined,
    };
  });
  const scores = PROFILES.map((profile, i) => (100 * gains[i]!) / rangeOf(profile, windows));
  return { groups, scores: scores as unknown as ProfileScores };
}

/** What lies between a detector that says nothing and a perfect one. */
function rangeOf({ truePositive, falseNegative }: NabProfile, windows: number): number {
  return windows * (truePositive + falseNegative);
}

/** The candidate with the highest mean over the profiles, each at the threshold that is best for it. */
function bestOn(candidates: readonly Candidate[], isUsed: (group: string) => boolean) {
  let best: { candidate: Candidate; sum: number; thresholds: number[] } | undefined;
  for (const candidate of candidates) {
    const scorer = new NabScorer(
      [...candidate.groups].flatMap(([group, series]) => (isUsed(group) ? series : [])),
    );
    const outcomes = PROFILES.map((profile) => scorer.best(profile));
    const sum = outcomes.reduce((total, { score }) => total + score, 0);
    if (best && sum <= best.sum) continue;
    best = { candidate, sum, thresholds: outcomes.map(({ threshold }) => threshold) };
  }
  return best!;
}

/** The combination as it is, for a choice of thresholds alone. */
export function combinationAsItIs(corpus: readonly NabSeries[]): Candidate {
  return candidateOf('as it is', corpus, scoresOf(multiScaleDetector(), corpus));
}

/** Combinations with other scales, families of statistics, caps, quiet times and alarm levels. */
export function otherCombinations(corpus: readonly NabSeries[]): Candidate[] {
  const parts = new Map<string, Scores>();
  const part = (name: string, detector: () => AnomalyDetector) => {
    if (!parts.has(name)) parts.set(name, scoresOf(detector(), corpus));
    return parts.get(name)!;
  };
  const candidates: Candidate[] = [];
  for (const scales of SCALES)
    for (const without of LEFT_OUT)
      for (const cap of CAPS) {
        const used = partsOf(scales, without).map(([name, detector]) => part(name, detector));
        const capped = used.map((scores) => recorded(scores, scoreOf(cap)));
        const together = scoresOf(combine(capped, { alarms: [], warmUp: WARM_UP }), corpus);
        for (const quiet of QUIET)
          for (const alarms of ALARMS) {
            if (alarms.length === 0 && quiet !== QUIET[0]) continue;
            const options: CombineOptions = { alarms, quiet, warmUp: WARM_UP };
            const name = `scales ${scales.join(' ')}, without ${without}, cap ${cap}, quiet ${quiet}, alarms ${alarms.join(' ')}`;
            const scores = scoresOf(combine([recorded(together, 1)], options), corpus);
            candidates.push(candidateOf(name, corpus, scores));
          }
      }
  return candidates;
}

function partsOf(scales: readonly number[], without: (typeof LEFT_OUT)[number]) {
  const seasons = (['1 d', '7 d'] as const).filter(
    (season) => without !== (season === '1 d' ? 'the day' : 'the week'),
  );
  const spreads = without === 'change and spread' ? [] : scales.filter((over) => over >= 16);
  const strides = without === 'neighbours' ? [] : [1, 4];
  const parts: [string, () => AnomalyDetector][] = [
    ...scales.map((over) => tail(`level ${over}`, { of: 'level', over })),
    ...seasons.flatMap((season) =>
      scales.map((over) => tail(`season ${season} ${over}`, { of: 'season', over, season })),
    ),
    ...spreads.map((over) => tail(`spread ${over}`, { of: 'spread', over })),
    ...(without === 'change and spread' ? [] : [tail('change', { of: 'change' })]),
    ...strides.map((stride): [string, () => AnomalyDetector] => [
      `neighbours ${stride}`,
      () => knnDetector({ stride, history: 500 }),
    ]),
  ];
  return parts;
}

function tail(name: string, options: Parameters<typeof tailDetector>[0]): [string, () => AnomalyDetector] {
  return [name, () => tailDetector(options)];
}

/** Of each series, in the order of the corpus. */
type Scores = readonly Float64Array[];

function scoresOf(detector: AnomalyDetector, corpus: readonly NabSeries[]): Scores {
  return corpus.map(({ times, values }) => {
    const state = detector.createState();
    return Float64Array.from(values, (value, i) => detector.score(state, value, times[i]!));
  });
}

/** A detector that says again, once, what one has said of each series, to try many combinations of the same parts. */
function recorded(scores: Scores, most: number): AnomalyDetector<{ series: number; at: number }> {
  let series = 0;
  return {
    name: 'recorded',
    warmUp: WARM_UP,
    createState: () => ({ series: series++, at: 0 }),
    score: (state) => Math.min(most, scores[state.series]![state.at++]!),
  };
}

function candidateOf(name: string, corpus: readonly NabSeries[], all: Scores): Candidate {
  const groups = new Map<string, ScoredSeries[]>();
  corpus.forEach(({ name: file, windows }, i) => {
    const group = file.slice(0, file.indexOf('/'));
    if (!groups.has(group)) groups.set(group, []);
    const scores = all[i]!.map((score) => (score < LEAST_THRESHOLD ? 0 : score));
    groups.get(group)!.push({ windows, scores });
  });
  return { name, groups };
}
