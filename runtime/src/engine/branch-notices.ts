import type { Branch } from './branch.ts';
import type { LaneRunner } from './lane-runner.ts';

/** What is to be said of a branch that no view speaks for. */
export interface BranchNotice {
  /** Name of its sink. */
  readonly name: string;
  readonly error: Error;
  /** True if it waits and goes on by itself; false if it has failed. */
  readonly passes: boolean;
}

/**
 * Says under the cells of sinks what they wait for or have failed with, and when that is over. Views say it themselves.
 */
export class BranchNotices {
  readonly #troubleOf: (runner: LaneRunner) => Error | undefined;
  readonly #say: (branch: Branch, notice: BranchNotice | undefined) => void;
  readonly #said = new Map<Branch, Error>();

  /** @param say called with `undefined` when what was said of a branch no longer holds */
  constructor(
    troubleOf: (runner: LaneRunner) => Error | undefined,
    say: (branch: Branch, notice: BranchNotice | undefined) => void,
  ) {
    this.#troubleOf = troubleOf;
    this.#say = say;
  }

  /** Looks at how branches stand; called after every slice. */
  look(branches: ReadonlySet<Branch>): void {
    for (const branch of branches) {
      const { runner, view, sink } = branch;
      if (view !== undefined) continue;
      const failure = runner?.status === 'failed' ? runner.error : undefined;
      const error = failure ?? (runner && this.#troubleOf(runner));
      if (error === this.#said.get(branch)) continue;
      if (error === undefined) this.#said.delete(branch);
      else this.#said.set(branch, error);
      this.#say(branch, error && { name: sink.name, error, passes: failure === undefined });
    }
    for (const branch of this.#said.keys()) {
      if (branches.has(branch)) continue;
      this.#said.delete(branch);
      this.#say(branch, undefined);
    }
  }

  /** The cell has run again, and its outputs are gone: what still holds is said once more. */
  repeat(cell: string): void {
    for (const branch of [...this.#said.keys()]) {
      if (branch.cell !== cell) continue;
      this.#said.delete(branch);
      this.#say(branch, undefined);
    }
  }
}
