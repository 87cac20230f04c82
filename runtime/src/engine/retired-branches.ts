import type { Branch, BranchIdentity } from './branch.ts';
import type { SessionCut } from './session-store.ts';

type Retired = Pick<Branch, 'sink' | 'view' | 'variables' | 'origin'>;

/** Branches that no longer run but are in a cut that is kept: with their functions a rewind can run them again (law 7). */
export class RetiredBranches {
  readonly #branches = new Map<string, Retired>();

  /** @param cuts those that are kept now; what none of them names is forgotten */
  add(branch: Branch, cuts: readonly SessionCut[]): void {
    const { sink, view, variables, origin } = branch;
    this.#branches.set(nameOf(branch), { sink, view, variables, origin });
    const named = new Set(cuts.flatMap(({ branches }) => branches.map(nameOf)));
    for (const name of this.#branches.keys()) if (!named.has(name)) this.#branches.delete(name);
  }

  take(place: BranchIdentity): Retired | undefined {
    const found = this.#branches.get(nameOf(place));
    this.#branches.delete(nameOf(place));
    return found;
  }
}

function nameOf({ cell, ordinal, fingerprint, savepoint }: BranchIdentity): string {
  return `${cell}/${ordinal} ${fingerprint} ${savepoint?.id ?? ''}`;
}
