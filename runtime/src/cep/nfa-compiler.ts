import { malformedPattern } from './cep-errors.ts';
import { always, and, never, not, type Condition } from './condition.ts';
import { NfaStates, type Nfa, type NfaState } from './nfa.ts';
import { allPartsOf, partsOf, type Contiguity, type PatternPart, type Times } from './pattern-part.ts';

/** Name of the state in which a match is complete. */
const END = '$end';

/** What surrounds a part that is compiled. */
interface Scope {
  /** The group whose part it is. */
  readonly group?: PatternPart;
  /** True if the group is not at its first turn. */
  readonly again: boolean;
  /** The part behind it. */
  readonly following?: PatternPart | undefined;
}

/** How the first state of a part comes by events and how it goes on. */
interface Entry {
  /** Where taking an event leads. */
  readonly sink: NfaState;
  /** Where the part leads if it takes none, or no more. */
  readonly without: NfaState;
  /** The same once the part's end has come, for a greedy part. */
  readonly ended?: NfaState | undefined;
  readonly take: Condition;
  readonly ignore: Condition | undefined;
  readonly optional: boolean;
}

/**
 * Makes the automaton of a pattern, last part first: each part becomes states that lead to those of the next. What must not
 * occur becomes transitions to a stop state.
 * @throws {TidemarkError} `malformed-pattern`
 */
export function compilePattern(last: PatternPart): Nfa {
  return new NfaCompiler(last).compile();
}

class NfaCompiler {
  readonly #last: PatternPart;
  readonly #states = new NfaStates();
  readonly #stops = new Map<string, NfaState>();
  readonly #window: number;

  constructor(last: PatternPart) {
    this.#last = last;
    const windows = allPartsOf(last).flatMap(({ window }) => window ?? []);
    this.#window = windows.length === 0 ? 0 : Math.min(...windows);
  }

  compile(): Nfa {
    this.#check();
    const end = this.#states.add(END, 'final');
    const start = this.#sequence(this.#last, end, { again: false });
    const { all, shape } = this.#states;
    return { states: all, shape, start, window: this.#window, skip: this.#last.skip };
  }

  #check(): void {
    const last = this.#last;
    const parts = allPartsOf(last);
    const names = parts.flatMap(({ name }) => name ?? []);
    const twice = names.find((name, at) => names.indexOf(name) < at);
    if (twice !== undefined) {
      const why = `a match tells its events apart by the names of parts, and '${twice}' names two.`;
      throw malformedPattern('A pattern with one name for two parts', why, 'Give one of them another name.');
    }
    const { skip } = last;
    if ('name' in skip && !names.includes(skip.name)) {
      const why = `it has no part '${skip.name}', where matching is to go on.`;
      throw malformedPattern('This pattern', why, `Name one of its parts: ${names.join(', ')}.`);
    }
    if (last.link === 'not-followed' && this.#window === 0 && last.windowFromPrevious === undefined) {
      const why = `no time is set after which '${last.name}' can no longer follow.`;
      throw malformedPattern('A pattern that ends with notFollowedBy', why, "Set one: within('10 s').");
    }
    const tooLong = parts.find((part) => this.#window > 0 && windowOf(part) > this.#window);
    if (tooLong !== undefined) {
      const why = `more time may lie before '${tooLong.name}' than the whole may take.`;
      throw malformedPattern(
        'This pattern',
        why,
        'Set a longer time for the whole, or a shorter one for the part.',
      );
    }
  }

  /** The states of a chain of parts, leading to `sink`; returns the first. */
  #sequence(last: PatternPart, sink: NfaState, scope: Scope): NfaState {
    let first = sink;
    let following = scope.following;
    for (const part of partsOf(last).reverse()) {
      first = this.#part(part, first, { ...scope, following });
      following = part;
    }
    return first;
  }

