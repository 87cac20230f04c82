import { SinkOperator, type LeftCommits } from '../operators/sink-operator.ts';
import type { CutCommits } from '../operators/sink-transactions.ts';
import { allCommits } from './cut-commits.ts';
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

  /** True if the end of the input must wait for a last cut, in which they commit. */
  get commits(): boolean {
    return this.#sinks.some(({ operator }) => operator.commits);
  }

  /** What they have prepared and not committed. */
  get committables(): unknown[] {
    return this.#sinks.flatMap(({ operator }) => operator.committables);
  }

  /** The first answers, in cuts, for what another lane's have still to commit. */
  inherit(left: LeftCommits): void {
    this.#sinks[0]?.operator.inherit(left);
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
