/** A match that has begun; all are numbers, places in the lists of `KeyMatches`. */
export interface Run {
  /** The state it waits in. */
  readonly state: number;
  /** What it has taken: the last of its steps. */
  readonly step: number;
  /** Its first event. */
  readonly start: number;
}

/**
 * All that is begun for one key. A run's events are a chain of steps from its last to its first, and runs that part share what
 * they had in common. Everything is in flat lists, later after earlier, so that a snapshot is a copy and garbage is found by
 * one walk from the end.
 */
export interface KeyMatches {
  /** Of the automaton whose states it names. */
  readonly shape: number;
  /** Events that steps hold, with their timestamps. */
  readonly events: unknown[];
  readonly timestamps: number[];
  /** Of each step the one before, −1 at the first; the state that took the event; the event. */
  readonly previous: number[];
  readonly takenBy: number[];
  readonly taken: number[];
  /** Those that began earlier come first. */
  runs: Run[];
  /** Complete, but an earlier run that is still going on may rule them out. */
  completed: Run[];
  /** When the first of the runs is out of time; `Infinity` for never. */
  deadline: number;
  /** With so many steps the lists are gone through for garbage. */
  collectAt: number;
}

const SMALLEST_COLLECTION = 64;

export function newKeyMatches(shape: number): KeyMatches {
  return {
    shape,
    events: [],
    timestamps: [],
    previous: [],
    takenBy: [],
    taken: [],
    runs: [],
    completed: [],
    deadline: Infinity,
    collectAt: SMALLEST_COLLECTION,
  };
}

/** True if nothing is begun, so that nothing of it is needed. */
export function isIdle({ runs, completed }: KeyMatches): boolean {
  return runs.length === 0 && completed.length === 0;
}

/** Drops what an idle one still holds of matches that were complete at once. */
export function forgetEvents({ events, timestamps, previous, takenBy, taken }: KeyMatches): void {
  events.length = timestamps.length = previous.length = takenBy.length = taken.length = 0;
}

export function addEvent({ events, timestamps }: KeyMatches, event: unknown, timestamp: number): number {
  timestamps.push(timestamp);
  return events.push(event) - 1;
}

export function addStep(matches: KeyMatches, previous: number, takenBy: number, taken: number): number {
  matches.previous.push(previous);
  matches.takenBy.push(takenBy);
  return matches.taken.push(taken) - 1;
}

/** The steps of a run, first to last. */
export function stepsOf({ previous }: KeyMatches, last: number): number[] {
  const steps: number[] = [];
  for (let step = last; step >= 0; step = previous[step]!) steps.push(step);
  return steps.reverse();
}

/** Drops steps and events that no run leads to, once they may be as many as those that one does. */
export function collectGarbage(matches: KeyMatches): void {
  const { events, timestamps, previous, takenBy, taken } = matches;
  if (previous.length < matches.collectAt) return;
  const steps = new Int32Array(previous.length).fill(-1);
  const kept = new Int32Array(events.length).fill(-1);
  for (const { step } of [...matches.runs, ...matches.completed]) steps[step] = 0;
  for (let step = steps.length - 1; step >= 0; step--) {
    if (steps[step]! < 0) continue;
    kept[taken[step]!] = 0;
    if (previous[step]! >= 0) steps[previous[step]!] = 0;
  }
  const eventCount = moveUp(kept, (from, to) => {
    events[to] = events[from];
    timestamps[to] = timestamps[from]!;
  });
  const stepCount = moveUp(steps, (from, to) => {
    // Those before it have moved already.
    previous[to] = previous[from]! < 0 ? -1 : steps[previous[from]!]!;
    takenBy[to] = takenBy[from]!;
    taken[to] = kept[taken[from]!]!;
  });
  events.length = timestamps.length = eventCount;
  previous.length = takenBy.length = taken.length = stepCount;
  const moved = ({ state, step, start }: Run): Run => ({ state, step: steps[step]!, start: kept[start]! });
  matches.runs = matches.runs.map(moved);
  matches.completed = matches.completed.map(moved);
  matches.collectAt = Math.max(SMALLEST_COLLECTION, 2 * stepCount);
}

/** Calls back for each place that is not −1 with the place it moves to, and writes that down; returns how many there are. */
function moveUp(places: Int32Array, move: (from: number, to: number) => void): number {
  let count = 0;
  for (let from = 0; from < places.length; from++) {
    if (places[from]! < 0) continue;
    move(from, count);
    places[from] = count++;
  }
  return count;
}