  #part(part: PatternPart, sink: NfaState, scope: Scope): NfaState {
    if (part.link === 'not-followed') return this.#notFollowed(part, sink, scope);
    if (part.link === 'not-next') return this.#notNext(part, sink, scope);
    const { times } = part;
    const first =
      times === undefined
        ? this.#once(part, scope, this.#single(part, sink, scope), false)
        : this.#several(part, times, sink, scope);
    this.#addStops(first, part, scope);
    return first;
  }

  /** Before another part it is a condition of that part's states; at the end it is a wait. */
  #notFollowed(part: PatternPart, sink: NfaState, scope: Scope): NfaState {
    const waits = sink.kind === 'final' && (this.#window > 0 || part.windowFromPrevious !== undefined);
    if (!waits) return sink;
    const condition = takeOf(part, scope);
    const wait = this.#states.add(part.name!, 'pending', part.windowFromPrevious ?? 0);
    wait.proceed(this.#stop(part, condition), condition);
    wait.ignore(wait, not(condition));
    return wait;
  }

  #notNext(part: PatternPart, sink: NfaState, scope: Scope): NfaState {
    const condition = takeOf(part, scope);
    const state = this.#states.add(part.name!);
    // At the end it is the next event that completes the match, not the one that has come.
    if (sink.kind === 'final') state.ignore(sink, not(condition));
    else state.proceed(sink, not(condition));
    state.proceed(this.#stop(part, condition), condition);
    return state;
  }

  #single(part: PatternPart, sink: NfaState, scope: Scope): Entry {
    const take = takeOf(part, scope);
    return { sink, without: sink, take, ignore: ignoreOf(part, scope), optional: part.optional };
  }

  #several(part: PatternPart, times: Times, sink: NfaState, scope: Scope): NfaState {
    const take = untilOf(part, takeOf(part, scope));
    const ignoreInside =
      part.until === undefined ? insideOf(part, scope) : unlessUntil(part, insideOf(part, scope));
    // A greedy part goes on to states that are deaf to what it can still take.
    const onward =
      part.greedy && (times.looping || times.from !== times.to) ? this.#states.deafTo(sink, take) : sink;
    const ends = { without: onward, ended: part.greedy && part.until !== undefined ? sink : undefined };
    let next = times.looping ? this.#loop(part, onward, ends.ended, scope) : onward;
    if (!times.looping && part.greedy && times.from === times.to) next = sink;
    const inside = (optional: boolean): void => {
      next = this.#once(part, scope, { ...ends, sink: next, take, ignore: ignoreInside, optional }, true);
      this.#addStopOfFollowing(next, part, scope);
    };
    for (let more = times.from; more < times.to; more++) inside(true);
    for (let more = 1; more < times.from; more++) inside(false);
    const ignore = ignoreOf(part, scope);
    return this.#once(part, scope, { ...ends, sink: next, take, ignore, optional: part.optional }, false);
  }

  /** One occurrence of a part; `again` if it is not the first. */
  #once(part: PatternPart, scope: Scope, entry: Entry, again: boolean): NfaState {
    if (part.group !== undefined) return this.#group(part, part.group, entry, again, scope);
    const { sink, without, ended, take, ignore, optional } = entry;
    const state = this.#states.add(part.name!, 'normal', windowOf(part));
    const taken = this.#withoutTransitiveStops(sink, part, scope);
    state.take(taken, take);
    const always = everOf(scope);
    if (optional) {
      if (ended === undefined) state.proceed(without, always);
      else {
        state.proceed(ended, and(always, part.until!));
        state.proceed(without, and(always, not(part.until!)));
      }
    }
    if (ignore === undefined) return state;
    // A group that may be missing goes on without it from its first state.
    if (!optional && !startsOptional(part, scope)) {
      state.ignore(state, ignore);
      return state;
    }
    // The way on without it has been taken where the first event was ignored; it is not to be taken again.
    const waiting = this.#states.add(part.name!, 'normal', windowOf(part));
    waiting.take(taken, take);
    waiting.ignore(waiting, ignore);
    if (again) this.#addStopOfFollowing(waiting, part, scope);
    else this.#addStops(waiting, part, scope);
    state.ignore(waiting, ignore);
    return state;
  }

  #group(part: PatternPart, last: PatternPart, entry: Entry, again: boolean, scope: Scope): NfaState {
    const first = this.#sequence(last, entry.sink, { ...scope, group: part, again });
    if (entry.optional) first.proceed(entry.without, everOf(scope));
    return first;
  }

  /** A state that takes any number of events and may always go on to `sink`. */
  #loop(part: PatternPart, sinkOfPart: NfaState, ended: NfaState | undefined, scope: Scope): NfaState {
    const sink = this.#withoutTransitiveStops(sinkOfPart, part, scope);
    if (part.group !== undefined) return this.#loopingGroup(part, part.group, sink, scope);
    const { until } = part;
    const take = untilOf(part, takeOf(part, scope));
    const inside = insideOf(part, scope);
    const ignore = until === undefined ? inside : unlessUntil(part, inside);
    const looping = this.#states.add(part.name!, 'normal', windowOf(part));
    const always = everOf(scope);
    if (ended === undefined) looping.proceed(sink, always);
    else {
      looping.proceed(ended, and(always, until!));
      looping.proceed(sink, and(always, not(until!)));
    }
    looping.take(looping, take);
    this.#addStopOfFollowing(looping, part, scope);
    if (ignore === undefined) return looping;
    const waiting = this.#states.add(part.name!, 'normal', windowOf(part));
    waiting.take(looping, take);
    waiting.ignore(waiting, ignore);
    looping.ignore(waiting, ignore);
    this.#addStopOfFollowing(waiting, part, scope);
    return looping;
  }

  #loopingGroup(part: PatternPart, last: PatternPart, sink: NfaState, scope: Scope): NfaState {
    const turn = this.#states.add(nameOfFirst(last));
    const first = this.#sequence(last, turn, { ...scope, group: part, again: true });
    first.proceed(sink, everOf(scope));
    turn.proceed(first, everOf(scope));
    return first;
  }

  #stop(part: PatternPart, condition: Condition): NfaState {
    const name = part.name!;
    let stop = this.#stops.get(name);
    if (stop === undefined) {
      stop = this.#states.add(name, 'stop');
      stop.take(stop, condition);
      this.#stops.set(name, stop);
    }
    return stop;
  }

  #addStops(state: NfaState, part: PatternPart, scope: Scope): void {
    for (const negated of negatedBefore(part)) {
      const condition = takeOf(negated, scope);
      state.proceed(this.#stop(negated, condition), condition);
    }
  }

  /** While a part still takes events, what must not follow it must not come either. */
  #addStopOfFollowing(state: NfaState, part: PatternPart, scope: Scope): void {
    const { following } = scope;
    if (following?.link !== 'not-followed') return;
    const condition = takeOf(following, scope);
    state.proceed(this.#stop(following, condition), condition);
  }

  /**
   * Where an optional part has taken an event, what must not come before it may come: the states behind it, without the stops
   * that it and they share.
   */
  #withoutTransitiveStops(sink: NfaState, part: PatternPart, scope: Scope): NfaState {
    const negated = part.optional ? negatedBefore(part) : [];
    if (negated.length === 0 || sink.kind === 'final') return sink;
    const stopped = new Set(negated.map((one) => this.#stop(one, takeOf(one, scope))));
    const copy = this.#states.add(sink.name, sink.kind, sink.window);
    for (const { action, target, condition } of sink.transitions) {
      if (stopped.has(target)) continue;
      const onward = action === 'proceed' ? this.#withoutTransitiveStops(target, part, scope) : target;
      copy.transitions.push({ action, target: target === sink ? copy : onward, condition });
    }
    return copy;
  }
}

