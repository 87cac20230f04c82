// What a pattern is to find, worked out the slow way and apart from the engine: every choice of events for its parts is tried,
// and what lies between them is looked at.

export interface ModelEvent {
  readonly kind: string;
  readonly time: number;
}

export type Between = 'strict' | 'relaxed' | 'any';

/** A part of a pattern. */
export interface ModelPart {
  readonly kinds: readonly string[];
  readonly link: Between;
  readonly optional: boolean;
  /** With `looping`, `from` or more. */
  readonly times: { readonly from: number; readonly to: number; readonly looping: boolean } | undefined;
  readonly inner: Between;
  readonly greedy: boolean;
  /** What must not come right after, or before the next part. */
  readonly without: { readonly kinds: readonly string[]; readonly next: boolean } | undefined;
}

export interface ModelPattern {
  readonly parts: readonly ModelPart[];
  readonly within: number;
}

/** An event that a match has taken. */
export interface Taken {
  readonly part: number;
  readonly event: number;
}

/** Every match there is. */
export function allMatches({ parts, within }: ModelPattern, events: readonly ModelEvent[]): Taken[][] {
  const found: Taken[][] = [];
  const matches = (kinds: readonly string[], event: number) => kinds.includes(events[event]!.kind);

  /** Whether a match that has taken `taken` may take `event` for part `q` next, as its first of that part. */
  const mayGoOn = (taken: readonly Taken[], q: number, event: number): boolean => {
    const last = taken.at(-1);
    const from = last?.part ?? -1;
    const next = parts[q]!;
    if (!matches(next.kinds, event)) return false;
    const gap = last === undefined ? [] : range(last.event + 1, event);
    if (next.link === 'strict' && gap.length > 0) return false;
    if (next.link === 'relaxed' && gap.some((one) => matches(next.kinds, one))) return false;
    for (let p = Math.max(from, 0); p < q; p++) {
      const part = parts[p]!;
      if (part.greedy && isOpen(part) && [...gap, event].some((one) => matches(part.kinds, one)))
        return false;
    }
    // Only what hangs on the part that took the last event, or on one before that took none: such parts have none.
    const without = from < 0 ? undefined : parts[from]!.without;
    if (without === undefined) return true;
    const looked = without.next ? [gap[0] ?? event] : gap;
    return !looked.some((one) => matches(without.kinds, one));
  };

  /** Whether an event that is taken is at once what must not come: then the match goes no further. */
  const isLast = (taken: readonly Taken[], event: number): boolean => {
    const last = taken.at(-1);
    const without = last === undefined ? undefined : parts[last.part]!.without;
    return without !== undefined && !without.next && matches(without.kinds, event);
  };

  const mayRepeat = (taken: readonly Taken[], count: number, event: number): boolean => {
    const last = taken.at(-1)!;
    const part = parts[last.part]!;
    if (!matches(part.kinds, event)) return false;
    const gap = range(last.event + 1, event);
    if (part.inner === 'strict' && gap.length > 0) return false;
    if (part.inner === 'relaxed' && gap.some((one) => matches(part.kinds, one))) return false;
    const { without } = part;
    if (without === undefined) return true;
    // What must not come next must not where the part might as well have ended.
    const looked = !without.next ? gap : count < part.times!.from ? [] : [gap[0] ?? event];
    // A greedy part takes it, and is not asked whether it might have ended.
    const isTaken = (one: number) => without.next && part.greedy && isOpen(part) && matches(part.kinds, one);
    return !looked.some((one) => matches(without.kinds, one) && !isTaken(one));
  };

  const isComplete = ({ part, event }: Taken, count: number): boolean => {
    if (count < (parts[part]!.times?.from ?? 1)) return false;
    if (!parts.slice(part + 1).every(({ optional }) => optional)) return false;
    // A greedy part that others may follow does not end with an event that it takes itself.
    return !parts.slice(part, -1).some((one) => one.greedy && isOpen(one) && matches(one.kinds, event));
  };

  const extend = (taken: readonly Taken[], count: number, isLastStep: boolean): void => {
    const last = taken.at(-1);
    if (last !== undefined && isComplete(last, count)) found.push([...taken]);
    if (isLastStep) return;
    const first = taken[0];
    for (let event = (last?.event ?? -1) + 1; event < events.length; event++) {
      if (first !== undefined && events[event]!.time - events[first.event]!.time >= within) break;
      if (last !== undefined) {
        const { times } = parts[last.part]!;
        const most = times === undefined ? 1 : times.looping ? Infinity : times.to;
        if (count < most && mayRepeat(taken, count, event))
          extend([...taken, { part: last.part, event }], count + 1, isLast(taken, event));
        if (count < (times?.from ?? 1)) continue;
      }
      for (let q = (last?.part ?? -1) + 1; q < parts.length; q++) {
        if (mayGoOn(taken, q, event)) extend([...taken, { part: q, event }], 1, isLast(taken, event));
        if (!parts[q]!.optional) break;
      }
    }
  };
  extend([], 0, false);
  return found;
}

/** True if a part's number of occurrences is not said. */
function isOpen({ times }: ModelPart): boolean {
  return times !== undefined && (times.looping || times.from !== times.to);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

export type ModelSkip =
  'no-skip' | 'next' | 'past-last' | { readonly to: 'first' | 'last'; readonly part: number };

/**
 * What is wrong with a sequence of matches, given one after the other: each must be one of those that begin and end first
 * among what the ones before have left, and none may be left at the end.
 */
export function wrongWith(
  given: readonly (readonly Taken[])[],
  all: readonly (readonly Taken[])[],
  skip: ModelSkip,
): string | undefined {
  let left = [...all];
  for (const match of given) {
    const start = Math.min(...left.map(startOf));
    const end = Math.min(...left.filter((one) => startOf(one) === start).map(endOf));
    if (startOf(match) !== start || endOf(match) !== end)
      return `${text(match)} before one of ${start} to ${end}`;
    const at = left.findIndex((one) => text(one) === text(match));
    if (at < 0) return `${text(match)} is none, or skipped`;
    left.splice(at, 1);
    left = left.filter((one) => startOf(one) >= skipsTo(match, skip));
  }
  return left.length === 0 ? undefined : `${text(left[0]!)} is missing`;
}

function skipsTo(match: readonly Taken[], skip: ModelSkip): number {
  if (skip === 'no-skip') return -1;
  if (skip === 'next') return startOf(match) + 1;
  if (skip === 'past-last') return endOf(match) + 1;
  const named = match.filter(({ part }) => part === skip.part);
  return (skip.to === 'first' ? named[0] : named.at(-1))?.event ?? -1;
}

const startOf = (match: readonly Taken[]) => match[0]!.event;
const endOf = (match: readonly Taken[]) => match.at(-1)!.event;
export const text = (match: readonly Taken[]) => match.map(({ part, event }) => `${part}:${event}`).join(' ');
