import { GeneratedBatch, type Fill } from './generated-batch.ts';
import type { PollResult, Source, SourceReader, SourceReaderContext } from './source.ts';
import { indexOf } from './collection-source.ts';
import { sourceOptionInvalid } from './connector-errors.ts';

/** How fast and how long a generator runs. */
export interface GeneratorOptions<T> {
  /** Records a second on the runtime's clock; as fast as the stream takes them when left out. */
  readonly rate?: number;
  /** How many records there are; without it the source has no end. */
  readonly count?: number;
  /** The event timestamp of a record, in epoch ms. */
  readonly timestamp?: (value: T, index: number) => number;
}

/** Records of a paced generator come in batches of this much time, counted from the first, whatever the real clock does. */
const TICK_MS = 50;

/**
 * A source whose record `index` (0, 1, 2, …) is what a function makes of `index`. The function must give the same
 * value for the same index: then the source can be read again.
 * @throws {TidemarkError} `source-option-invalid` unless `rate` is positive and `count` a whole number ≥ 0.
 * @example
 * const squares = generatorSource((index) => index * index, { count: 4, rate: 1_000 });
 * await env.fromSource(squares).executeAndCollect(); // → [0, 1, 4, 9]
 */
export function generatorSource<T>(
  generate: (index: number) => T,
  options: GeneratorOptions<T> = {},
): Source<T> {
  const { rate, count, timestamp } = options;
  if (typeof generate !== 'function') {
    throw sourceOptionInvalid(
      'generatorSource',
      'its first argument',
      generate,
      'is a function of the index',
    );
  }
  if (rate !== undefined && !(rate > 0 && rate < Infinity)) {
    throw sourceOptionInvalid('generatorSource', 'rate', rate, 'is a positive number of records a second');
  }
  if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) {
    throw sourceOptionInvalid('generatorSource', 'count', count, 'is a whole number of records');
  }
  return {
    kind: 'generator',
    parameters: { rate, count },
    functions: timestamp === undefined ? [generate] : [generate, timestamp],
    boundedness: count === undefined ? 'unbounded' : 'bounded',
    rereadable: true,
    createReader: (context) => new GeneratorReader(generate, options, context),
  };
}

class GeneratorReader<T> implements SourceReader<T> {
  readonly #fill: Fill<T>;
  readonly #generate: (index: number) => T;
  readonly #timestamp: ((value: T, index: number) => number) | undefined;
  readonly #count: number;
  readonly #perTick: number;
  readonly #tickMs: number;
  readonly #start: number;
  readonly #openedAt: number;
  #next: number;

  constructor(generate: (index: number) => T, options: GeneratorOptions<T>, context: SourceReaderContext) {
    this.#generate = generate;
    this.#timestamp = options.timestamp;
    this.#fill = compileFill(generate, options.timestamp);
    this.#count = options.count ?? Number.MAX_SAFE_INTEGER;
    const { rate } = options;
    this.#perTick =
      rate === undefined ? Number.MAX_SAFE_INTEGER : Math.max(1, Math.round((rate * TICK_MS) / 1000));
    this.#tickMs = rate === undefined || !context.paced ? 0 : (this.#perTick * 1000) / rate;
    this.#next = indexOf('generator', context.position);
    this.#start = this.#next;
    this.#openedAt = context.now;
  }

  readyAt(): number | undefined {
    if (this.#tickMs === 0 || this.#next >= this.#count) return undefined;
    const firstTick = Math.floor(this.#start / this.#perTick);
    return this.#openedAt + (Math.floor(this.#next / this.#perTick) - firstTick) * this.#tickMs;
  }

  poll(max: number, now: number): PollResult<T> {
    const from = this.#next;
    if (from >= this.#count) return 'end';
    const due = this.readyAt();
    if (due !== undefined && now < due) return 'wait';
    const tickEnd = (Math.floor(from / this.#perTick) + 1) * this.#perTick;
    const to = Math.min(this.#count, from + max, tickEnd);
    this.#next = to;
    return new GeneratedBatch({ generate: this.#generate, timestamp: this.#timestamp, from, to }, this.#fill);
  }

  close(): void {
    this.#next = this.#count;
  }
}

let compiled = 0;

/**
 * One loop a generator, compiled with a source text of its own: V8 shares what it has learned about a call between all
 * closures of one text, and a loop that has seen several generators can no longer inline the one it calls.
 */
function compileFill<T>(
  generate: (index: number) => T,
  timestamp?: (value: T, index: number) => number,
): Fill<T> {
  const body =
    timestamp === undefined
      ? 'for (let i = from; i < to; i++) values.push(generate(i));'
      : 'for (let i = from; i < to; i++) { const value = generate(i); values.push(value); timestamps.push(timestamp(value, i)); }';
  const text = `return function fill${compiled++}(values, timestamps, from, to) { ${body} };`;
  return new Function('generate', 'timestamp', text)(generate, timestamp) as Fill<T>;
}
