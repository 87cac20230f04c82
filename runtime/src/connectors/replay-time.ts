import { replayTimestampInvalid } from './connector-errors.ts';

/** A field of the record, or a function of it. */
export type ReplayTimestamp<T> = (keyof T & (string | number)) | ((value: T) => number | Date | string);

/** When a record arrived, in epoch ms; `index` is its place in the source, for the error. */
export type ReplayTime<T> = (value: T, index: number) => number;

export function replayTime<T>(timestamp: ReplayTimestamp<T>): ReplayTime<T> {
  const read =
    typeof timestamp === 'function' ? timestamp : (value: T): unknown => (value as Fields)[timestamp];
  const name = typeof timestamp === 'function' ? 'the timestamp' : `'${String(timestamp)}'`;
  return (value, index) => {
    const time: unknown = read(value);
    const ms =
      typeof time === 'number' ? time : time instanceof Date ? time.getTime() : Date.parse(String(time));
    if (!Number.isFinite(ms)) throw replayTimestampInvalid(name, index, time, preview(value));
    return ms;
  };
}

type Fields = Readonly<Record<string | number, unknown>>;

function preview(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? String(value)).slice(0, 160);
  } catch {
    return String(value);
  }
}
