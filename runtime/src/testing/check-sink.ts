import { decode, encode } from '../checkpoint/codec.ts';
import { localCheckpoints } from '../checkpoint/local-checkpoints.ts';
import { StreamExecutionEnvironment } from '../api/stream-execution-environment.ts';
import type { JobClient } from '../api/job-client.ts';
import { createLocalBackend } from '../engine/local-backend.ts';
import { RestartStrategies } from '../engine/restart-strategies.ts';
import { afterRealTime } from '../engine/slice-loop.ts';
import { canonical } from '../graph/fingerprint.ts';
import type { Sink, SinkCommitter, SinkWriter } from '../operators/sink.ts';
import { MIN_TIMESTAMP } from '../time/timestamp.ts';
import { differenceOf, notConformant, type ConformanceRule } from './conformance-errors.ts';

/** A sink with the world that it writes to. */
export interface SinkUnderTest<T> {
  /** The sink. */
  readonly sink: Sink<T>;
  /** What can be seen outside, in any order. */
  readonly read: () => readonly T[] | Promise<readonly T[]>;
  /** Called when the world is no longer needed. */
  readonly dispose?: () => void | Promise<void>;
}

/** What is written, and what the sink promises. */
export interface CheckSinkOptions<T> {
  /** Different records, nine at least. */
  readonly records: readonly T[];
  /** `'exactly-once'` when left out; with `'at-least-once'` records may be there more than once. */
  readonly guarantee?: 'exactly-once' | 'at-least-once';
  /**
   * True if two of its writers cannot be in one process: then one is closed in place of a crash. Else it is forgotten as it is.
   */
  readonly crashCloses?: boolean;
  /** ms of real time that the sink may take to flush, to commit or to take more. Default: 10,000. */
  readonly patience?: number;
}

/**
 * Runs a sink through everything the runtime expects of one: plain state, two phases, and crashes at every place between them.
 * @param make makes the sink and an empty world, for each of the runs
 * @returns the rules that were checked
 * @throws {TidemarkError} `connector-not-conformant`, with the rule in its details
 * @example
 * const makeWorld = () => {
 *   const seen = new Map<string, readonly string[]>();
 *   let transactions = 0;
 *   const sink: Sink<string> = {
 *     kind: 'my-world',
 *     createWriter: () => {
 *       let records: string[] = [];
 *       return {
 *         write: (record) => void records.push(record),
 *         prepareCommit: () => {
 *           const committable = { id: `t${(transactions += 1)}`, records };
 *           records = [];
 *           return { committable, ready: Promise.resolve() };
 *         },
 *       };
 *     },
 *     createCommitter: () => ({
 *       commit: async (committable) => {
 *         const { id, records } = committable as { id: string; records: string[] };
 *         seen.set(id, records);
 *       },
 *     }),
 *   };
 *   return { sink, read: () => [...seen.values()].flat() };
 * };
 * const checked = await checkSink(makeWorld, { records: [...'abcdefghi'] });
 * checked.includes('commits what was prepared before a crash'); // → true
 */
export async function checkSink<T>(
  make: () => SinkUnderTest<T> | Promise<SinkUnderTest<T>>,
  options: CheckSinkOptions<T>,
): Promise<readonly ConformanceRule[]> {
  const checked: ConformanceRule[] = [];
  const third = Math.floor(options.records.length / 3);
  for (const scenario of SCENARIOS) {
    const world = await make();
    const run = new SinkRun<T>(world, options, third);
    try {
      if (await scenario.play(run as SinkRun<unknown>)) checked.push(...scenario.rules);
    } finally {
      await world.dispose?.();
    }
  }
  return [...new Set(checked)];
}

interface Scenario {
  readonly rules: readonly ConformanceRule[];
  /** False if it does not concern the sink. */
  play(run: SinkRun<unknown>): Promise<boolean>;
}

/** A cut of one writer, as it comes back from a store. */
interface WriterCut {
  readonly writer: unknown;
  readonly committables: readonly unknown[];
}

