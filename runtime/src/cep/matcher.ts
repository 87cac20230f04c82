import { saturatingAdd } from '../time/timestamp.ts';
import { skipTargetMissing, skipsNowhere } from './cep-errors.ts';
import type { ConditionContext } from './condition.ts';
import { addEvent, addStep, collectGarbage, stepsOf, type KeyMatches, type Run } from './key-matches.ts';
import type { Nfa, NfaState, Transition } from './nfa.ts';

/** The events of a match by the names of the parts that took them. */
export type FoundMatch = Readonly<Record<string, readonly unknown[]>>;

/** What comes of matching, in order. */
export interface MatchListener {
  onMatch(match: FoundMatch): void;
  /** A match that was begun has run out of time at `time`. */
  onTimeOut(match: FoundMatch, time: number): void;
}

/** Carries the runs of a key's matches on, event by event, as an automaton says. */
export class Matcher {
  readonly #nfa: Nfa;
  readonly #listener: MatchListener;
  /** True if there is a time after which runs are over. */
  readonly #ends: boolean;
  readonly #context: RunContext;
  /** What the event that is processed may do to a run: transitions, and the states they lead out of. */
  readonly #ways: Transition[] = [];
  readonly #from: NfaState[] = [];
  #matches!: KeyMatches;
  #timestamp = 0;
  #event: unknown;
  /** Its place among the events of the key, once a run has taken it. */
  #place = -1;
  #runs: Run[] = [];
  #ended: Run[] = [];

  constructor(nfa: Nfa, listener: MatchListener, currentProcessingTime: () => number) {
    this.#nfa = nfa;
    this.#listener = listener;
    this.#ends = nfa.window > 0 || nfa.states.some(({ window }) => window > 0);
    this.#context = new RunContext(nfa, currentProcessingTime);
  }

  /** Applies an event to everything that is begun, and begins with it. Events of one key come in the order of their times. */
  process(matches: KeyMatches, event: unknown, timestamp: number): void {
    this.#matches = matches;
    this.#event = event;
    this.#timestamp = timestamp;
    this.#place = -1;
    this.#runs = [];
    this.#ended = [];
    for (const run of matches.runs) this.#advance(run);
    this.#advance(undefined);
    matches.runs = this.#runs;
    this.#end(matches, this.#ended);
    this.#tidy(matches);
  }

  /** No event with a lower timestamp will come any more: ends what has run out of time. */
  advanceTime(matches: KeyMatches, time: number): void {
    if (matches.deadline > time) return;
    const ended: Run[] = [];
    matches.runs = matches.runs.filter((run) => {
      const deadline = this.#deadlineOf(matches, run);
      if (deadline > time) return true;
      if (this.#nfa.states[run.state]!.kind === 'pending') ended.push(run);
      else this.#listener.onTimeOut(matchOf(this.#nfa, matches, run.step), deadline);
      return false;
    });
    this.#end(matches, ended);
    this.#tidy(matches);
  }

  #tidy(matches: KeyMatches): void {
    collectGarbage(matches);
    let deadline = Infinity;
    if (this.#ends)
      for (const run of matches.runs) deadline = Math.min(deadline, this.#deadlineOf(matches, run));
    matches.deadline = deadline;
  }

  #deadlineOf({ timestamps, taken }: KeyMatches, { state, step, start }: Run): number {
    const { window } = this.#nfa;
    const sinceFirst = window > 0 ? saturatingAdd(timestamps[start]!, window) : Infinity;
    const { window: wait } = this.#nfa.states[state]!;
    return wait > 0 ? Math.min(sinceFirst, saturatingAdd(timestamps[taken[step]!]!, wait)) : sinceFirst;
  }

  /** What becomes of a run, or of none yet, with the event. */
  #advance(run: Run | undefined): void {
    const state = run === undefined ? this.#nfa.start : this.#nfa.states[run.state]!;
    this.#context.enter(this.#matches, run?.step ?? -1, this.#timestamp);
    this.#findWays(state);
    const before = this.#runs.length;
    let stopped = false;
    for (let i = 0; i < this.#ways.length; i++) {
      const { action, target } = this.#ways[i]!;
      if (target.kind === 'stop') stopped = true;
      else if (action === 'take') this.#take(run, this.#from[i]!, target);
      else if (run === undefined) continue;
      else if (target === state) this.#runs.push(run);
      else this.#arrive(target, run.step, run.start);
    }
    if (stopped) this.#runs.length = before;
  }

