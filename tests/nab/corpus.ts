import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A series of the benchmark. */
export interface NabSeries {
  /** As the labels name it: `realKnownCause/nyc_taxi.csv`. */
  readonly name: string;
  /** Epoch ms. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** First and last index of each labelled window. */
  readonly windows: readonly (readonly [number, number])[];
}

/** Reads a folder with `data/<group>/<file>.csv` and `labels/combined_windows.json`, as NAB lays them out. */
export async function readCorpus(folder: string): Promise<NabSeries[]> {
  const labels = JSON.parse(readFileSync(join(folder, 'labels', 'combined_windows.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  const files = await readdir(join(folder, 'data'), { recursive: true });
  const names = files.filter((file) => file.endsWith('.csv')).map((file) => file.replaceAll('\\', '/'));
  return names.sort().map((name) => {
    const windows = labels[name];
    if (!windows) throw new Error(`labels/combined_windows.json says nothing of ${name}.`);
    return readSeries(name, readFileSync(join(folder, 'data', name), 'utf8'), windows);
  });
}

function readSeries(name: string, text: string, labels: readonly [string, string][]): NabSeries {
  const rows = text.trim().split(/\r?\n/).slice(1);
  const times = rows.map((row) => timeOf(row.slice(0, row.indexOf(','))));
  const values = rows.map((row) => Number(row.slice(row.indexOf(',') + 1)));
  const windows = labels.map(([start, end]) => {
    const first = times.findIndex((time) => time >= timeOf(start));
    const last = times.findLastIndex((time) => time <= timeOf(end));
    return [first, last] as const;
  });
  return { name, times, values, windows };
}

/** The benchmark's times have no zone. */
function timeOf(text: string): number {
  return Date.parse(`${text.trim().replace(' ', 'T')}Z`);
}
