// Scores every detector on the Numenta Anomaly Benchmark: `npm run nab -- --data <folder>`. One configuration each for the
// whole corpus; a detector gets the values and times of a file one by one, and nothing else.
import {
  combine,
  ewmaDetector,
  gaussianDetector,
  halfSpaceTreesDetector,
  holtWintersDetector,
  knnDetector,
  madDetector,
  multiScaleDetector,
  tailDetector,
  type AnomalyDetector,
} from 'tidemark';
import { NAB_PROFILES, NabScorer } from '../../runtime/src/anomaly/nab-score.ts';
import { readCorpus, type NabSeries } from './corpus.ts';
import {
  combinationAsItIs,
  leaveOneGroupOut,
  otherCombinations,
  type Candidate,
} from './leave-one-group-out.ts';
import { windowedGaussian } from './windowed-gaussian.ts';
import { PUBLISHED, PUBLISHED_GROUPS, type ProfileScores } from './published.ts';

const nothing: AnomalyDetector = { name: 'null', warmUp: 0, createState: () => undefined, score: () => 0 };

const DETECTORS: readonly AnomalyDetector[] = [
  multiScaleDetector(),
  combine([holtWintersDetector(), knnDetector(), tailDetector({ of: 'spread' })], {
    name: 'combination of three',
  }),
  ...(['level', 'season', 'spread', 'change'] as const).map((of) =>
    tailDetector({ of, over: of === 'change' ? undefined : 16 }),
  ),
  knnDetector(),
  halfSpaceTreesDetector(),
  holtWintersDetector(),
  gaussianDetector(),
  ewmaDetector(),
  madDetector(),
  nothing,
];

const at = process.argv.indexOf('--data');
const folder = at < 0 ? undefined : process.argv[at + 1];
if (folder === undefined) {
  console.error(
    'Say where the benchmark lies: npm run nab -- --data <folder>, with data/ and labels/ in it.',
  );
  process.exitCode = 2;
} else if (process.argv.includes('--leave-one-group-out')) {
  const corpus = await readCorpus(folder);
  leftOut('Thresholds alone are chosen on the other groups', [combinationAsItIs(corpus)]);
  leftOut('All constants are chosen on the other groups', otherCombinations(corpus));
} else {
  await table(await readCorpus(folder));
}

function leftOut(title: string, candidates: readonly Candidate[]): void {
  const { groups, scores } = leaveOneGroupOut(candidates);
  console.log(`\n${title}, among ${candidates.length}:\n`);
  console.log(row('group left out', 'standard', 'low FP', 'low FN'));
  for (const { group, chosen, scores: own } of groups) {
    const cells = own ? own.map((score) => score.toFixed(1)) : ['-', '-', '-'];
    console.log(`${row(group, ...cells)}   ${chosen}`);
  }
  console.log(row('all', ...scores.map((score) => score.toFixed(1))));
}

function scorerOf(detector: AnomalyDetector, corpus: readonly NabSeries[]): NabScorer {
  return new NabScorer(
    corpus.map(({ times, values, windows }) => {
      const state = detector.createState();
      return { windows, scores: values.map((value, i) => detector.score(state, value, times[i]!)) };
    }),
  );
}

async function table(corpus: readonly NabSeries[]): Promise<void> {
  const windows = corpus.reduce((sum, series) => sum + series.windows.length, 0);
  console.log(`${corpus.length} files, ${windows} windows\n`);
  console.log(row('detector', 'standard', 'low FP', 'low FN', 'threshold', 'found', 'false alarms'));
  for (const detector of DETECTORS) {
    const scorer = scorerOf(detector, corpus);
    const best = scorer.best(NAB_PROFILES.standard);
    const scores = Object.values(NAB_PROFILES).map((profile) => scorer.best(profile).score.toFixed(1));
    const threshold = best.threshold === Infinity ? 'none' : best.threshold.toPrecision(5);
    console.log(row(detector.name, ...scores, threshold, String(best.found), String(best.outside)));
  }
  const fixed = scorerOf(multiScaleDetector(), corpus);
  const atDefault = Object.values(NAB_PROFILES).map((profile) => fixed.at(0.99, profile).score.toFixed(1));
  console.log(
    '\nThresholds are the best for these files, by profile. The multi-scale combination at the threshold of `detect`, ' +
      `0.99, for all: ${atDefault.join(' / ')}`,
  );
  const check = scorerOf(windowedGaussian, corpus).at(1, NAB_PROFILES.standard);
  console.log(
    `To check the scorer, the benchmark's windowed Gaussian at its threshold: ${check.score.toFixed(1)}`,
  );
  const groups = new Set(corpus.map(({ name }) => name.slice(0, name.indexOf('/'))));
  if (groups.size !== PUBLISHED_GROUPS.length || !PUBLISHED_GROUPS.every((group) => groups.has(group)))
    return;
  console.log(
    '\nPublished detectors on the same files, each at the threshold published for the whole corpus:\n',
  );
  console.log(row('detector', 'standard', 'low FP', 'low FN'));
  for (const [name, scores] of Object.entries<ProfileScores>(PUBLISHED)) {
    console.log(row(name, ...scores.map((score) => score.toFixed(1))));
  }
}

function row(name: string, ...cells: readonly string[]): string {
  return [name.padEnd(26), ...cells.map((cell) => cell.padStart(12))].join('');
}
