import type { JsonObject } from './json.ts';
import type { ViewProgress } from './view.ts';

/** Beyond these a watermark says "nothing seen yet" or "the input has ended", and is no point in time. */
const FIRST_TIME = -8.64e15;
export const LAST_TIME = 8.64e15;

/**
 * The one row of a chart's data set `status`: where the watermark stands, and what an empty chart waits for.
 * `watermark` is absent when there is no such moment to draw.
 */
export function chartStatus(progress: ViewProgress | undefined, empty: boolean): JsonObject {
  const watermark = progress?.watermark;
  const drawn = watermark !== undefined && watermark > FIRST_TIME && watermark < LAST_TIME;
  return {
    ...(drawn ? { watermark, label: `watermark ${clockTime(watermark)}` } : {}),
    waiting: empty ? (progress?.waiting ?? 'waiting for records') : '',
    note: progress?.note ?? '',
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * An event time for people, in UTC: `Nov 23 12:00:03`. The day is left out when it is that of `near`, and on the first
 * day of the epoch, where textbook streams live: `00:00:03`.
 */
export function clockTime(time: number, near?: number): string {
  if (time <= FIRST_TIME) return 'not yet known';
  if (time >= LAST_TIME) return 'end of stream';
  const iso = new Date(time).toISOString();
  const clock = time % 1000 === 0 ? iso.slice(11, 19) : iso.slice(11, 23);
  const day = dayNumber(time);
  if (day === 0 || (near !== undefined && day === dayNumber(near))) return clock;
  const date = new Date(time);
  return `${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCDate()} ${clock}`;
}

function dayNumber(time: number): number {
  return Math.floor(time / 86_400_000);
}
