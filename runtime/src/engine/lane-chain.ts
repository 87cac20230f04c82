import type { Blob } from './cut-writer.ts';
import type { Lane } from './lane.ts';

/** What was written of one lane's tables so far: all of them, and then what had changed from cut to cut. */
export class LaneChain {
  #blobs: readonly Blob[] = [];
  #base = 0;
  #added = 0;
  #underWay = 0;
  /** True once something of it could not be written: no cut can build on it any more. */
  broken = false;

  /** True if what was added is more than half of where it began: a restore reads all of it, so that writing anew is worth its while. */
  get outgrown(): boolean {
    return this.#underWay === 0 && this.#added > this.#base / 2;
  }

  /** A cut has begun that will add to it. */
  begin(): void {
    this.#underWay += 1;
  }

  /** The tables of the cut that began first are written; returns all that they lie in. */
  add(blobs: readonly Blob[]): readonly Blob[] {
    const bytes = blobs.reduce((sum, blob) => sum + blob.bytes, 0);
    if (this.#blobs.length === 0) this.#base = bytes;
    else this.#added += bytes;
    this.#underWay -= 1;
    this.#blobs = [...this.#blobs, ...blobs];
    return this.#blobs;
  }
}

/** The chains of the lanes that run. */
export class LaneChains {
  readonly #chains = new WeakMap<Lane, LaneChain>();

  /** The chain that the next cut of a lane adds to; a new one begins with all of its tables. */
  of(lane: Lane): LaneChain {
    let chain = this.#chains.get(lane);
    if (chain === undefined || chain.outgrown) {
      lane.stopTracking();
      this.#chains.set(lane, (chain = new LaneChain()));
    }
    return chain;
  }

  /** Ends a lane's chain: something of it is not in the store. */
  breakOff(lane: Lane): void {
    const chain = this.#chains.get(lane);
    if (chain === undefined) return;
    chain.broken = true;
    this.#chains.delete(lane);
    lane.stopTracking();
  }
}
