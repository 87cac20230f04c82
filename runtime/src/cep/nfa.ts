import type { SkipTarget } from './after-match-skip-strategy.ts';
import { and, not, type Condition } from './condition.ts';

/**
 * `take` keeps the event and goes on, `ignore` goes on without it, `proceed` applies it to another state as well.
 */
export type Action = 'take' | 'ignore' | 'proceed';

export interface Transition {
  readonly action: Action;
  readonly target: NfaState;
  readonly condition: Condition;
}

/**
 * What a match waits for. `final`: it is complete; `stop`: what must not occur has; `pending`: it is complete when its time has
 * passed.
 */
export class NfaState {
  /** Place among the states of its automaton. */
  readonly id: number;
  /** The part whose events it takes. */
  readonly name: string;
  readonly kind: 'normal' | 'final' | 'stop' | 'pending';
  /** ms from the event before until a match that waits here has timed out; 0 for as long as the whole match may take. */
  readonly window: number;
  readonly transitions: Transition[] = [];

  constructor(id: number, name: string, kind: NfaState['kind'], window: number) {
    this.id = id;
    this.name = name;
    this.kind = kind;
    this.window = window;
  }

  take(target: NfaState, condition: Condition): void {
    this.transitions.push({ action: 'take', target, condition });
  }

  ignore(target: NfaState, condition: Condition): void {
    this.transitions.push({ action: 'ignore', target, condition });
  }

  proceed(target: NfaState, condition: Condition): void {
    this.transitions.push({ action: 'proceed', target, condition });
  }
}

/** A pattern as the automaton that finds it. */
export interface Nfa {
  readonly states: readonly NfaState[];
  /** Equal for automata whose states mean the same: what is begun by one can be gone on with by the other. */
  readonly shape: number;
  readonly start: NfaState;
  /** ms from a match's first event until it has timed out; 0 for ever. */
  readonly window: number;
  readonly skip: SkipTarget;
}

/** The states of one automaton, as they are made. */
export class NfaStates {
  readonly all: NfaState[] = [];

  add(name: string, kind: NfaState['kind'] = 'normal', window = 0): NfaState {
    const state = new NfaState(this.all.length, name, kind, window);
    this.all.push(state);
    return state;
  }

  /** Tells apart automata of other states, or of other ways between them; what conditions say is left out. */
  get shape(): number {
    const text = this.all
      .map(({ name, kind, transitions }) => {
        const ways = transitions.map(({ action, target }) => `${action}${target.id}`);
        return `${name} ${kind} ${ways.join()}`;
      })
      .join(';');
    let hash = 0;
    for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
    return hash;
  }

  /** Another state that does the same; what leads from the one to itself leads from the copy to the copy. */
  copy(state: NfaState): NfaState {
    const copy = this.add(state.name, state.kind, state.window);
    for (const { action, target, condition } of state.transitions) {
      copy.transitions.push({ action, target: target === state ? copy : target, condition });
    }
    return copy;
  }

  /**
   * What a greedy part goes on to: the same, but deaf to events that the greedy part could still take, also where it goes on
   * without taking any.
   */
  deafTo(state: NfaState, taken: Condition, copies = new Map<NfaState, NfaState>()): NfaState {
    if (state.kind === 'final' || state.kind === 'stop') return state;
    const known = copies.get(state);
    if (known !== undefined) return known;
    const deaf = this.add(state.name, state.kind, state.window);
    copies.set(state, deaf);
    for (const { action, target, condition } of state.transitions) {
      deaf.transitions.push({
        action,
        target: action === 'take' ? target : this.deafTo(target, taken, copies),
        condition: and(condition, not(taken)),
      });
    }
    return deaf;
  }
}
