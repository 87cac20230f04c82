import { decode, encode } from '../checkpoint/codec.ts';
import { localCheckpoints } from '../checkpoint/local-checkpoints.ts';
import { StreamExecutionEnvironment } from '../api/stream-execution-environment.ts';
import type { JobClient } from '../api/job-client.ts';
import type { Source, SourceBatch, SourcePosition, SourceReader } from '../connectors/source.ts';
import { createLocalBackend } from '../engine/local-backend.ts';
import { RestartStrategies } from '../engine/restart-strategies.ts';
import { afterRealTime } from '../engine/slice-loop.ts';
import { canonical } from '../graph/fingerprint.ts';
import { RuntimeClock } from '../time/runtime-clock.ts';
import { differenceOf, notConformant, type ConformanceRule } from './conformance-errors.ts';

/** What a source is to give. */
export interface CheckSourceOptions<T> {
  /** The records, in order; of a source without an end the first ones. */
  readonly records: readonly T[];
  /**
   * True if a position that was taken down stands for the same place in a later reading; what can be read again does so. Say so of
   * a source that cannot be read again but goes on where it was, such as one that tells a server the id of the last event.
   */
  readonly resumes?: boolean;
  /** ms of real time that the source may take until it says that it is ready. Default: 10,000. */
  readonly patience?: number;
}

/** Records asked for at once, in different readings. */
const SIZES = [1, 7, 1024];
/** Batches without records that may follow each other. */
const EMPTY_BATCHES = 1_000;
/** Positions that a reading is begun from, at most. */
const PLACES = 40;

/**
 * Runs a source through everything the runtime expects of one: batches of the size asked for, plain positions, going on from
 * each of them with nothing lost or twice, its end, and jobs that fail in between.
 * @param make makes the source; called for every reading, as a cell is that is run again
 * @returns the rules that were checked
 * @throws {TidemarkError} `connector-not-conformant`, with the rule in its details
 * @example
 * const checked = await checkSource(() => collectionSource(['a', 'b', 'c']), { records: ['a', 'b', 'c'] });
 * checked.includes('goes on from any position'); // → true
 */
export async function checkSource<T>(
  make: () => Source<T> | Promise<Source<T>>,
  options: CheckSourceOptions<T>,
): Promise<readonly ConformanceRule[]> {
  const check = new SourceCheck<T>(make, options);
  await check.run();
  return check.checked;
}

class SourceCheck<T> {
  readonly checked: ConformanceRule[] = [];
  readonly #make: () => Source<T> | Promise<Source<T>>;
  readonly #options: CheckSourceOptions<T>;
  #kind = '';
  #unbounded = false;
  /** Batches without records, one after the other. */
  #empty = 0;

