import type { Source } from '../../../runtime/src/index.ts';

/** What goes through every job. */
export interface Reading {
  /** Its number in the input, until a window gives it another. */
  readonly n: number;
  readonly key: number;
  readonly value: number;
  /** Event time in ms. */
  readonly at: number;
}

export type Batch = readonly Reading[];

/** Ms between two records, and how far they may be out of order. */
const PACE = 100;
export const DISORDER = 400;
/** As if they came from a file: with them watermarks, and so what is late, are the same in every run. */
const BATCH = 6;

/** Readings in batches; with `disorder` above what watermarks allow, some come late. */
export function batchesOf(count: number, keys: number, disorder: number, random: () => number): Batch[] {
  const batches: Reading[][] = [];
  for (let n = 0; n < count;) {
    const batch: Reading[] = [];
    for (let left = 1 + Math.floor(random() * BATCH); left > 0 && n < count; left--, n++) {
      const at = n * PACE - Math.floor(random() * disorder);
      batch.push({ n, key: Math.floor(random() * keys), value: Math.floor(random() * 100), at });
    }
    batches.push(batch);
  }
  return batches;
}

/** Whoever reads an input; what is read may be its end. */
export interface ReadBy {
  /** Called before a batch is handed over; false if there is to be none yet. `goOn` is to be called then. */
  mayRead(goOn: () => void): boolean;
}

/** A log of batches that lies in the world: it outlives whoever reads it. */
export class SimulatedInput {
  readonly name: string;
  readonly batches: readonly Batch[];
  readonly splits: number;
  /** True if what was handed over is never handed over again, as of a socket. */
  readonly once: boolean;
  #handedOver = 0;

  constructor(name: string, batches: readonly Batch[], { splits = 1, once = false } = {}) {
    this.name = name;
    this.batches = batches;
    this.splits = splits;
    this.once = once;
  }

  source(by: ReadBy): Source<Reading> {
    const { name, once, batches, splits } = this;
    const splitOf = (at: number): string => `split-${at % splits}`;
    return {
      kind: 'simulated',
      parameters: { name },
      boundedness: 'bounded',
      rereadable: !once,
      ...(splits > 1 ? { splits: Array.from({ length: splits }, (_, at) => splitOf(at)) } : {}),
      createReader: ({ position, onReady }) => {
        let at = once ? this.#handedOver : typeof position === 'number' ? position : 0;
        return {
          poll: () => {
            if (!by.mayRead(onReady)) return 'wait';
            const batch = batches[at];
            if (batch === undefined) return 'end';
            const split =
              splits > 1 ? { split: splitOf(at), endsSplit: at + splits >= batches.length } : undefined;
            at += 1;
            this.#handedOver = Math.max(this.#handedOver, at);
            return { values: [...batch], position: at, ...split };
          },
          close: () => undefined,
        };
      },
    };
  }
}
