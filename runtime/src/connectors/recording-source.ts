import { noSuchRecordedSource, sourceOptionInvalid } from './connector-errors.ts';
import { RecordingFile } from './recording-file.ts';
import { RecordingReader } from './recording-reader.ts';
import type { Source } from './source.ts';

/** What of a recording is replayed, and how fast. */
export interface RecordingOptions {
  /** Name of the source, if the recording has several. */
  readonly source?: string;
  /** How many times faster than it happened; as fast as it goes when left out. */
  readonly speed?: number | 'max';
}

/** A recording that `env.recording().export(file)` wrote, as a source. */
export function recordingSource<T>(path: string, options: RecordingOptions): Source<T> {
  const { source, speed = 'max' } = options;
  if (speed !== 'max' && !(typeof speed === 'number' && speed > 0 && speed < Infinity)) {
    throw sourceOptionInvalid('replay', 'speed', speed, "is a positive number or 'max'");
  }
  const index = (): number => sourceIn(path, source);
  return {
    kind: 'recording',
    parameters: { path, source, speed },
    boundedness: 'bounded',
    rereadable: true,
    createReader: (context) => new RecordingReader<T>(path, index(), speed, context),
    validate: () => void index(),
  };
}

/** Which source of a recording is meant. */
function sourceIn(path: string, wanted: string | undefined): number {
  const file = new RecordingFile(path);
  file.close();
  const names = file.head.sources.map(({ name }) => name);
  const index = wanted === undefined && names.length === 1 ? 0 : names.indexOf(wanted ?? '');
  if (index < 0) throw noSuchRecordedSource(path, wanted, names);
  return index;
}
