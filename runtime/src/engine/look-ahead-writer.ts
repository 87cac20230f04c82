import type { KeySelector } from '../operators/key-selector.ts';
import { ChainWriter } from './chain-writer.ts';
import type { Fail } from './lane-fusion.ts';
import type { LaneConsumer } from './lane-vertex.ts';

/** Records that are held before the first of them is processed. */
const BLOCK = 32;

type ProcessHeld = (
  keys: readonly unknown[],
  values: readonly unknown[],
  timestamps: readonly (number | undefined)[],
  held: number,
) => void;

/**
 * Writes the loop over a source's records in two: one takes a block of records up to the vertex that looks ahead, with
 * their keys; the other, when their state has been fetched, processes them one by one from there.
 */
export class LookAheadWriter extends ChainWriter {
  readonly #ahead: LaneConsumer;
  readonly #selector: KeySelector;

  constructor(counts: Float64Array, ahead: LaneConsumer, makesRecords: boolean) {
    super(counts, true, makesRecords);
    this.#ahead = ahead;
    this.#selector = ahead.vertex.operator!.partitioning(ahead.input) as KeySelector;
  }

  override handOn(consumers: readonly LaneConsumer[], value: string, timestamp: string): string {
    if (consumers[0] !== this.#ahead) return super.handOn(consumers, value, timestamp);
    return `${this.standing(this.#ahead, value)}
heldKeys[held] = ${this.keyOf(this.#selector, value)};
heldValues[held] = ${value};
heldTimes[held++] = ${timestamp};`;
  }

  /**
   * The loop, from `i` to where `to` says.
   * @param body code that takes one record
   */
  inBlocks(body: string, to: string, counts: Float64Array, fail: Fail): string {
    const process = this.bind(this.#compileProcess(counts, fail));
    // What comes before a record that fails is processed before it is said to fail.
    // The arrays are as young as the records: writing to an old one costs more than making one.
    return `while (i < ${to}) {
const heldKeys = new Array(${BLOCK}), heldValues = new Array(${BLOCK}), heldTimes = new Array(${BLOCK});
const end = Math.min(${to}, i + ${BLOCK});
let held = 0;
try {
for (; i < end; i++) {
${body}
}
} finally {
${process}(heldKeys, heldValues, heldTimes, held);
}
}`;
  }

  #compileProcess(counts: Float64Array, fail: Fail): ProcessHeld {
    const writer = new HeldWriter(counts, this.#selector);
    const body = writer.handOn([this.#ahead], 'value', 'timestamp');
    return writer.compile(
      'keys, values, timestamps, held',
      `let at = ${this.#ahead.vertex.index}, rec;
${writer.counters}
try {
${writer.bind(this.#ahead.vertex.operator!.ahead)}.fetch(keys, held);
for (let i = 0; i < held; i++) {
const key = keys[i], value = values[i], timestamp = timestamps[i];
${body}
}
} catch (error) {
  ${writer.bind(fail)}(error, at, rec);
} finally {
  ${writer.addCounts}
}`,
    );
  }
}

/** Writes code for records whose keys are known. */
class HeldWriter extends ChainWriter {
  readonly #selector: KeySelector;

  constructor(counts: Float64Array, selector: KeySelector) {
    super(counts, true);
    this.#selector = selector;
  }

  override keyOf(selector: KeySelector, value: string): string {
    return selector === this.#selector && value === 'value' ? 'key' : super.keyOf(selector, value);
  }
}
