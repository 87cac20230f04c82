import { positionInvalid } from './connector-errors.ts';
import { RecordingFile, type RecordingFrame } from './recording-file.ts';
import type { PollResult, SourceReader, SourceReaderContext } from './source.ts';

/** Where a frame begins, and how many of its records have been handed over. */
interface RecordingPosition {
  readonly at: number;
  readonly taken: number;
}

/** Hands over what a recording holds of one source, in its batches and, if it is paced, in the pace of its stamps. */
export class RecordingReader<T> implements SourceReader<T> {
  readonly #file: RecordingFile;
  readonly #source: number;
  /** Ms of the replay for a ms of the recording; 0 when it is to be as fast as it can. */
  readonly #slowness: number;
  readonly #openedAt: number;
  #firstStamp: number | undefined;
  #frame: RecordingFrame | undefined;
  #frameAt = 0;
  #taken: number;

  constructor(path: string, source: number, speed: number | 'max', context: SourceReaderContext) {
    const position = readPosition(context.position);
    this.#file = new RecordingFile(path);
    this.#source = source;
    this.#slowness = speed === 'max' || !context.paced ? 0 : 1 / speed;
    this.#openedAt = context.now;
    if (position) this.#file.at = position.at;
    this.#load();
    this.#taken = position?.taken ?? 0;
  }

  readyAt(): number | undefined {
    if (this.#slowness === 0 || this.#frame === undefined) return undefined;
    return this.#openedAt + (this.#frame.stamp - this.#firstStamp!) * this.#slowness;
  }

  poll(max: number, now: number): PollResult<T> {
    if (this.#frame === undefined) return 'end';
    const due = this.readyAt();
    if (due !== undefined && now < due) return 'wait';
    const { values, timestamps } = this.#frame;
    const from = this.#taken;
    const to = Math.min(values.length, from + max);
    const batch = {
      values: values.slice(from, to) as T[],
      ...(timestamps === undefined ? {} : { timestamps: timestamps.slice(from, to) as number[] }),
    };
    this.#taken = to;
    if (to === values.length) this.#load();
    const position: RecordingPosition = { at: this.#frameAt, taken: this.#taken };
    return { ...batch, position };
  }

  close(): void {
    this.#file.close();
  }

  #load(): void {
    this.#taken = 0;
    do {
      this.#frameAt = this.#file.at;
      this.#frame = this.#file.next();
    } while (this.#frame !== undefined && this.#frame.source !== this.#source);
    // At the end it is read again, and says again that it is the end.
    if (this.#frame === undefined) this.#file.at = this.#frameAt;
    this.#firstStamp ??= this.#frame?.stamp;
  }
}

function readPosition(position: unknown): RecordingPosition | undefined {
  if (position === undefined) return undefined;
  const { at, taken } = (position ?? {}) as Partial<RecordingPosition>;
  if (typeof at !== 'number' || typeof taken !== 'number') throw positionInvalid('recording', position);
  return { at, taken };
}
