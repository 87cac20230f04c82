import { TidemarkError, badArgument } from '../errors.ts';

/** A pattern that cannot be matched as it is written. */
export function malformedPattern(what: string, why: string, next: string): TidemarkError {
  return new TidemarkError('malformed-pattern', `${what} is no pattern that can be matched: ${why} ${next}`, {
    details: { what },
  });
}

/** A condition, function or guard that is none. */
export function notAFunction(what: string, given: unknown): TidemarkError {
  return badArgument(
    what,
    given,
    'It must be a function.',
    `Write one: ${what}((event) => event.amount > 10).`,
  );
}

/** A match has no event under the name that its skip strategy goes on from. */
export function skipTargetMissing(name: string, found: readonly string[]): TidemarkError {
  return new TidemarkError(
    'skip-target-missing',
    `A match has no event of '${name}', where matching was to go on; it has ${found.map((one) => `'${one}'`).join(', ')}. ` +
      `'${name}' is probably optional. Leave out throwExceptionOnMiss(), or skip to a part that every match has.`,
    { details: { name, found } },
  );
}

/** To go on from the first event of a match would find the same match again. */
export function skipsNowhere(name: string): TidemarkError {
  return new TidemarkError(
    'skips-nowhere',
    `Matching was to go on from '${name}', which is where the match itself begins, so that the same match would be found for ` +
      'ever. Skip to a later part, or leave out throwExceptionOnMiss().',
    { details: { name } },
  );
}

/** The function of a pattern asks for state. */
export function noStateForPatterns(): never {
  throw new TidemarkError(
    'unsupported',
    'State is not to be had in a function of patterns: what it may rest on is the match it is given. Keep the state in a ' +
      'KeyedProcessFunction behind it: CEP.pattern(…).select(…).keyBy(…).process(…).',
    { details: { what: 'state' } },
  );
}
