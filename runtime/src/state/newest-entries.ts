import type { Entries } from './entries.ts';
import { unpackEntries, type PackedEntries } from './entry-codec.ts';
import { unpackColumn } from './packed-column.ts';

/**
 * What is left of the entries of one table, read from the newest back: an entry whose slot a newer one has been read for is not
 * even unpacked. After a chain of cuts that is most of them.
 */
export class NewestEntries {
  readonly #entries: Entries[] = [];
  /** By part, 1 for each slot that has been read. */
  readonly #seen = new Map<number | undefined, Uint8Array>();

  /** Takes what is older than all before. */
  add(packed: PackedEntries): void {
    const slots = slotsOf(packed);
    const seen = this.#roomFor(packed.part, slots);
    const rows = new Int32Array(slots.length);
    let count = 0;
    for (let row = slots.length - 1; row >= 0; row--) {
      const slot = slots[row]!;
      if (seen[slot] === 1) continue;
      seen[slot] = 1;
      rows[slots.length - ++count] = row;
    }
    if (count === slots.length) this.#entries.push(unpackEntries(packed));
    else if (count > 0) this.#entries.push(unpackEntries(packed, rows.subarray(slots.length - count)));
  }

  /** No two are for the same slot. */
  take(): Entries[] {
    return this.#entries.reverse();
  }

  #roomFor(part: number | undefined, slots: ArrayLike<number>): Uint8Array {
    let highest = 0;
    for (let at = 0; at < slots.length; at++) if (slots[at]! > highest) highest = slots[at]!;
    const seen = this.#seen.get(part);
    if (seen !== undefined && highest < seen.length) return seen;
    const larger = new Uint8Array(2 * (highest + 1));
    if (seen !== undefined) larger.set(seen);
    this.#seen.set(part, larger);
    return larger;
  }
}

function slotsOf({ slots }: PackedEntries): ArrayLike<number> {
  return slots.kind === 'numbers' ? slots.numbers : (unpackColumn(slots) as number[]);
}
