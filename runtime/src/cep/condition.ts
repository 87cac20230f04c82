/** What a condition may ask of the match that an event is to belong to. `M` is what is matched by then. */
export interface ConditionContext<M = Readonly<Record<string, readonly unknown[]>>> {
  /**
   * The events that this match has so far under the name of an earlier part, or of its own, in their order; empty if it has none.
   */
  getEventsForPattern<N extends keyof M & string>(name: N): readonly EventOf<M[N]>[];
  getEventsForPattern(name: string): readonly unknown[];
  /** Timestamp of the event (epoch ms); in processing time, the clock. */
  timestamp(): number;
  /** The runtime's clock (epoch ms). */
  currentProcessingTime(): number;
}

/** The type of the events in a list of them. */
export type EventOf<L> = NonNullable<L> extends readonly (infer E)[] ? E : never;

/** Whether an event may be taken, as the automaton asks it. */
export type Condition = (event: unknown, context: ConditionContext) => boolean;

export const always: Condition = () => true;
export const never: Condition = () => false;

export function and(first: Condition, second: Condition): Condition {
  if (first === always) return second;
  if (second === always) return first;
  return (event, context) => first(event, context) && second(event, context);
}

export function or(first: Condition, second: Condition): Condition {
  if (first === always || second === always) return always;
  return (event, context) => first(event, context) || second(event, context);
}

export function not(condition: Condition): Condition {
  if (condition === always) return never;
  if (condition === never) return always;
  return (event, context) => !condition(event, context);
}