  #take(run: Run | undefined, from: NfaState, target: NfaState): void {
    const matches = this.#matches;
    if (this.#place < 0) this.#place = addEvent(matches, this.#event, this.#timestamp);
    const step = addStep(matches, run?.step ?? -1, from.id, this.#place);
    const start = run?.start ?? this.#place;
    this.#arrive(target, step, start);
    if (target.kind !== 'final' && this.#leadsToEnd(target))
      this.#ended.push({ state: target.id, step, start });
  }

  #arrive(target: NfaState, step: number, start: number): void {
    (target.kind === 'final' ? this.#ended : this.#runs).push({ state: target.id, step, start });
  }

  /** Collects what the event may do in a state, and in those that it leads on to by itself. */
  #findWays(state: NfaState): void {
    this.#ways.length = this.#from.length = 0;
    this.#visit(state, (way, from) => {
      if (way.action === 'proceed') return true;
      this.#ways.push(way);
      this.#from.push(from);
      return false;
    });
  }

  /** True if a match that waits there may as well be complete. */
  #leadsToEnd(state: NfaState): boolean {
    let found = false;
    this.#visit(state, ({ action, target }) => {
      if (action !== 'proceed') return false;
      found ||= target.kind === 'final';
      return true;
    });
    return found;
  }

  /** Calls back for each transition that the event fulfils the condition of, in a state and in those that are to be visited too. */
  #visit(state: NfaState, goesOn: (way: Transition, from: NfaState) => boolean): void {
    const toVisit = [state];
    // Groups of parts that may all be missing lead around in circles.
    const seen = [state];
    for (let from = toVisit.pop(); from !== undefined; from = toVisit.pop()) {
      for (const way of from.transitions) {
        if (!way.condition(this.#event, this.#context) || !goesOn(way, from) || seen.includes(way.target))
          continue;
        seen.push(way.target);
        toVisit.push(way.target);
      }
    }
  }

  /** Hands over matches that are complete, as far as no earlier one rules them out. */
  #end(matches: KeyMatches, ended: readonly Run[]): void {
    const { skip } = this.#nfa;
    if (skip.kind === 'no-skip') {
      for (const { step } of ended) this.#listener.onMatch(matchOf(this.#nfa, matches, step));
      return;
    }
    if (ended.length > 0) {
      matches.completed = [...matches.completed, ...ended].sort((a, b) => a.start - b.start);
    }
    for (let first = matches.completed[0]; first !== undefined; first = matches.completed[0]) {
      const earliest = matches.runs[0];
      if (earliest !== undefined && earliest.start < first.start) return;
      const steps = stepsOf(matches, first.step);
      const from = this.#skipsTo(matches, steps);
      const isLeft = ({ start }: Run) => start >= from;
      matches.completed = matches.completed.slice(1).filter(isLeft);
      matches.runs = matches.runs.filter(isLeft);
      this.#listener.onMatch(byName(this.#nfa, matches, steps));
    }
  }

  /** The first event that a run may begin with beside a match. */
  #skipsTo(matches: KeyMatches, steps: readonly number[]): number {
    const { skip, states } = this.#nfa;
    const first = matches.taken[steps[0]!]!;
    if (!('name' in skip)) return (skip.kind === 'next' ? first : matches.taken[steps.at(-1)!]!) + 1;
    const { kind, name, throwsOnMiss } = skip;
    const named = steps.filter((step) => states[matches.takenBy[step]!]!.name === name);
    const target = kind === 'first' ? named[0] : named.at(-1);
    if (target === undefined) {
      if (throwsOnMiss) throw skipTargetMissing(name, Object.keys(byName(this.#nfa, matches, steps)));
      return -1;
    }
    const to = matches.taken[target]!;
    if (throwsOnMiss && to === first) throw skipsNowhere(name);
    return to;
  }
}

/** What conditions see of the run that an event is tried on. One object serves all runs. */
class RunContext implements ConditionContext {
  readonly #nfa: Nfa;
  readonly currentProcessingTime: () => number;
  #matches!: KeyMatches;
  #step = -1;
  #timestamp = 0;
  /** Few conditions look at it, so it is made when one does. */
  #found: FoundMatch | undefined;

  constructor(nfa: Nfa, currentProcessingTime: () => number) {
    this.#nfa = nfa;
    this.currentProcessingTime = currentProcessingTime;
  }

  enter(matches: KeyMatches, step: number, timestamp: number): void {
    this.#matches = matches;
    this.#step = step;
    this.#timestamp = timestamp;
    this.#found = undefined;
  }

  getEventsForPattern(name: string): readonly unknown[] {
    const found = (this.#found ??= matchOf(this.#nfa, this.#matches, this.#step));
    return Object.hasOwn(found, name) ? found[name]! : [];
  }

  timestamp(): number {
    return this.#timestamp;
  }
}

function matchOf(nfa: Nfa, matches: KeyMatches, step: number): FoundMatch {
  return byName(nfa, matches, stepsOf(matches, step));
}

function byName(
  { states }: Nfa,
  { events, taken, takenBy }: KeyMatches,
  steps: readonly number[],
): FoundMatch {
  const found: Record<string, unknown[]> = {};
  for (const step of steps) {
    const { name } = states[takenBy[step]!]!;
    const event = events[taken[step]!];
    if (Object.hasOwn(found, name)) found[name]!.push(event);
    else found[name] = [event];
  }
  return found;
}
