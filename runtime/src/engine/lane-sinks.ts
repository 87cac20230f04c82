import { SinkOperator, type SinkLegacy, type SinkState } from '../operators/sink-operator.ts';
import { allCommits, type CutCommits } from '../operators/sink-transactions.ts';
import type { LaneVertex } from './lane-vertex.ts';

/** The sinks of a lane, as one: muted, committing, left behind. */
export class LaneSinks {
  readonly #sinks: readonly { readonly vertex: LaneVertex; readonly operator: SinkOperator }[];
  readonly #guarded: (vertex: LaneVertex, work: () => void) => void;

  /** @param guarded runs a sink's code so that an error says whose it is */
  constructor(vertices: readonly LaneVertex[], guarded: (vertex: LaneVertex, work: () => void) => void) {
    this.#guarded = guarded;
    this.#sinks = vertices.flatMap((vertex) =>
      vertex.operator instanceof SinkOperator ? { vertex, operator: vertex.operator } : [],
    );
  }

  /** Resolves when those that take their time have closed; `undefined` if nothing takes any. */
  get closing(): Promise<void> | undefined {
    const closing = this.#sinks.flatMap(({ operator }) => operator.closing ?? []);
    return closing.length === 0 ? undefined : Promise.all(closing).then(() => undefined);
  }

  /** After an error: lets go of what they hold. What a durable cut has of them is committed all the same. */
  abandon(): void {
    for (const { operator } of this.#sinks) {
      try {
        operator.close();
        // There is an error already, which says more than this one.
        operator.closing?.catch(() => undefined);
      } catch {
        // The same.
      }
    }
  }

  /** Lets them write from here on. */
  unmute(): void {
    for (const { vertex, operator } of this.#sinks) this.#guarded(vertex, () => operator.unmute());
  }

  /** What keeps one of them from writing for now. */
  get trouble(): Error | undefined {
    for (const { operator } of this.#sinks) if (operator.trouble) return operator.trouble;
    return undefined;
  }

  /** True if the end of the input must wait for a last cut, in which they commit. */
  get commits(): boolean {
    return this.#sinks.some(({ operator }) => operator.commits);
  }

  /** What they leave to those of another lane; after `prepareCommit`. */
  get legacy(): SinkLegacy[] {
    return this.#sinks.map(({ operator }) => operator.legacy);
  }

  /** Go on from where those of another lane have ended, before they open. */
  inherit(left: readonly SinkLegacy[]): void {
    this.#sinks.forEach(({ operator }, at) => {
      // With fewer subtasks one takes over from several.
      const theirs = left.filter((_, of) => of % this.#sinks.length === at);
      if (theirs.length === 0) return;
      operator.inherit({
        writer: theirs[0]!.writer,
        transactions: theirs.flatMap(({ transactions }) => transactions),
      });
    });
  }

  /** Go on from what a cut holds of those of another lane, before they open. */
  restore(states: readonly (SinkState | undefined)[]): void {
    const [first] = this.#sinks;
    if (first === undefined) return;
    const spread = first.operator.redistribute(states, this.#sinks.length);
    this.#sinks.forEach(({ operator }, at) => operator.restore(spread[at]));
  }

  /** Has them prepare what they were given for the cut whose `snapshot` follows at once. */
  prepareCommit(endOfInput: boolean): CutCommits | undefined {
    const prepared: (CutCommits | undefined)[] = [];
    try {
      for (const { vertex, operator } of this.#sinks) {
        this.#guarded(vertex, () => prepared.push(operator.prepareCommit(endOfInput)));
      }
    } catch (error) {
      // There will be no cut with what the others have prepared.
      allCommits(prepared)?.discard(0);
      throw error;
    }
    return allCommits(prepared);
  }
}
