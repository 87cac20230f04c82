import type { PollResult, Source, SourceReader, SourceReaderContext } from './source.ts';
import { ArrivalBuffer, type InnerPosition } from './arrival-buffer.ts';
import { positionInvalid } from './connector-errors.ts';
import type { ReplayTime } from './replay-time.ts';

/** Real time of a tick. */
const TICK_MS = 50;
/** The most records of a batch: a bigger tick leaves in pieces of this size, counted from its first record. */
const PIECE = 1024;

interface ReplayPosition {
  /** Records handed over so far. */
  readonly index: number;
  /** Arrival of the first record of all: ticks are counted from it. */
  readonly origin: number;
  /** Set for a source too long to be held in memory. */
  readonly inner?: InnerPosition;
}

/**
 * Reads a source in the pace of arrival. A batch is a tick, whoever reads and whenever: `now` only decides whether the
 * next tick is due, so a run after a crash or on a virtual clock gets the same batches as an undisturbed one.
 */
export class ReplayReader<T> implements SourceReader<T> {
  readonly #buffer: ArrivalBuffer<T>;
  /** Source time of a tick; with speed `'max'` time makes no ticks. */
  readonly #tickSpan: number;
  readonly #paced: boolean;
  readonly #openedAt: number;
  #index: number;
  #origin: number | undefined;
  #firstTick: number | undefined;
  #loading: NodeJS.Immediate | undefined;
  readonly #goOn: () => void;

  constructor(source: Source<T>, speed: number | 'max', timeOf: ReplayTime<T>, context: SourceReaderContext) {
    const position = replayPosition(context.position);
    this.#tickSpan = speed === 'max' ? Infinity : speed * TICK_MS;
    this.#paced = context.paced && speed !== 'max';
    this.#openedAt = context.now;
    this.#goOn = () => {
      this.#loading = undefined;
      context.onReady();
    };
    this.#index = position?.index ?? 0;
    this.#origin = position?.origin;
    this.#buffer = new ArrivalBuffer(source, timeOf, context, this.#index, position?.inner);
  }

  /** When the next tick is due; at once while records are being loaded. */
  readyAt(): number | undefined {
    if (this.#buffer.innerWaits) return undefined;
    const tick = this.#nextTick();
    return tick === undefined ? this.#openedAt : this.#dueAt(tick);
  }

  poll(max: number, now: number): PollResult<T> {
    const buffer = this.#buffer;
    const most = Math.min(max, PIECE);
    if (!buffer.prepare(most)) {
      // Loading goes on in the next slice; a reader of a recorded range knows no clock and waits to be told.
      if (!buffer.innerWaits) this.#loading ??= setImmediate(this.#goOn);
      return 'wait';
    }
    this.#origin ??= buffer.times[0];
    const tick = this.#nextTick();
    if (tick === undefined) return 'end';
    this.#firstTick ??= tick;
    if (this.#paced && now < this.#dueAt(tick)) return 'wait';
    const from = buffer.at;
    const limit = Math.min(buffer.values.length, from + most);
    let to = from + 1;
    while (to < limit && this.#tickOf(buffer.times[to] as number) === tick) to++;
    const values = buffer.values.slice(from, to);
    const timestamps = buffer.timestamps?.slice(from, to);
    buffer.at = to;
    this.#index += to - from;
    return timestamps === undefined
      ? { values, position: this.#position() }
      : { values, timestamps, position: this.#position() };
  }

  close(): void {
    clearImmediate(this.#loading);
    this.#buffer.close();
  }

  #position(): ReplayPosition {
    const inner = this.#buffer.innerPosition();
    const position = { index: this.#index, origin: this.#origin as number };
    return inner === undefined ? position : { ...position, inner };
  }

  #nextTick(): number | undefined {
    const time = this.#buffer.times[this.#buffer.at];
    return time === undefined || this.#origin === undefined ? undefined : this.#tickOf(time);
  }

  #tickOf(time: number): number {
    return Math.floor((time - (this.#origin as number)) / this.#tickSpan);
  }

  #dueAt(tick: number): number {
    return this.#openedAt + (tick - (this.#firstTick ?? tick)) * TICK_MS;
  }
}

function replayPosition(position: unknown): ReplayPosition | undefined {
  if (position === undefined) return undefined;
  if (
    typeof position !== 'object' ||
    position === null ||
    !('index' in position) ||
    !('origin' in position)
  ) {
    throw positionInvalid('replay', position);
  }
  return position as ReplayPosition;
}
