import type { GeneratedRange } from '../connectors/source.ts';
import { badTimestamp } from '../errors.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { DeadLetter, deadLetters } from '../operators/dead-letter.ts';
import { IdlenessTimer } from '../time/idleness-timer.ts';
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../time/timestamp.ts';
import { WatermarkCombiner, type WatermarkCombinerState } from '../time/watermark-combiner.ts';
import { BoundedOutOfOrdernessWatermarks, type WatermarkGenerator } from '../time/watermark-generator.ts';
import { WatermarkStrategy } from '../time/watermark-strategy.ts';
import {
  compileRange,
  compileSource,
  type Fail,
  type FusedSplit,
  type ProcessBatch,
  type ProcessRange,
} from './lane-fusion.ts';
import type { LaneConsumer, VertexOutput } from './lane-vertex.ts';
import { LoopChoice, vertexAhead } from './look-ahead.ts';

interface SourceState {
  readonly combiner: WatermarkCombinerState;
  readonly splits: readonly (readonly [
    id: string,
    generator: unknown,
    idleness: unknown,
    maxTimestamp: number,
  ])[];
  readonly nextTick: number;
  readonly ended: boolean;
}

/** The split of a source that speaks of none. */
const WHOLE = '';

class Split implements FusedSplit {
  readonly #id: string;
  readonly #combiner: WatermarkCombiner;
  readonly generator: WatermarkGenerator<unknown>;
  readonly idleness: IdlenessTimer | undefined;
  maxTimestamp = MIN_TIMESTAMP;
  readonly #emit: () => void;

  constructor(
    id: string,
    strategy: WatermarkStrategy<unknown>,
    combiner: WatermarkCombiner,
    emit: () => void,
  ) {
    this.#id = id;
    this.#combiner = combiner;
    this.#emit = emit;
    this.generator = strategy.createGenerator();
    this.idleness = strategy.idleness === undefined ? undefined : new IdlenessTimer(strategy.idleness);
    combiner.register(id);
  }

  emitWatermark(timestamp: number): void {
    this.#combiner.update(this.#id, timestamp);
    this.#emit();
  }

  markIdle(): void {
    this.#combiner.setIdle(this.#id, true);
    this.#emit();
  }