const SCENARIOS: readonly Scenario[] = [
  {
    rules: ['has plain state', 'writes all records'],
    async play(run) {
      await run.open();
      await run.write(0, 3);
      await run.commit(await run.cut(true));
      await run.close();
      await run.expect('writes all records', 3);
      return true;
    },
  },
  {
    rules: ['shows nothing before its commit', 'commits twice as once'],
    async play(run) {
      if (!run.commits) return false;
      await run.open();
      await run.write(0, 1);
      const cut = await run.cut(false);
      await run.expect('shows nothing before its commit', 0);
      await run.commit(cut);
      await run.commit(cut);
      await run.write(1, 3);
      const last = await run.cut(true);
      await run.commit(last);
      await run.commit(last);
      await run.close();
      await run.expect('commits twice as once', 3);
      return true;
    },
  },
  {
    rules: ['commits what was prepared before a crash', 'goes on after a restore'],
    async play(run) {
      await run.open();
      await run.write(0, 1);
      await run.commit(await run.cut(false));
      await run.write(1, 2);
      const cut = await run.cut(false);
      await run.crash(cut);
      await run.open(cut);
      await run.write(2, 3);
      await run.commit(await run.cut(true));
      await run.close();
      await run.expect('commits what was prepared before a crash', 3);
      return true;
    },
  },
  {
    rules: ['drops what no cut holds'],
    async play(run) {
      await run.open();
      await run.write(0, 1);
      const durable = await run.cut(false);
      await run.write(1, 2);
      // It was prepared, but the cut never became durable; and a part of the next was written.
      await run.cut(false);
      await run.write(2, 3);
      await run.crash(durable);
      await run.open(durable);
      await run.write(1, 3);
      await run.commit(await run.cut(true));
      await run.close();
      await run.expect('drops what no cut holds', 3);
      return true;
    },
  },
  {
    rules: ['flushes what was prepared though it closes'],
    async play(run) {
      await run.open();
      await run.write(0, 1);
      // As in a job that fails while a cut is under way.
      const cut = await run.cutAndClose(false);
      await run.open(cut);
      await run.write(1, 3);
      // As in a cell that is edited.
      await run.commit(await run.cutAndClose(true));
      await run.expect('flushes what was prepared though it closes', 3);
      return true;
    },
  },
  {
    rules: ['takes part in jobs that fail'],
    async play(run) {
      await run.inFailingJob();
      await run.expect('takes part in jobs that fail', 3);
      return true;
    },
  },
];

/** One run of a sink by hand, in place of a job. */
class SinkRun<T> {
  readonly #world: SinkUnderTest<T>;
  readonly #options: CheckSinkOptions<T>;
  readonly #third: number;
  #writer: SinkWriter<T> | undefined;
  #committer: SinkCommitter | undefined;
  /** Cuts that were prepared and not committed. */
  #prepared: WriterCut[] = [];
  #ready = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<never>();

  constructor(world: SinkUnderTest<T>, options: CheckSinkOptions<T>, third: number) {
    this.#world = world;
    this.#options = options;
    this.#third = third;
    this.#failed.promise.catch(() => undefined);
  }

  get commits(): boolean {
    return this.#world.sink.createCommitter !== undefined;
  }

