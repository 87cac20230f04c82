/** Scores of a detector: standard, reward low FP, reward low FN. */
export type ProfileScores = readonly [number, number, number];

/** The groups of files that the published scores below are of. */
export const PUBLISHED_GROUPS = [
  'artificialNoAnomaly',
  'artificialWithAnomaly',
  'realAWSCloudwatch',
  'realKnownCause',
];

/**
 * What published detectors score on the 35 files of these groups: computed from the scores by file that NAB publishes,
 * at the thresholds it publishes for the whole corpus.
 */
export const PUBLISHED: Readonly<Record<string, ProfileScores>> = {
  ARTime: [67.5, 56.6, 73.5],
  'Numenta HTM': [66.5, 60.0, 71.0],
  'HTM (Java)': [61.7, 48.2, 67.2],
  'CAD OSE': [61.2, 56.9, 66.3],
  'KNN-CAD': [53.0, 40.1, 59.6],
  'relative entropy': [50.0, 41.6, 54.6],
  'random cut forest': [48.0, 31.7, 55.2],
  'earthgecko Skyline': [47.5, 37.9, 52.2],
  'Twitter ADVec': [36.2, 22.8, 42.9],
  'Etsy Skyline': [33.8, 25.4, 38.3],
  'windowed Gaussian': [21.9, 4.9, 29.2],
  EXPoSE: [10.3, 3.3, 19.1],
  null: [0, 0, 0],
};