  markActive(): void {
    if (!this.#combiner.isIdle(this.#id)) return;
    this.#combiner.setIdle(this.#id, false);
    this.#emit();
  }

  periodic(): void {
    if (
      this.generator instanceof BoundedOutOfOrdernessWatermarks &&
      this.maxTimestamp > this.generator.maxTimestamp
    ) {
      this.generator.maxTimestamp = this.maxTimestamp;
    }
    // Until it has seen a timestamp it has nothing to say, and saying so would wake it.
    if (this.#combiner.isIdle(this.#id)) return;
    this.generator.onPeriodicEmit(this);
  }
}

/** The reading end of a source in a lane: timestamps, watermarks of each split, idleness. */
export class LaneSource {
  readonly #strategy: WatermarkStrategy<unknown>;
  readonly #output: VertexOutput;
  readonly #combiner = new WatermarkCombiner();
  readonly #splits = new Map<string, Split>();
  readonly #knownSplits: readonly string[];
  readonly #deadLetters: boolean;
  /** True once it was taken from a snapshot, which says which splits there still are. */
  #restored = false;
  readonly #interval: number;
  readonly #now: () => number;
  readonly #mayStop: (work: () => void) => void;
  #process!: LoopChoice<ProcessBatch>;
  #compileRange!: (range: GeneratedRange<unknown>) => LoopChoice<ProcessRange>;
  /** The loop over ranges of one generator; a source has one. */
  #range: { readonly generate: unknown; readonly process: LoopChoice<ProcessRange> } | undefined;
  #nextTick = Infinity;
  ended = false;

  /** @param mayStop runs the last thing that comes of an entry, which may take longer than there is time */
  constructor(
    node: StreamNode,
    output: VertexOutput,
    interval: number,
    now: () => number,
    mayStop: (work: () => void) => void,
    batch = false,
  ) {
    const strategy = node.watermarkStrategy ?? WatermarkStrategy.noWatermarks();
    this.#strategy = batch ? strategy.withoutWatermarks() : strategy;
    this.#output = output;
    this.#interval = interval;
    this.#now = now;
    this.#mayStop = mayStop;
    this.#knownSplits = node.source?.splits ?? [];
    this.#deadLetters = node.source?.deadLetters === true;
  }

  compile(index: number, consumers: readonly LaneConsumer[], counts: Float64Array, fail: Fail): void {
    const source = {
      index,
      consumers,
      assigner: this.#strategy.timestampAssigner,
      callsGenerator: this.#strategy.kind === 'generator',
      refuseTimestamp: (timestamp: unknown) => {
        throw badTimestamp(timestamp);
      },
    };
    const ahead = vertexAhead(source);
    this.#process = new LoopChoice(ahead, (from) => compileSource(source, counts, fail, from));
    this.#compileRange = (range) =>
      new LoopChoice(ahead, (from) => compileRange(source, range, counts, fail, from));
  }

  open(): void {
    for (const split of this.#restored ? [] : this.#knownSplits) this.#split(split);
    if (this.#strategy.idleness !== undefined && this.#nextTick === Infinity) this.#scheduleTick();
  }

  processBatch(
    values: readonly unknown[],
    timestamps: readonly (number | undefined)[] | undefined,
    splitId: string,
  ): void {
    if (this.#deadLetters && values.some((value) => value instanceof DeadLetter)) {
      return this.#processWithDeadLetters(values, timestamps, splitId);
    }
    this.#around(splitId, (split) => this.#process.loop(values, timestamps, split));
  }

  /** What did not parse has no place in the stream: it goes to the side output before anybody asks for its timestamp. */
  #processWithDeadLetters(
    values: readonly unknown[],
    timestamps: readonly (number | undefined)[] | undefined,
    splitId: string,
  ): void {
    const kept: number[] = [];
    for (const [i, value] of values.entries()) {
      if (value instanceof DeadLetter) this.#output.sideOutput(deadLetters.id, value, value.timestamp);
      else kept.push(i);
    }
    const times = timestamps && kept.map((i) => timestamps[i]);
    this.#around(splitId, (split) =>
      this.#process.loop(
        kept.map((i) => values[i]),
        times,
        split,
      ),
    );
  }

  processRange(range: GeneratedRange<unknown>): void {
    if (this.#range?.generate !== range.generate) {
      this.#range = { generate: range.generate, process: this.#compileRange(range) };
    }
    const { process } = this.#range;
    this.#around(WHOLE, (split) => process.loop(range.from, range.to, split));
  }

  processWatermark(timestamp: number): void {
    this.#split(WHOLE).emitWatermark(timestamp);
  }

  setIdle(idle: boolean, splitId: string | undefined): void {
    const ids =
      splitId !== undefined ? [splitId] : this.#splits.size > 0 ? [...this.#splits.keys()] : [WHOLE];
    for (const id of ids) {
      if (idle) this.#split(id).markIdle();
      else this.#split(id).markActive();
    }
  }

  endSplit(id: string): void {
    this.#splits.delete(id);
    this.#combiner.unregister(id);
    this.#emit();
  }

  get watermark(): number {
    return this.#combiner.watermark;
  }

  get idle(): boolean {
    return this.#combiner.idle;
  }

  end(): void {
    this.ended = true;
    this.#nextTick = Infinity;
    if (this.#splits.size === 0) this.#split(WHOLE);
    for (const id of this.#splits.keys()) this.#combiner.update(id, MAX_TIMESTAMP);
    this.#mayStop(() => this.#emit());
  }

  get nextProcessingTime(): number {
    return this.#nextTick;
  }

  onProcessingTime(): void {
    const now = this.#now();
    this.#nextTick = Infinity;
    // One that has never had a record may be idle as well.
    if (this.#splits.size === 0) this.#split(WHOLE);
    let waiting = false;
    for (const split of this.#splits.values()) {
      if (split.idleness?.check(now)) split.markIdle();
      else waiting = true;
    }
    if (waiting) this.#scheduleTick();
  }

  get maxTimestamp(): number | undefined {
    let max = MIN_TIMESTAMP;
    for (const { maxTimestamp } of this.#splits.values()) if (maxTimestamp > max) max = maxTimestamp;
    return max === MIN_TIMESTAMP ? undefined : max;
  }

  /** How far each split has come. */
  splitTimes(): { id: string; watermark: number; idle: boolean; maxTimestamp: number }[] {
    const marks = new Map(
      this.#combiner.snapshot().channels.map(([id, watermark, idle]) => [id, { watermark, idle }]),
    );
    return [...this.#splits].map(([id, { maxTimestamp }]) => ({
      id,
      maxTimestamp,
      watermark: marks.get(id)?.watermark ?? MIN_TIMESTAMP,
      idle: marks.get(id)?.idle ?? false,
    }));
  }

  snapshot(): SourceState {
    return {
      combiner: this.#combiner.snapshot(),
      splits: [...this.#splits].map(
        ([id, { generator, idleness, maxTimestamp }]) =>
          [id, generator.snapshot?.(), idleness?.snapshot(), maxTimestamp] as const,
      ),
      nextTick: this.#nextTick,
      ended: this.ended,
    };
  }

  restore(state: unknown): void {
    const { combiner, splits, nextTick, ended } = state as SourceState;
    for (const [id, generator, idleness, maxTimestamp] of splits) {
      const split = this.#split(id);
      split.generator.restore?.(generator);
      split.idleness?.restore(idleness);
      split.maxTimestamp = maxTimestamp;
    }
    this.#combiner.restore(combiner);
    this.#restored = true;
    this.#nextTick = nextTick;
    this.ended = ended;
  }

  #around(splitId: string, process: (split: Split) => void): void {
    const split = this.#split(splitId);
    split.markActive();
    split.idleness?.activity();
    process(split);
    if (this.#strategy.idleness !== undefined && this.#nextTick === Infinity) this.#scheduleTick();
    this.#mayStop(() => split.periodic());
  }

  #split(id: string): Split {
    let split = this.#splits.get(id);
    if (split === undefined) {
      // It stood for splits that were not known yet.
      if (id !== WHOLE && this.#splits.delete(WHOLE)) this.#combiner.unregister(WHOLE);
      split = new Split(id, this.#strategy, this.#combiner, () => this.#emit());
      this.#splits.set(id, split);
    }
    return split;
  }

  #emit(): void {
    if (!this.#combiner.combine()) return;
    if (!this.#combiner.idle) this.#output.emitIdle(false);
    this.#output.emitWatermark(this.#combiner.watermark);
    if (this.#combiner.idle) this.#output.emitIdle(true);
  }

  #scheduleTick(): void {
    this.#nextTick = this.#now() + this.#interval;
  }
}
