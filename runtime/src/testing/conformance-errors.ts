import { TidemarkError } from '../errors.ts';

/** What is expected of every connector. */
export type ConformanceRule =
  | 'hands over what was asked for'
  | 'has plain positions'
  | 'ends once'
  | 'announces what it was waited for'
  | 'gives all records'
  | 'gives the same records in batches of any size'
  | 'goes on from any position'
  | 'survives failures of its job'
  | 'has plain state'
  | 'writes all records'
  | 'commits what was prepared before a crash'
  | 'commits twice as once'
  | 'shows nothing before its commit'
  | 'drops what no cut holds'
  | 'goes on after a restore'
  | 'flushes what was prepared though it closes'
  | 'takes part in jobs that fail';

/** A connector breaks a rule of those it is checked against. */
export function notConformant(
  rule: ConformanceRule,
  kind: string,
  what: string,
  cause?: unknown,
): TidemarkError {
  return new TidemarkError(
    'connector-not-conformant',
    `The connector '${kind}' breaks a rule: it ${rule}. ${what}`,
    { details: { rule, kind }, cause },
  );
}

/** Compares lists of records by their canonical texts; `undefined` if they are the same, else a text of the difference. */
export function differenceOf(
  found: readonly unknown[],
  expected: readonly unknown[],
  textOf: (value: unknown) => string,
): string | undefined {
  const left = found.map((value) => textOf(value));
  const right = expected.map((value) => textOf(value));
  const at = left.findIndex((text, i) => text !== right[i]);
  if (at < 0 && left.length === right.length) return undefined;
  const first = at < 0 ? Math.min(left.length, right.length) : at;
  const shown = (text: string | undefined): string => (text === undefined ? 'nothing' : text.slice(0, 200));
  return (
    `${found.length} records were found and ${expected.length} expected; the first difference is record ${first + 1}: ` +
    `${shown(left[first])} instead of ${shown(right[first])}.`
  );
}
