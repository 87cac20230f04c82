// How figures are shown: the median of several runs, and what lies around it.

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest of them that is as large as so many of all, from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

export function millions(value: number): string {
  return (value / 1e6).toFixed(2);
}

/** The median in millions, with the slowest and the fastest. */
export function rates(values: readonly number[]): string {
  return `${millions(median(values))} (${millions(Math.min(...values))}–${millions(Math.max(...values))})`;
}

export function share(part: number, whole: number): string {
  return `${((part / whole) * 100).toFixed(1)} %`;
}
