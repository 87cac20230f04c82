import type { TimelineEntry } from './timeline.ts';

/** Values of all params at one place of the timeline; never changed, so that equal places share one. */
export type ParamValues = ReadonlyMap<string, number>;

const NONE: ParamValues = new Map();
const PREFIX = 'param ';

interface Change {
  readonly seq: number;
  readonly after: ParamValues;
}

/** The `source` of a timeline entry that changes a param. */
export function paramSource(name: string): string {
  return PREFIX + name;
}

/** What the timeline says of params (law 5): their values at each place of it. */
export class ParamLog {
  #changes: Change[] = [];
  /** The first value of each: what holds before it was declared, for what is rebuilt from the start. */
  #first = new Map<string, number>();

  add({ kind, seq, source, position }: TimelineEntry): void {
    if (kind !== 'param' || typeof position !== 'number') return;
    const name = source.slice(PREFIX.length);
    const after = new Map(this.#changes.at(-1)?.after).set(name, position);
    if (!this.#first.has(name)) this.#first = new Map(this.#first).set(name, position);
    this.#changes.push({ seq, after });
  }

  truncateAfter(seq: number): void {
    this.#changes = this.#changes.filter((change) => change.seq <= seq);
  }

  /** Values as they were after the entry `seq`. */
  at(seq: number): ParamValues {
    const last = this.#changes.at(-1);
    if (last === undefined) return this.#first.size === 0 ? NONE : this.#first;
    const change = last.seq <= seq ? last : this.#changes.findLast((one) => one.seq <= seq);
    if (change?.after.size === this.#first.size) return change.after;
    return new Map([...this.#first, ...(change?.after ?? NONE)]);
  }
}
