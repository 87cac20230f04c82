import { badArgument } from '../errors.ts';

/** An option of a detector that must be a whole number. */
export function wholeNumber(what: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw badArgument(what, value, `It is a whole number of at least ${least}.`, 'Give one, or leave it out.');
}

/** An option that must lie strictly between two numbers. */
export function between(what: string, value: number, low: number, high: number): number {
  if (value > low && value < high) return value;
  throw badArgument(
    what,
    value,
    `It lies between ${low} and ${high}.`,
    'Give such a number, or leave it out.',
  );
}

/** Detectors are combined from at least one. */
export function nothingToCombine(): Error {
  return badArgument(
    'detectors',
    [],
    'A combination needs at least one.',
    'Give some, as in combine([ewmaDetector()]).',
  );
}

/** Labels name a key that has no scores. */
export function unknownLabelKey(key: unknown, known: readonly unknown[]): Error {
  return badArgument(
    'label of the key',
    key,
    `There are no scores of it, only of ${known.slice(0, 5).map(String).join(', ') || 'nothing'}.`,
    'Take its label out, or score it too.',
  );
}

/** `evaluate` needs the records of a key in the order of time. */
export function scoresOutOfOrder(key: unknown, before: number, after: number): Error {
  return badArgument(
    'scores of the key',
    key,
    `Its record of ${after} comes after that of ${before}.`,
    'Sort the scores by timestamp.',
  );
}
