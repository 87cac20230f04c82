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
  readonly #stateWindows = new Map<string, { readonly window: W; stateWindow: W }>();

  constructor(assigner: MergingWindowAssigner<never, W>) {
    this.#assigner = assigner;
  }

  restore(window: W, stateWindow: W): void {
    this.#stateWindows.set(idOf(window), { window, stateWindow });
  }

  get size(): number {
    return this.#stateWindows.size;
  }

  *entries(): Generator<readonly [window: W, stateWindow: W]> {
    for (const { window, stateWindow } of this.#stateWindows.values()) yield [window, stateWindow] as const;
  }

  stateWindowOf(window: W): W | undefined {
    return this.#stateWindows.get(idOf(window))?.stateWindow;
  }

  /** Forgets a window. */
  retireWindow(window: W): void {
    this.#stateWindows.delete(idOf(window));
  }

  /** Adds a window, merging it with those it meets; returns the window it has become. */
  addWindow(added: W, onMerge: WindowsMerged<W>): W {
    const known = this.#stateWindows.get(idOf(added));
    const windows = [...this.#stateWindows.values()].map(({ window }) => window);
    if (known === undefined) windows.push(added);
    const groups: (readonly [merged: readonly W[], result: W])[] = [];
    this.#assigner.mergeWindows(windows, (merged, result) => groups.push([merged, result]));

    let actual = added;
    let joined = false;
    for (const [group, result] of groups) {
      let merged = group;
      if (merged.some((window) => same(window, added))) {
        joined = true;
        actual = result;
        // The new window has no state yet; only if it was there before is it one of those that merged.
        if (known === undefined) merged = merged.filter((window) => !same(window, added));
      }
      const stateWindows = merged.map((window) => this.#stateWindows.get(idOf(window))!.stateWindow);
      const [stateWindow, ...others] = stateWindows as [W, ...W[]];
      for (const window of merged) this.#stateWindows.delete(idOf(window));
      this.#stateWindows.set(idOf(result), { window: result, stateWindow });
      // A window that already covered the new one has not changed.
      if (!(merged.length === 1 && same(merged[0]!, result))) onMerge(result, merged, stateWindow, others);
    }
    if (!joined && known === undefined)
      this.#stateWindows.set(idOf(added), { window: added, stateWindow: added });
    return actual;
  }
}

function same(a: Window, b: Window): boolean {
  return a.start === b.start && a.end === b.end;
}

function idOf(window: Window): string {
  return `${window.start},${window.end}`;
}
