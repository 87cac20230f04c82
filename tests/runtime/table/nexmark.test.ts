import { describe, expect, test } from 'vitest';
import {
  RestartStrategies,
  StreamExecutionEnvironment,
  WatermarkStrategy,
  type ChangelogRow,
  type PollResult,
  type Sink,
  type Source,
  type SourceReader,
  type SourceReaderContext,
} from 'tidemark';
import { RelationSum } from '../../bench/nexmark/nexmark-checksum.ts';
import { nexmarkAt, type NexmarkEvent } from '../../bench/nexmark/nexmark-events.ts';
import { NEXMARK_LOOPS } from '../../bench/nexmark/nexmark-loops.ts';
import { addChange, nexmarkChanges, runNexmark } from '../../bench/nexmark/nexmark-run.ts';

const EVENTS = 6_000;
const CHECKPOINT_AT = 3_000;
const FAILS_AT = 4_500;
const BATCH = 500;

/** The benchmark's events; half-way it waits until it is let on, and later on it fails, once each. */
class DisturbedEvents implements Source<NexmarkEvent> {
  readonly kind = 'disturbed-events';
  readonly parameters = {};
  readonly boundedness = 'bounded';
  readonly rereadable = true;
  readonly #atCheckpoint = Promise.withResolvers<() => void>();
  #held = true;
  #fails = true;

  /** Resolves half-way, with what lets it go on. */
  get halfway(): Promise<() => void> {
    return this.#atCheckpoint.promise;
  }

  createReader({ position, onReady }: SourceReaderContext): SourceReader<NexmarkEvent> {
    let at = typeof position === 'number' ? position : 0;
    const goOn = (): void => {
      this.#held = false;
      onReady();
    };
    return {
      poll: (): PollResult<NexmarkEvent> => {
        if (at === EVENTS) return 'end';
        if (at === CHECKPOINT_AT && this.#held) {
          this.#atCheckpoint.resolve(goOn);
          return 'wait';
        }
        if (at === FAILS_AT && this.#fails) {
          this.#fails = false;
          throw new Error('the job fails on purpose');
        }
        const values = Array.from({ length: BATCH }, (_, i) => nexmarkAt(at + i));
        at += BATCH;
        return { values, position: at };
      },
      close: () => undefined,
    };
  }
}

/** Counts the changes that are committed, each once. */
function committing(name: string, out: RelationSum): Sink<ChangelogRow> {
  const committed = new Set<number>();
  let transactions = 0;
  return {
    kind: 'committed-relation-sum',
    createWriter: () => {
      let changes: ChangelogRow[] = [];
      return {
        write: (change) => void changes.push(change),
        prepareCommit: () => {
          const committable = { transaction: (transactions += 1), changes };
          changes = [];
          return { committable, ready: Promise.resolve() };
        },
      };
    },
    createCommitter: () => ({
      commit: (committable) => {
        const prepared = committable as { transaction: number; changes: readonly ChangelogRow[] };
        if (!committed.has(prepared.transaction))
          for (const change of prepared.changes) addChange(name, out, change);
        committed.add(prepared.transaction);
        return Promise.resolve();
      },
    }),
  };
}

/** A job that goes on from a checkpoint. */
async function runRestored(name: string): Promise<RelationSum> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.enableCheckpointing('1 h').setRestartStrategy(RestartStrategies.fixedDelay(1, 0));
  const out = new RelationSum();
  const source = new DisturbedEvents();
  const events = env.fromSource(source, WatermarkStrategy.noWatermarks(), 'events');
  nexmarkChanges(name, events).sinkTo(committing(name, out));
  const job = await env.execute(name);
  const goOn = await source.halfway;
  await job.triggerCheckpoint();
  goOn();
  await job.finished();
  return out;
}

describe.each(Object.keys(NEXMARK_LOOPS))('Nexmark %s', (name) => {
  const { rows, sum } = NEXMARK_LOOPS[name]!(EVENTS);

  test('gives the relation of the loop', async () => {
    expect(await runNexmark(name, EVENTS)).toMatchObject({ rows, sum });
  });

  test('and after a restore, too', async () => {
    expect(await runRestored(name)).toMatchObject({ rows, sum });
  });
});