/** The parts that must not occur before `part` does, also those before optional parts in front of it. */
function negatedBefore(part: PatternPart): PatternPart[] {
  const found: PatternPart[] = [];
  let { previous } = part;
  while (previous !== undefined && (previous.optional || previous.link === 'not-followed')) {
    if (previous.link === 'not-followed') found.push(previous);
    previous = previous.previous;
  }
  return found;
}

function windowOf({ times, windowFromPrevious }: PatternPart): number {
  return (times === undefined ? windowFromPrevious : times.window) ?? 0;
}

function nameOfFirst(last: PatternPart): string {
  const first = partsOf(last)[0]!;
  return first.group === undefined ? first.name! : nameOfFirst(first.group);
}

/** The first part of a group, which lies to the part before as the group does. */
function isHead(part: PatternPart, { group }: Scope): boolean {
  return group !== undefined && part.previous === undefined;
}

/** True for the first part of a group that may be missing, where it has not begun. */
function startsOptional(part: PatternPart, scope: Scope): boolean {
  return isHead(part, scope) && !scope.again && scope.group!.optional;
}

function takeOf({ condition = always }: PatternPart, { group }: Scope): Condition {
  return group?.until === undefined ? condition : and(not(group.until), condition);
}

function untilOf({ until }: PatternPart, condition: Condition): Condition {
  return until === undefined ? condition : and(not(until), condition);
}

/** A condition that always holds, within a group as long as its end has not come. */
function everOf({ group }: Scope): Condition {
  return group?.until === undefined ? always : not(group.until);
}

/** What may be ignored before a part takes its first event; nothing if `undefined`. */
function ignoreOf(part: PatternPart, scope: Scope): Condition | undefined {
  const { group } = scope;
  const link = !isHead(part, scope) ? part.link : scope.again ? group!.inner : group!.link;
  return ignoring(link as Contiguity, part, group);
}

/** What may be ignored between two events of a part. */
function insideOf(part: PatternPart, scope: Scope): Condition | undefined {
  const { group } = scope;
  return ignoring(isHead(part, scope) ? group!.inner : part.inner, part, group);
}

function ignoring(
  contiguity: Contiguity,
  { condition = always }: PatternPart,
  group: PatternPart | undefined,
): Condition | undefined {
  if (contiguity === 'strict') return undefined;
  const ignored = contiguity === 'any' ? always : not(condition);
  if (ignored === never) return undefined;
  return group?.until === undefined ? ignored : and(not(group.until), ignored);
}

function unlessUntil(part: PatternPart, ignore: Condition | undefined): Condition | undefined {
  return ignore === undefined ? undefined : untilOf(part, ignore);
}
