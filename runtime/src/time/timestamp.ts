/**
 * The lowest timestamp, and the watermark before any.
 * @example
 * const result = await testJob([element('a')], (letters) => letters);
 * result.steps[0]!.watermark === MIN_TIMESTAMP; // → true
 */
export const MIN_TIMESTAMP = Number.MIN_SAFE_INTEGER;
/**
 * The highest timestamp, the end of global windows, and the watermark after the last record.
 * @example
 * const result = await testJob([element('a')], (letters) => letters, { end: true });
 * result.steps.at(-1)!.watermark === MAX_TIMESTAMP; // → true
 */
export const MAX_TIMESTAMP = Number.MAX_SAFE_INTEGER;

/** Adds a duration (ms) to a timestamp (epoch ms) and stays within `MIN_TIMESTAMP` and `MAX_TIMESTAMP`. */
export function saturatingAdd(timestamp: number, duration: number): number {
  const sum = timestamp + duration;
  return sum > MAX_TIMESTAMP ? MAX_TIMESTAMP : sum < MIN_TIMESTAMP ? MIN_TIMESTAMP : sum;
}
