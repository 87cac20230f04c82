import type { GeneratedRange } from '../connectors/source.ts';
import type { WatermarkGenerator, WatermarkOutput } from '../time/watermark-generator.ts';
import { ChainWriter, type SourceChain } from './chain-writer.ts';
import type { Collect, LaneConsumer } from './lane-vertex.ts';
import { LookAheadWriter } from './look-ahead-writer.ts';

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

export type ProcessRange = (from: number, to: number, split: FusedSplit) => void;

/** A function that hands one record to `consumers`. */
export function compileChain(consumers: readonly LaneConsumer[], counts: Float64Array, fail: Fail): Collect {
  if (consumers.length === 0) return () => undefined;
  const writer = new ChainWriter(counts, false);
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

/** Where a loop's records come from. */
interface Records {
  readonly parameters: string;
  /** The first index, and the one after the last. */
  readonly from: string;
  readonly to: string;
  /** Code that makes `value` of the index `i`. */
  readonly value: string;
  /** The timestamp that it came with. */
  readonly given: string;
  /** What is to be shown of `rec` when something throws. */
  readonly shown: string;
}

/**
 * The loop over a range of a source: each record is made where it is processed, and need not outlive that.
 * @param ahead the vertex that looks ahead, if it pays to
 */
export function compileRange(
  source: SourceChain,
  range: GeneratedRange<unknown>,
  counts: Float64Array,
  fail: Fail,
  ahead?: LaneConsumer,
): ProcessRange {
  const writer = writerFor(counts, ahead, true);
  const generate = writer.bind(range.generate);
  const records = {
    parameters: 'from, to, split',
    from: 'from',
    to: 'to',
    value: `at = ${source.index}; rec = i;\nconst value = ${generate}(i);`,
    given: range.timestamp === undefined ? 'undefined' : `${writer.bind(range.timestamp)}(value, i)`,
    shown: `rec === ${writer.asMade} ? ${generate}(i) : rec`,
  };
  return compileLoop(writer, source, records, counts, fail);
}

/**
 * The loop over a batch of a source.
 * @param ahead the vertex that looks ahead, if it pays to
 */
export function compileSource(
  source: SourceChain,
  counts: Float64Array,
  fail: Fail,
  ahead?: LaneConsumer,
): ProcessBatch {
  const records = {
    parameters: 'values, timestamps, split',
    from: '0',
    to: 'values.length',
    value: 'const value = values[i];',
    given: 'timestamps === undefined ? undefined : timestamps[i]',
    shown: 'rec',
  };
  return compileLoop(writerFor(counts, ahead, false), source, records, counts, fail);
}

function writerFor(
  counts: Float64Array,
  ahead: LaneConsumer | undefined,
  makesRecords: boolean,
): ChainWriter {
  return ahead === undefined
    ? new ChainWriter(counts, true, makesRecords)
    : new LookAheadWriter(counts, ahead, makesRecords);
}

function compileLoop<F>(
  writer: ChainWriter,
  source: SourceChain,
  { parameters, from, to, value, given, shown }: Records,
  counts: Float64Array,
  fail: Fail,
): F {
  const body = `${value}\n${writer.eachRecord(source, given)}`;
  const failing = writer.bind(fail);
  const loop =
    writer instanceof LookAheadWriter
      ? writer.inBlocks(body, to, counts, fail)
      : `for (; i < ${to}; i++) {\n${body}\n}`;
  return writer.compile(
    parameters,
    `let at = ${source.index}, rec, max = split.maxTimestamp, i = ${from};
${writer.counters}
try {
${loop}
} catch (error) {
  ${failing}(error, at, ${shown});
} finally {
  ${writer.addCounts}
}
split.maxTimestamp = max;`,
  );
}