  /** @param cut to go on from: what it holds is committed first */
  async open(cut?: WriterCut): Promise<void> {
    const { sink } = this.#world;
    const recovered = Promise.withResolvers<void>();
    this.#committer = sink.createCommitter?.({ trouble: () => undefined });
    this.#writer = sink.createWriter({
      subtask: 0,
      parallelism: 1,
      restored: cut?.writer,
      recovered: recovered.promise,
      announceReady: () => this.#ready.resolve(),
      fail: (error) => this.#failed.reject(error),
      trouble: () => undefined,
    });
    if (cut !== undefined) await this.commit(cut);
    recovered.resolve();
  }

  /** Writes some thirds of the records. */
  async write(from: number, to: number): Promise<void> {
    const { records } = this.#options;
    const end = to === 3 ? records.length : to * this.#third;
    for (const record of records.slice(from * this.#third, end)) {
      while (this.#writer!.blocked === true) {
        this.#ready = Promise.withResolvers<void>();
        await this.#patiently(this.#ready.promise, 'writes all records');
      }
      this.#writer!.write(record, { timestamp: undefined, currentWatermark: MIN_TIMESTAMP });
    }
  }

  async cut(endOfInput: boolean): Promise<WriterCut> {
    const { cut, ready } = this.#prepare(endOfInput);
    await this.#patiently(ready, 'writes all records');
    return cut;
  }

  /** The writer is closed before what it has prepared is flushed. */
  async cutAndClose(endOfInput: boolean): Promise<WriterCut> {
    const { cut, ready } = this.#prepare(endOfInput);
    const closed = this.#writer!.close?.();
    await this.#patiently(ready, 'flushes what was prepared though it closes');
    await this.#patiently(closed ?? undefined, 'flushes what was prepared though it closes');
    return cut;
  }

  #prepare(endOfInput: boolean): { readonly cut: WriterCut; readonly ready: Promise<void> | undefined } {
    const prepared = this.#writer!.prepareCommit?.(endOfInput);
    let cut: WriterCut;
    try {
      const committables = prepared?.committable === undefined ? [] : [prepared.committable];
      const state = { writer: this.#writer!.snapshot?.(), committables };
      cut = decode(encode(state, 'the sink')) as WriterCut;
    } catch (error) {
      throw notConformant('has plain state', this.#kind, messageOf(error), error);
    }
    this.#prepared.push(cut);
    return { cut, ready: prepared?.ready };
  }

  async commit(cut: WriterCut): Promise<void> {
    const { committables } = cut;
    this.#prepared = this.#prepared.filter((prepared) => prepared !== cut);
    for (const committable of committables)
      await this.#patiently(this.#committer?.commit(committable), 'commits what was prepared before a crash');
  }

  /**
   * What a process that is killed leaves.
   * @param durable the last cut on disk
   */
  async crash(durable: WriterCut): Promise<void> {
    if (this.#options.crashCloses === true) {
      await this.#writer!.close?.();
      // As the runtime does with what no cut holds.
      const orphans = this.#prepared
        .filter((cut) => cut !== durable)
        .flatMap(({ committables }) => committables);
      for (const orphan of orphans) await this.#committer?.abort?.(orphan);
      this.#committer?.close?.();
    }
    this.#writer = undefined;
    this.#committer = undefined;
    this.#prepared = [];
  }

  async close(): Promise<void> {
    await this.#writer!.close?.();
    this.#committer?.close?.();
  }

  /** As many thirds of the records can be seen. */
  async expect(rule: ConformanceRule, thirds: number): Promise<void> {
    const { records, guarantee = 'exactly-once', patience = 10_000 } = this.#options;
    const expected = records
      .slice(0, thirds === 3 ? records.length : thirds * this.#third)
      .map((record) => canonical(record));
    let left = Math.ceil(patience / 10);
    for (;;) {
      const texts = (await this.#world.read()).map((record) => canonical(record));
      const found = (guarantee === 'exactly-once' ? texts : [...new Set(texts)]).sort();
      const difference = differenceOf(found, [...expected].sort(), String);
      if (difference === undefined) return;
      // What has left the process may still be on its way.
      if (guarantee === 'exactly-once' || (left -= 1) < 0) throw notConformant(rule, this.#kind, difference);
      await new Promise<void>((resolve) => afterRealTime(10, resolve));
    }
  }

  /** A job with checkpoints that fails between them. */
  async inFailingJob(): Promise<void> {
    const { records } = this.#options;
    const env = new StreamExecutionEnvironment(createLocalBackend(localCheckpoints));
    env.enableCheckpointing('1 h').setRestartStrategy(RestartStrategies.fixedDelay(10, 0));
    const fails = new Set([this.#third + 1, 2 * this.#third]);
    const holder: { job?: JobClient } = {};
    let seen = 0;
    env
      .fromSource(slowly(records))
      .map((record) => {
        seen += 1;
        if (seen % 2 === 0) void holder.job?.triggerCheckpoint().catch(() => undefined);
        if (fails.delete(seen)) throw new Error('the job fails on purpose');
        return record;
      })
      .sinkTo(this.#world.sink);
    holder.job = await env.execute();
    await this.#patiently(holder.job.finished(), 'takes part in jobs that fail');
  }

  get #kind(): string {
    return this.#world.sink.kind;
  }

  async #patiently(work: Promise<unknown> | undefined, rule: ConformanceRule): Promise<void> {
    const patience = this.#options.patience ?? 10_000;
    const late = Promise.withResolvers<never>();
    const cancel = afterRealTime(patience, () =>
      late.reject(notConformant(rule, this.#kind, `It took longer than ${patience} ms.`)),
    );
    try {
      await Promise.race([work, this.#failed.promise, late.promise]);
    } finally {
      cancel();
    }
  }
}

/** Records one by one, with a turn of the event loop in between, so that there are places for checkpoints. */
function slowly<T>(records: readonly T[]) {
  return {
    kind: 'slowly',
    parameters: {},
    boundedness: 'bounded' as const,
    rereadable: true,
    createReader: ({ position, onReady }: { position?: unknown; onReady: () => void }) => {
      let at = typeof position === 'number' ? position : 0;
      let rests = true;
      return {
        poll: () => {
          if (at >= records.length) return 'end' as const;
          rests = !rests;
          if (rests) {
            afterRealTime(0, onReady);
            return 'wait' as const;
          }
          const values = [records[at] as T];
          at += 1;
          return { values, position: at };
        },
        close: () => undefined,
      };
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
