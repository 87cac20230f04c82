import type { MergingWindowAssigner } from './window-assigner.ts';
import type { Window } from './window.ts';

/** Called when windows have become one: the state of all is to be found under `stateWindow`. */
export type WindowsMerged<W extends Window> = (
  result: W,
  merged: readonly W[],
  stateWindow: W,
  mergedStateWindows: readonly W[],
) => void;

/**
 * The windows of one key that may merge. Each points to the window under which its state is kept, so that a window that
 * grows does not move its state.
 */
export class MergingWindowSet<W extends Window> {
  readonly #assigner: MergingWindowAssigner<never, W>;
  readonly #idOf: (window: W) => string;
  readonly #stateWindows = new Map<string, { readonly window: W; stateWindow: W }>();

  /** @param idOf equal for windows that are the same */
  constructor(assigner: MergingWindowAssigner<never, W>, idOf: (window: W) => string) {
    this.#assigner = assigner;
    this.#idOf = idOf;
  }

  restore(window: W, stateWindow: W): void {
    this.#stateWindows.set(this.#idOf(window), { window, stateWindow });
  }

  get size(): number {
    return this.#stateWindows.size;
  }

  *entries(): Generator<readonly [window: W, stateWindow: W]> {
    for (const { window, stateWindow } of this.#stateWindows.values()) yield [window, stateWindow] as const;
  }

  stateWindowOf(window: W): W | undefined {
    return this.#stateWindows.get(this.#idOf(window))?.stateWindow;
  }

  /** Forgets a window. */
  retireWindow(window: W): void {
    this.#stateWindows.delete(this.#idOf(window));
  }

  /** Adds a window, merging it with those it meets; returns the window it has become. */
  addWindow(added: W, onMerge: WindowsMerged<W>): W {
    const addedId = this.#idOf(added);
    const isAdded = (window: W): boolean => this.#idOf(window) === addedId;
    const known = this.#stateWindows.get(addedId);
    const windows = [...this.#stateWindows.values()].map(({ window }) => window);
    if (known === undefined) windows.push(added);
    const groups: (readonly [merged: readonly W[], result: W])[] = [];
    this.#assigner.mergeWindows(windows, (merged, result) => groups.push([merged, result]));

    let actual = added;
    let joined = false;
    for (const [group, result] of groups) {
      let merged = group;
      if (merged.some(isAdded)) {
        joined = true;
        actual = result;
        // The new window has no state yet; only if it was there before is it one of those that merged.
        if (known === undefined) merged = merged.filter((window) => !isAdded(window));
      }
      const stateWindows = merged.map((window) => this.#stateWindows.get(this.#idOf(window))!.stateWindow);
      const [stateWindow, ...others] = stateWindows as [W, ...W[]];
      for (const window of merged) this.#stateWindows.delete(this.#idOf(window));
      this.#stateWindows.set(this.#idOf(result), { window: result, stateWindow });
      // A window that already covered the new one has not changed.
      if (!(merged.length === 1 && this.#idOf(merged[0]!) === this.#idOf(result)))
        onMerge(result, merged, stateWindow, others);
    }
    if (!joined && known === undefined)
      this.#stateWindows.set(addedId, { window: added, stateWindow: added });
    return actual;
  }
}
