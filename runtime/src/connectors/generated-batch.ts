import type { GeneratedRange, SourceBatch } from './source.ts';

export type Fill<T> = (values: T[], timestamps: number[] | undefined, from: number, to: number) => void;

/**
 * Records that are made when somebody looks at them: once for all who ask for `values`, so that they see the same
 * objects; one by one for a reader that is alone and takes the range.
 */
export class GeneratedBatch<T> implements SourceBatch<T> {
  readonly #range: GeneratedRange<T>;
  readonly #fill: Fill<T>;
  readonly count: number;
  readonly position: number;
  #values: T[] | undefined;
  #timestamps: number[] | undefined;

  /** @param fill makes the same records as the range, for all at once */
  constructor(range: GeneratedRange<T>, fill: Fill<T>) {
    this.#range = range;
    this.#fill = fill;
    this.count = range.to - range.from;
    this.position = range.to;
  }

  get range(): GeneratedRange<T> | undefined {
    return this.#values === undefined ? this.#range : undefined;
  }

  get values(): T[] {
    if (this.#values === undefined) this.#make();
    return this.#values!;
  }

  get timestamps(): number[] | undefined {
    if (this.#values === undefined) this.#make();
    return this.#timestamps;
  }

  #make(): void {
    const { from, to, timestamp } = this.#range;
    const values: T[] = [];
    const timestamps: number[] | undefined = timestamp === undefined ? undefined : [];
    this.#fill(values, timestamps, from, to);
    this.#values = values;
    this.#timestamps = timestamps;
  }
}
