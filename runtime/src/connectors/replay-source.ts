import type { Source, SourceReader, SourceReaderContext } from './source.ts';
import { replayUnbounded, sourceOptionInvalid } from './connector-errors.ts';
import { recordingSource, type RecordingOptions } from './recording-source.ts';
import { ReplayReader } from './replay-reader.ts';
import { replayTime, type ReplayTimestamp } from './replay-time.ts';

/** How fast a replay runs, and by which time. */
export interface ReplayOptions<T> {
  /** How many times faster than it happened: 1 is its own pace, 3600 an hour a second; `'max'` as fast as it goes. */
  readonly speed: number | 'max';
  /** When a record arrived (not its event time): a field or a function; epoch ms, a Date or an ISO 8601 date. */
  readonly timestamp: ReplayTimestamp<T>;
}

/**
 * Hands over what a bounded source holds in the pace in which it once arrived. Time is cut into ticks of 50 ms of
 * the replay, counted from the first record, and a batch is a tick: results do not depend on how busy the machine
 * is. Records are sorted by arrival if there are not more than 200,000; more must be in order.
 * @throws {TidemarkError} `source-option-invalid`; `replay-unbounded` for a source that has no end.
 * @example
 * const quakes = fileSource<{ mag: number; updated: number }>('quakes.jsonl');
 * const replayed = env.fromSource(replay(quakes, { speed: 3_600, timestamp: 'updated' }));
 * await replayed.map(({ mag }) => mag).executeAndCollect(); // → [4.1, 5.3]
 */
export function replay<T>(source: Source<T>, options: ReplayOptions<T>): Source<T>;
/**
 * Hands over what a session has recorded of a source, in the batches and the order in which it came.
 * @param recording a file that `env.recording().export(file)` has written
 * @throws {TidemarkError} `file-not-found`, `recording-damaged`, `no-such-recorded-source`
 */
export function replay<T>(recording: string, options?: RecordingOptions): Source<T>;
export function replay<T>(
  source: Source<T> | string,
  options: ReplayOptions<T> | RecordingOptions = {},
): Source<T> {
  if (typeof source === 'string') return recordingSource<T>(source, options as RecordingOptions);
  return replayed(source, options as ReplayOptions<T>);
}

function replayed<T>(source: Source<T>, options: ReplayOptions<T>): Source<T> {
  const { speed, timestamp } = options;
  if (speed !== 'max' && !(typeof speed === 'number' && speed > 0 && speed < Infinity)) {
    throw sourceOptionInvalid('replay', 'speed', speed, "is a positive number or 'max'");
  }
  if (typeof timestamp !== 'string' && typeof timestamp !== 'number' && typeof timestamp !== 'function') {
    throw sourceOptionInvalid(
      'replay',
      'timestamp',
      timestamp,
      'names a field, or is a function of a record',
    );
  }
  if (source.boundedness === 'unbounded') throw replayUnbounded(source.kind);
  const isFunction = typeof timestamp === 'function';
  return {
    kind: 'replay',
    parameters: {
      speed,
      timestamp: isFunction ? 'function' : timestamp,
      source: { kind: source.kind, parameters: source.parameters },
    },
    functions: [...(source.functions ?? []), ...(isFunction ? [timestamp] : [])],
    boundedness: 'bounded',
    rereadable: source.rereadable,
    createReader: (context: SourceReaderContext): SourceReader<T> =>
      new ReplayReader(source, speed, replayTime(timestamp), context),
    validate: () => source.validate?.(),
  };
}
