import { zstdDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';

const HOUR = 3_600_000;
const LARGE = ['ATL', 'ORD', 'DFW', 'LAX', 'SFO'];

interface Row {
  readonly date: Date;
  readonly delay: bigint;
  readonly origin: string;
}

/** What notebook 03 must show in the end, worked out from the file in a few lines, apart from the engine. */
export async function flightsModel(path: string) {
  const rows = (await parquetReadObjects({
    file: await asyncBufferFromFile(path),
    columns: ['date', 'delay', 'origin'],
    compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
  })) as unknown as Row[];
  const departures = new Map<number, number>();
  const days = new Set<string>();
  const hours = new Map<string, { minutes: number; flights: number }>();
  for (const { date, delay, origin } of rows) {
    const hour = Math.floor(date.getTime() / HOUR) * HOUR;
    departures.set(hour, (departures.get(hour) ?? 0) + 1);
    days.add(`${origin}@${Math.floor(hour / (24 * HOUR))}`);
    if (!LARGE.includes(origin)) continue;
    const sum = hours.get(`${origin}@${hour}`) ?? { minutes: 0, flights: 0 };
    hours.set(`${origin}@${hour}`, { minutes: sum.minutes + Number(delay), flights: sum.flights + 1 });
  }
  /** Mean delay of an airport in the day that begins at `start`. */
  const meanDelay = (origin: string, start: number): number => {
    let minutes = 0;
    let flights = 0;
    for (let hour = start; hour < start + 24 * HOUR; hour += HOUR) {
      const sum = hours.get(`${origin}@${hour}`);
      minutes += sum?.minutes ?? 0;
      flights += sum?.flights ?? 0;
    }
    return minutes / flights;
  };
  return {
    flights: rows.length,
    departures,
    airportDays: days.size,
    meanDelay,
    lastHour: Math.max(...departures.keys()),
  };
}
