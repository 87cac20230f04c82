import type { WatermarkProgress } from 'tidemark';
import type { Json } from '../../protocol/index.ts';
import { MAX_SERIES } from '../charts/chart-spec.ts';
import { watermarkChart } from '../charts/watermark-chart.ts';
import type { RowMaker, ViewContext } from './row-maker.ts';

/** Least distance in ms of two points of an operator's line. */
const STEP = 100;
/** Beyond this a watermark is no point in time: nothing seen yet, or the input has ended. */
const TIME_LIMIT = 8.64e15;

interface Track {
  readonly slot: number;
  points: number;
  /** As last put into a row. */
  put?: WatermarkProgress;
  putAt: number;
  /** True when the last two rows say the same, so that the last one can be moved on. */
  flat: boolean;
  /** As last heard, where that is not in a row yet. */
  heard?: { readonly progress: WatermarkProgress; readonly now: number };
}

/** Rows of watermark progress: event time against the runtime's clock, one line an operator. */
export class WatermarkRows implements RowMaker {
  readonly #context: ViewContext;
  readonly #tracks = new Map<string, Track>();
  readonly #chart = watermarkChart();

  constructor(context: ViewContext) {
    this.#context = context;
  }

  onRecord(): void {}

  onProgress(progress: readonly WatermarkProgress[], now: number): void {
    for (const operator of progress) {
      const track = this.#track(operator.operator);
      // Progress may be reported through one object that the engine goes on changing.
      track.heard = { progress: { ...operator }, now };
      if (track.put === undefined || now - track.putAt >= STEP) this.#put(track);
    }
  }

  settle(): void {
    for (const track of this.#tracks.values()) {
      if (track.heard !== undefined && !sameProgress(track.heard.progress, track.put)) this.#put(track);
    }
  }

  spec(): Json {
    return this.#chart;
  }

  waiting(): string {
    return 'waiting for the operators to start';
  }

  note(): string | undefined {
    const count = this.#tracks.size;
    const anyLate = [...this.#tracks.values()].some(({ put }) => (put?.lateRecords ?? 0) > 0);
    const notes = [
      ...(count > MAX_SERIES ? [`${MAX_SERIES} of ${count} operators`] : []),
      ...(anyLate ? ['◆ records came too late'] : []),
    ];
    return notes.length === 0 ? undefined : notes.join(' · ');
  }

  snapshot(): readonly [string, Track][] {
    return [...this.#tracks].map(([name, track]) => [name, { ...track, heard: undefined }]);
  }

  restore(state: unknown): void {
    this.#tracks.clear();
    for (const [name, track] of state as readonly [string, Track][]) this.#tracks.set(name, { ...track });
  }

  #track(operator: string): Track {
    const known = this.#tracks.get(operator);
    if (known !== undefined) return known;
    const track: Track = { slot: this.#tracks.size, points: 0, putAt: 0, flat: false };
    this.#tracks.set(operator, track);
    return track;
  }

  #put(track: Track): void {
    if (track.heard === undefined) return;
    const { progress, now } = track.heard;
    const same = sameProgress(progress, track.put);
    if (!(same && track.flat)) track.points += 1;
    const watermark = moment(progress.watermark);
    this.#context.rows.put({
      _id: `${progress.operator}|${track.points}`,
      key: progress.operator,
      now,
      watermark,
      maxTimestamp: progress.maxTimestamp === undefined ? null : moment(progress.maxTimestamp),
      lag: watermark === null ? null : now - watermark,
      idle: progress.idle,
      lateRecords: progress.lateRecords,
      lateNow: same ? 0 : progress.lateRecords - (track.put?.lateRecords ?? 0),
      _slot: track.slot < MAX_SERIES ? track.slot : null,
    });
    track.flat = same;
    track.put = progress;
    track.putAt = now;
    track.heard = undefined;
  }
}

function moment(time: number): number | null {
  return Math.abs(time) < TIME_LIMIT ? time : null;
}

function sameProgress(a: WatermarkProgress, b: WatermarkProgress | undefined): boolean {
  return (
    b !== undefined &&
    a.watermark === b.watermark &&
    a.maxTimestamp === b.maxTimestamp &&
    a.idle === b.idle &&
    a.lateRecords === b.lateRecords
  );
}
