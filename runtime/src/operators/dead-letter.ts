import { OutputTag } from './output-tag.ts';

const PREVIEW_BYTES = 200;
const utf8 = new TextDecoder();

/** A record that did not parse, on its way to the side output `deadLetters`. */
export class DeadLetter {
  /** Where it stands: `topic-partition@offset`. */
  readonly place: string;
  /** What is wrong with it. */
  readonly reason: string;
  /** Its value as text, or the beginning of a long one, for people. */
  readonly text: string;
  /** When it was written, in epoch ms. */
  readonly timestamp: number;
  /** Its key and value as they came. */
  readonly key: Uint8Array | null;
  /** As `key`. */
  readonly value: Uint8Array | null;

  constructor(
    place: string,
    reason: string,
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
  ) {
    this.place = place;
    this.reason = reason;
    this.text = value === null ? '' : utf8.decode(value.subarray(0, PREVIEW_BYTES));
    this.timestamp = timestamp;
    this.key = key;
    this.value = value;
  }
}

/**
 * The side output of a source that reads on over what does not parse.
 * @example
 * const numbers = kafkaTopic<string>({ brokers: 'embedded', topic: 'numbers', format: raw() });
 * await numbers.create();
 * await numbers.send([{ value: '1' }, { value: 'one' }]);
 * const source = kafkaSource<number>({
 *   brokers: 'embedded',
 *   topic: 'numbers',
 *   format: json<number>(),
 *   onBadRecord: 'dead-letter',
 *   until: 'latest',
 * });
 * const stream = env.fromSource(source);
 * await stream.executeAndCollect(); // → [1]
 * const [letter] = await stream.getSideOutput(deadLetters).executeAndCollect();
 * [letter?.place, letter?.text]; // → ['numbers-0@1', 'one']
 */
export const deadLetters = new OutputTag<DeadLetter>('dead-letters');