  constructor(make: () => Source<T> | Promise<Source<T>>, options: CheckSourceOptions<T>) {
    this.#make = make;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { records, resumes } = this.#options;
    const batches = await this.#read(undefined, 1);
    this.#same(
      'gives all records',
      batches.flatMap(({ values }) => values),
      records,
    );
    const source = await this.#make();
    if (source.rereadable || resumes === true) {
      for (const size of SIZES) {
        const read = await this.#read(undefined, size);
        this.#same(
          'gives the same records in batches of any size',
          read.flatMap(({ values }) => values),
          records,
        );
      }
      await this.#fromEveryPosition(batches);
      await this.#inFailingJobs();
    }
    this.#note('hands over what was asked for', 'has plain positions', 'announces what it was waited for');
    if (source.boundedness === 'bounded') this.#note('ends once');
  }

  async #fromEveryPosition(batches: readonly SourceBatch<T>[]): Promise<void> {
    const step = Math.max(1, Math.ceil(batches.length / PLACES));
    let before = 0;
    for (const [at, batch] of batches.entries()) {
      before += batch.values.length;
      if (at % step !== 0 && at !== batches.length - 1) continue;
      const rest = this.#options.records.slice(before);
      const read = await this.#read(batch.position, 7, rest.length);
      this.#same(
        'goes on from any position',
        read.flatMap(({ values }) => values),
        rest,
        `After record ${before}: `,
      );
    }
  }

  /** A job with a checkpoint after every few records, whose function fails at some. */
  async #inFailingJobs(): Promise<void> {
    const { records } = this.#options;
    const env = new StreamExecutionEnvironment(createLocalBackend(localCheckpoints));
    env.enableCheckpointing('1 h').setRestartStrategy(RestartStrategies.fixedDelay(10, 0));
    const fails = new Set([Math.floor(records.length / 3), Math.floor((records.length * 2) / 3)]);
    const holder: { job?: JobClient } = {};
    let committed: T[] = [];
    let seen = 0;
    const done = Promise.withResolvers<void>();
    const look = (): void => {
      if (committed.length >= records.length) done.resolve();
    };
    env
      .fromSource(await this.#make())
      .map((record) => {
        seen += 1;
        if (fails.delete(seen)) throw new Error('the job fails on purpose');
        return record;
      })
      .sinkTo({
        kind: 'collecting',
        createWriter: ({ restored }) => {
          // What is written is part of the state: it goes back with it.
          let written = [...((restored as readonly T[] | undefined) ?? [])];
          committed = written;
          return {
            write: (record) => {
              written.push(record);
              if (written.length % 5 === 0) void holder.job?.triggerCheckpoint().catch(() => undefined);
              look();
            },
            snapshot: () => [...written],
            close: () => void (written = []),
          };
        },
      });
    const job = (holder.job = await env.execute());
    look();
    await this.#patiently(Promise.race([done.promise, job.finished()]), 'survives failures of its job');
    this.#same('survives failures of its job', committed, records);
    await job.cancel();
  }

  async #read(
    position: SourcePosition,
    max: number,
    limit = this.#options.records.length,
  ): Promise<SourceBatch<T>[]> {
    const source = await this.#make();
    this.#kind = source.kind;
    this.#unbounded = source.boundedness === 'unbounded';
    source.validate?.();
    let ready = Promise.withResolvers<void>();
    const clock = new RuntimeClock();
    const reader = source.createReader({
      position,
      paced: true,
      now: clock.now(),
      onReady: () => ready.resolve(),
    });
    const batches: SourceBatch<T>[] = [];
    let count = 0;
    try {
      while (count < limit || source.boundedness === 'bounded') {
        const polled = reader.poll(max, clock.now());
        if (polled === 'end') {
          this.#checkEnd(reader, source);
          break;
        }
        if (polled === 'wait') {
          const at = reader.readyAt?.();
          if (at !== undefined) afterRealTime(clock.realDelayUntil(at), ready.resolve);
          await this.#patiently(ready.promise, 'announces what it was waited for');
          ready = Promise.withResolvers<void>();
          continue;
        }
        batches.push(this.#checkBatch(polled, max));
        count += polled.values.length;
      }
    } finally {
      reader.close();
    }
    return batches;
  }

  #checkEnd(reader: SourceReader<T>, { boundedness }: Source<T>): void {
    if (boundedness === 'bounded' && reader.poll(1, 0) !== 'end')
      throw notConformant('ends once', this.#kind, "After 'end' it handed over something else.");
  }

  #checkBatch(batch: SourceBatch<T>, max: number): SourceBatch<T> {
    const { values, timestamps, count } = batch;
    const rule = 'hands over what was asked for';
    // One may tell of a position or a split alone; but who has nothing to tell is to wait.
    this.#empty = values.length === 0 ? this.#empty + 1 : 0;
    if (this.#empty > EMPTY_BATCHES)
      throw notConformant(
        rule,
        this.#kind,
        `It handed over ${this.#empty} empty batches. Return 'wait' instead.`,
      );
    if (values.length > max)
      throw notConformant(rule, this.#kind, `It was asked for ${max} records and gave ${values.length}.`);
    if (timestamps !== undefined && timestamps.length !== values.length)
      throw notConformant(
        rule,
        this.#kind,
        `It gave ${timestamps.length} timestamps for ${values.length} records.`,
      );
    if (count !== undefined && count !== values.length)
      throw notConformant(rule, this.#kind, `It spoke of ${count} records and gave ${values.length}.`);
    try {
      const position = decode(encode(batch.position, 'position'));
      return { ...batch, values, position };
    } catch (error) {
      throw notConformant('has plain positions', this.#kind, messageOf(error), error);
    }
  }

  #same(rule: ConformanceRule, found: readonly T[], expected: readonly T[], where = ''): void {
    // A source without an end may have handed over more.
    const first = this.#unbounded ? found.slice(0, expected.length) : found;
    const difference = differenceOf(first, expected, canonical);
    if (difference !== undefined) throw notConformant(rule, this.#kind, where + difference);
    this.#note(rule);
  }

  #note(...rules: readonly ConformanceRule[]): void {
    for (const rule of rules) if (!this.checked.includes(rule)) this.checked.push(rule);
  }

  async #patiently(work: Promise<unknown>, rule: ConformanceRule): Promise<void> {
    const patience = this.#options.patience ?? 10_000;
    const late = Promise.withResolvers<never>();
    const cancel = afterRealTime(patience, () =>
      late.reject(notConformant(rule, this.#kind, `Nothing was heard of it for ${patience} ms.`)),
    );
    try {
      await Promise.race([work, late.promise]);
    } finally {
      cancel();
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
