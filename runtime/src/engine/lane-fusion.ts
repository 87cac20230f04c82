import type { FusionScope } from '../operators/fusion-scope.ts';
import type { WatermarkGenerator, WatermarkOutput } from '../time/watermark-generator.ts';
import type { TimestampAssigner } from '../time/watermark-strategy.ts';
import type { Collect, LaneConsumer } from './lane-vertex.ts';

/** Tells where a record was when a function threw: `at` is the index of the vertex. It never returns. */
export type Fail = (error: unknown, at: number, record: unknown) => never;

/** What the generated loop over a batch reads and writes of a split. */
export interface FusedSplit extends WatermarkOutput {
  readonly generator: WatermarkGenerator<unknown>;
  /** The highest timestamp seen. */
  maxTimestamp: number;
}

export type ProcessBatch = (
  values: readonly unknown[],
  timestamps: readonly (number | undefined)[] | undefined,
  split: FusedSplit,
) => void;

let chains = 0;

/**
 * Writes one function for a chain of operators and compiles it. Generated code has call sites of its own, so that a
 * chain stays as fast beside ten other jobs as it is alone. Nothing but names of fields and numbers goes into the text;
 * functions and operators are passed in.
 */
class ChainWriter implements FusionScope {
  readonly #bound: unknown[] = [];
  readonly #counts: Float64Array;
  #locals = 0;

  constructor(counts: Float64Array) {
    this.#counts = counts;
  }

  bind(object: unknown): string {
    let at = this.#bound.indexOf(object);
    if (at < 0) at = this.#bound.push(object) - 1;
    return `b${at}`;
  }

  local(): string {
    return `v${this.#locals++}`;
  }

  /** Code that hands a record to all consumers. */
  handOn(consumers: readonly LaneConsumer[], value: string, timestamp: string): string {
    const counts = this.bind(this.#counts);
    return consumers
      .map(({ vertex, input }) => {
        const operator = vertex.operator!;
        const before = `at = ${vertex.index}; rec = ${value}; ${counts}[${vertex.index}]++;\n`;
        if (!operator.fusable)
          return `{\n${before}${operator.fuse(this, value, timestamp, () => '', input)}\n}`;
        // What several streams lead to is compiled once, behind its own output.
        if (vertex.node.inputs.length > 1)
          return `${before}${this.bind(vertex.output)}.collect(${value}, ${timestamp});`;
        const next = (result: string) => this.handOn(vertex.consumers, result, timestamp);
        return `{\n${before}${operator.fuse(this, value, timestamp, next, input)}\n}`;
      })
      .join('\n');
  }

  compile<F>(parameters: string, body: string): F {
    chains += 1;
    const names = this.#bound.map((_object, at) => `b${at}`);
    const text = `return function chain(${parameters}) {\n${body}\n};\n//# sourceURL=tidemark-chain-${chains}.js`;
    // The constructor of functions: the chain is what this module exists for.
    const make = new Function(...names, text) as (...bound: readonly unknown[]) => F;
    return make(...this.#bound);
  }
}

/** A function that hands one record to `consumers`. */
export function compileChain(consumers: readonly LaneConsumer[], counts: Float64Array, fail: Fail): Collect {
  if (consumers.length === 0) return () => undefined;
  const writer = new ChainWriter(counts);
  const code = writer.handOn(consumers, 'value', 'timestamp');
  return writer.compile(
    'value, timestamp',
    `let at = 0, rec;
try {
${code}
} catch (error) {
  ${writer.bind(fail)}(error, at, rec);
}`,
  );
}

export interface SourceChain {
  readonly index: number;
  readonly consumers: readonly LaneConsumer[];
  readonly assigner: TimestampAssigner<unknown> | undefined;
  /** True if the generator must see every record; else the highest timestamp is all it needs. */
  readonly callsGenerator: boolean;
  /** Throws what is to be said of a timestamp that is none. */
  readonly refuseTimestamp: (timestamp: unknown) => never;
}

/** The loop over a batch of a source. */
export function compileSource(source: SourceChain, counts: Float64Array, fail: Fail): ProcessBatch {
  const writer = new ChainWriter(counts);
  const at = `at = ${source.index}; rec = value;`;
  const given = 'timestamps === undefined ? undefined : timestamps[i]';
  const timestamp =
    source.assigner === undefined
      ? `const timestamp = ${given};`
      : `const timestamp = ${writer.bind(source.assigner)}(value, ${given});
if (!(Math.floor(timestamp) === timestamp)) ${writer.bind(source.refuseTimestamp)}(timestamp);`;
  const after = source.callsGenerator ? `${at}\nsplit.generator.onEvent(value, timestamp, split);` : '';
  return writer.compile(
    'values, timestamps, split',
    `let at = ${source.index}, rec, max = split.maxTimestamp;
try {
for (let i = 0; i < values.length; i++) {
const value = values[i];
${at}
${timestamp}
if (timestamp > max) max = timestamp;
${writer.handOn(source.consumers, 'value', 'timestamp')}
${after}
}
} catch (error) {
  ${writer.bind(fail)}(error, at, rec);
}
split.maxTimestamp = max;`,
  );
}
