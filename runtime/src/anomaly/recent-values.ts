/** The last values of a series, with their sums. */
export interface RecentValues {
  /** A ring; `next` is the place of the oldest value once it is full. */
  readonly values: Float64Array;
  next: number;
  count: number;
}

/** Room for the last `size` values. */
export function createRecent(size: number): RecentValues {
  return { values: new Float64Array(size), next: 0, count: 0 };
}

/** Takes a value in and, if there is no more room, the oldest out. */
export function pushRecent(recent: RecentValues, value: number): void {
  const { values } = recent;
  values[recent.next] = value;
  recent.next = recent.next + 1 === values.length ? 0 : recent.next + 1;
  if (recent.count < values.length) recent.count += 1;
}

/** True once there are as many values as there is room for. */
export function isFull({ values, count }: RecentValues): boolean {
  return count === values.length;
}

/** Mean of the values; summed anew each time, so that it does not drift. */
export function meanOf({ values, count }: RecentValues): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  return sum / count;
}

/** Deviation of the values from their mean. */
export function deviationOf({ values, count }: RecentValues, mean: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (values[i]! - mean) ** 2;
  return Math.sqrt(sum / count);
}
