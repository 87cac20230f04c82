import { parquetReadObjects } from 'hyparquet';
import { expect } from 'vitest';
import fc from 'fast-check';
import { holds } from '../property.ts';
import { fileSinkOn } from '../../../runtime/src/connectors/file-sink/file-sink.ts';
import { localCheckpoints } from '../../../runtime/src/checkpoint/local-checkpoints.ts';
import { createLocalBackend } from '../../../runtime/src/engine/local-backend.ts';
import {
  csv,
  jsonLines,
  parquet,
  RestartStrategies,
  StreamExecutionEnvironment,
  type JobClient,
  type Sink,
  type Source,
} from '../../../runtime/src/index.ts';
import { randomNumbers } from '../simulation/random-numbers.ts';
import { UnreliableFiles, type Fault } from './unreliable-files.ts';

/** One disturbed run, as data. */
interface Run {
  readonly records: number;
  readonly format: 'json-lines' | 'csv' | 'parquet';
  readonly parallelism: number;
  /** Rolling by bytes. */
  readonly size: number;
  /** Numbers of operations of the disk at which something happens. */
  readonly faults: readonly (readonly [operation: number, fault: Fault])[];
  /** Checkpoints that fail to be written, and records at which the user's function fails. */
  readonly failedCheckpoints: readonly number[];
  readonly failedRecords: readonly number[];
  /** Records in a batch, and batches between two checkpoints. */
  readonly batch: number;
  readonly checkpointEvery: number;
  readonly seed: number;
}

const run: fc.Arbitrary<Run> = fc.record({
  records: fc.integer({ min: 1, max: 120 }),
  format: fc.constantFrom('json-lines' as const, 'csv' as const, 'parquet' as const),
  parallelism: fc.constantFrom(1, 1, 2),
  size: fc.constantFrom(1, 40, 200, 1_000_000),
  faults: fc.array(
    fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('failure' as const, 'power cut' as const)),
    { maxLength: 4 },
  ),
  failedCheckpoints: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 2 }),
  failedRecords: fc.array(fc.integer({ min: 0, max: 119 }), { maxLength: 2 }),
  batch: fc.integer({ min: 1, max: 9 }),
  checkpointEvery: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
});

/** Whatever fails, and whenever, each record is in the finished files once. */
export async function checkDisturbedFileSinks(runs: number): Promise<void> {
  await holds(
    run,
    async (disturbed) => {
      const files = await carryOut(disturbed);
      const numbers = await numbersIn(files, disturbed.format);
      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: disturbed.records }, (_, n) => n));
      expect(leftBehind(files)).toEqual([]);
    },
    runs,
    runs,
  );
}

async function carryOut(disturbed: Run): Promise<UnreliableFiles> {
  const files = new UnreliableFiles(new Map(disturbed.faults), randomNumbers(disturbed.seed));
  const failedCheckpoints = new Set(disturbed.failedCheckpoints);
  const failedRecords = new Set(disturbed.failedRecords);
  const backend = createLocalBackend({
    ...localCheckpoints,
    openFolder: () => ({
      last: 0,
      write: async (id) => {
        await new Promise<void>((resolve) => setImmediate(resolve));
        if (failedCheckpoints.delete(id)) throw new Error('no checkpoint');
        return `chk-${id}`;
      },
      drop: () => Promise.resolve(),
    }),
  });
  const env = new StreamExecutionEnvironment(backend);
  env
    .enableCheckpointing('1 h', { directory: 'in memory', tolerableFailures: 1 })
    .setRestartStrategy(RestartStrategies.fixedDelay(1_000, 0));
  const holder: { job?: JobClient } = {};
  env
    .fromSource(slowSource(disturbed, () => void holder.job?.triggerCheckpoint().catch(() => undefined)))
    .map((n) => {
      if (failedRecords.delete(n)) throw new Error(`failed on ${n}`);
      return { n, text: `record "${n}"` };
    })
    .sinkTo(restarting(files, sinkOf(disturbed, files)))
    .setParallelism(disturbed.parallelism);
  holder.job = await env.execute();
  await holder.job.finished();
  return files;
}

function sinkOf({ format, size }: Run, files: UnreliableFiles): Sink<{ n: number; text: string }> {
  const formats = { 'json-lines': jsonLines, csv, parquet } as const;
  const options = { format: formats[format]<{ n: number; text: string }>(), rolling: { size } };
  return fileSinkOn(files, () => 0, '/out', options);
}

/** The disk works again when a writer is made anew. */
function restarting<T>(files: UnreliableFiles, sink: Sink<T>): Sink<T> {
  return {
    ...sink,
    createWriter: (context) => {
      files.restart();
      return sink.createWriter(context);
    },
  };
}

/** Numbers in small batches, with a turn of the event loop between some, so that there are many places for a checkpoint. */
function slowSource({ records, batch, checkpointEvery }: Run, checkpoint: () => void): Source<number> {
  return {
    kind: 'slow',
    parameters: {},
    boundedness: 'bounded',
    rereadable: true,
    createReader: ({ position, onReady }) => {
      let at = typeof position === 'number' ? position : 0;
      let batches = 0;
      let waiting = false;
      return {
        poll: () => {
          if (waiting) return 'wait';
          if (at >= records) return 'end';
          if (batches === checkpointEvery) {
            batches = 0;
            waiting = true;
            checkpoint();
            setImmediate(() => {
              waiting = false;
              onReady();
            });
            return 'wait';
          }
          const values = Array.from({ length: Math.min(batch, records - at) }, (_, i) => at + i);
          at += values.length;
          batches += 1;
          return { values, position: at };
        },
        close: () => undefined,
      };
    },
  };
}

/** Hidden files of writers that have published some; of one that failed before its first checkpoint nobody knows any more. */
function leftBehind(files: UnreliableFiles): string[] {
  const paths = [...files.files.keys()];
  const writerOf = (path: string) => /part-([0-9a-f]+)-/.exec(path)?.[1];
  const published = new Set(paths.filter((path) => !path.includes('/.')).map(writerOf));
  return paths.filter((path) => path.includes('/.') && published.has(writerOf(path)));
}

async function numbersIn(files: UnreliableFiles, format: Run['format']): Promise<number[]> {
  const numbers: number[] = [];
  for (const [path, { bytes }] of files.files) {
    if (path.includes('/.')) continue;
    if (format === 'parquet') {
      const file = bytes.slice().buffer;
      for (const row of await parquetReadObjects({ file })) numbers.push(Number(row['n']));
      continue;
    }
    const lines = new TextDecoder().decode(bytes).split('\n').slice(0, -1);
    if (format === 'json-lines')
      for (const line of lines) numbers.push((JSON.parse(line) as { n: number }).n);
    else {
      expect(lines[0]).toBe('n,text');
      for (const line of lines.slice(1)) numbers.push(Number(line.split(',')[0]));
    }
  }
  return numbers;
}
