/** A newcomer must be this much larger than a shown key to take its place, so that colours do not flicker. */
const STICKINESS = 1.25;

/**
 * Which keys a chart shows, and in which colour: at most `count`, the largest ones, each in a slot that it keeps as long
 * as it is shown.
 */
export class KeySlots {
  readonly #count: number;
  readonly #slots = new Map<string, number>();

  constructor(count: number) {
    this.#count = count;
  }

  slotOf(key: string): number | null {
    return this.#slots.get(key) ?? null;
  }

  /** Takes the keys' totals as they are now, in order of appearance. True if any key's slot has changed. */
  assign(totals: ReadonlyMap<string, number>): boolean {
    let changed = false;
    for (const key of this.#slots.keys()) {
      if (totals.has(key)) continue;
      this.#slots.delete(key);
      changed = true;
    }
    if (totals.size === this.#slots.size) return changed;
    const outside = [...totals].filter(([key]) => !this.#slots.has(key));
    // A stable sort: among equals, the first to appear.
    if (totals.size > this.#count) outside.sort((a, b) => b[1] - a[1]);
    for (const [key, total] of outside) {
      const slot = this.#slots.size < this.#count ? this.#freeSlot() : this.#slotWorthLessThan(total, totals);
      if (slot === undefined) break;
      this.#slots.set(key, slot);
      changed = true;
    }
    return changed;
  }

  snapshot(): [string, number][] {
    return [...this.#slots];
  }

  restore(slots: readonly (readonly [string, number])[]): void {
    this.#slots.clear();
    for (const [key, slot] of slots) this.#slots.set(key, slot);
  }

  #freeSlot(): number {
    const taken = new Set(this.#slots.values());
    let slot = 0;
    while (taken.has(slot)) slot += 1;
    return slot;
  }

  #slotWorthLessThan(total: number, totals: ReadonlyMap<string, number>): number | undefined {
    let least: string | undefined;
    for (const key of this.#slots.keys()) {
      if (least === undefined || (totals.get(key) ?? 0) < (totals.get(least) ?? 0)) least = key;
    }
    if (least === undefined || total <= (totals.get(least) ?? 0) * STICKINESS) return undefined;
    const slot = this.#slots.get(least);
    this.#slots.delete(least);
    return slot;
  }
}
