import type { SkipTarget } from './after-match-skip-strategy.ts';
import type { Condition } from './condition.ts';

/** What may lie between an event and the one before it: nothing, what does not match, or anything. */
export type Contiguity = 'strict' | 'relaxed' | 'any';

/** How a part of a pattern hangs on the one before it. */
export type Link = Contiguity | 'not-next' | 'not-followed';

/** How often a part occurs; with `looping`, `from` or more. */
export interface Times {
  readonly from: number;
  readonly to: number;
  readonly looping: boolean;
  /** ms that may lie between one occurrence and the next. */
  readonly window?: number;
}

/** One part of a pattern, as the user has described it; a chain of them, each with the one before it, is a pattern. */
export interface PatternPart {
  /** Absent for a group. */
  readonly name?: string;
  /** The last part of the pattern that is this part. */
  readonly group?: PatternPart;
  readonly previous?: PatternPart;
  readonly link: Link;
  readonly skip: SkipTarget;
  condition?: Condition;
  until?: Condition;
  times?: Times;
  /** Between one occurrence and the next. */
  inner: Contiguity;
  optional: boolean;
  greedy: boolean;
  /** ms from the first event to the last. */
  window?: number;
  /** ms from the event before to this one. */
  windowFromPrevious?: number;
  /** The user's functions, for the fingerprint (law 3). */
  readonly functions: unknown[];
}

export function isNegated({ link }: PatternPart): boolean {
  return link === 'not-next' || link === 'not-followed';
}

/** The parts of a pattern, first to last. */
export function partsOf(last: PatternPart): PatternPart[] {
  const parts: PatternPart[] = [];
  for (let part: PatternPart | undefined = last; part !== undefined; part = part.previous)
    parts.unshift(part);
  return parts;
}

/** The same with those of groups in place of the groups. */
export function allPartsOf(last: PatternPart): PatternPart[] {
  return partsOf(last).flatMap((part) => [part, ...(part.group === undefined ? [] : allPartsOf(part.group))]);
}

/** What of a pattern is data, for the fingerprint. */
export function describePart(part: PatternPart): Readonly<Record<string, unknown>> {
  const { name, group, link, skip, times, inner, optional, greedy, window, windowFromPrevious } = part;
  const parts = group === undefined ? {} : { parts: partsOf(group).map(describePart) };
  return { name, ...parts, link, skip, times, inner, optional, greedy, window, windowFromPrevious };
}
