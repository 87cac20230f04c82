import { readFileSync } from 'node:fs';

const HOUR = 3_600_000;

interface Quake {
  readonly mag: number;
  readonly time: number;
  readonly updated: number;
}

/** What notebook 01 must show in the end, worked out in a few lines of its own, apart from the engine. */
export function earthquakeModel(
  file: string,
  options = { speed: 10_800, tick: 50, patience: 4 * HOUR, size: 6 * HOUR, lateness: 12 * HOUR },
) {
  const { features } = JSON.parse(readFileSync(file, 'utf8')) as { features: { properties: Quake }[] };
  const quakes = features.map(({ properties }) => properties).sort((a, b) => a.updated - b.updated);
  const first = quakes[0]?.updated ?? 0;
  const { speed, tick, patience, size, lateness } = options;
  const tumbling = new Map<string, number>();
  const strongest = new Map<number, number>();
  const tooLate = new Map<string, number>();
  let newest = -Infinity;
  let watermark = -Infinity;
  let batch = 0;
  for (const { mag, time, updated } of quakes) {
    const now = Math.floor((updated - first) / (speed * tick));
    // A watermark follows each batch: all that was known within one tick.
    if (now !== batch) watermark = newest - patience - 1;
    batch = now;
    newest = Math.max(newest, time);
    const strength = mag < 2 ? 'minor' : mag < 4 ? 'light' : 'strong';
    const start = Math.floor(time / size) * size;
    if (start + size - 1 + lateness <= watermark) tooLate.set(strength, (tooLate.get(strength) ?? 0) + 1);
    else tumbling.set(`${strength}@${start}`, (tumbling.get(`${strength}@${start}`) ?? 0) + 1);
    for (let day = start; day > time - 24 * HOUR; day -= 6 * HOUR) {
      if (day + 24 * HOUR - 1 > watermark) strongest.set(day, Math.max(strongest.get(day) ?? -Infinity, mag));
    }
  }
  return { tumbling, strongest, tooLate };
}
