import { canonical } from '../graph/fingerprint.ts';
import { isLabelKey, type LabelPlace, type LabelVerdict, type Labels } from './labels.ts';
import { replayLane, type ReplayOptions } from './replay-lane.ts';
import type { RecordOrigin, ViewObserver } from './view.ts';

/** What another value of a param makes of one row. */
export interface WhatIfRow {
  /** `'only before'`: it would not have come; `'only after'`: it has not come. */
  readonly change: 'only before' | 'only after' | 'changed';
  /** Key of the window that the row is of, if it is a window's. */
  readonly key?: unknown;
  /** Start of the window, epoch ms. */
  readonly start?: number;
  /** End of the window, epoch ms. */
  readonly end?: number;
  /** Timestamp of the record, epoch ms. */
  readonly time?: number;
  /** The row as it was. */
  readonly before?: unknown;
  /** The row as it would have been. */
  readonly after?: unknown;
  /** What was said of it. */
  readonly label?: LabelVerdict;
}

/** How many of the labels are met by the rows. */
export interface LabelsMet {
  /** Windows of confirmed anomalies with a row in them. */
  readonly confirmed: number;
  /** Rows that were labelled false alarms. */
  readonly falseAlarms: number;
  /** Rows that nothing was said of, and in no window of a confirmed anomaly. */
  readonly unlabelled: number;
}

/** What would have been: the rows that differ, and how many do not. */
export class WhatIf {
  /** The values tried. */
  readonly params: Readonly<Record<string, number>>;
  /** Rows that differ, in the order of their times. */
  readonly rows: readonly WhatIfRow[];
  /** Number of rows that are the same. */
  readonly same: number;
  /** If labels were given: how many are met as it was, and as it would have been. */
  readonly labels: { readonly before: LabelsMet; readonly after: LabelsMet } | undefined;

  /** Made by `env.whatIf`. @internal */
  constructor(
    params: Readonly<Record<string, number>>,
    rows: readonly WhatIfRow[],
    same: number,
    labels?: { readonly before: LabelsMet; readonly after: LabelsMet },
  ) {
    this.params = params;
    this.rows = rows;
    this.same = same;
    this.labels = labels;
  }
}

interface SeenRow {
  readonly value: unknown;
  readonly time: number | undefined;
  readonly origin: RecordOrigin | undefined;
}

/** The rows of a replay: the last result of each window; other records by their value, or by what `by` says of them. */
class SeenRows implements ViewObserver {
  readonly rows = new Map<string, SeenRow>();
  readonly #by: ((value: unknown) => unknown) | undefined;

  constructor(by: ((value: unknown) => unknown) | undefined) {
    this.#by = by;
  }

  onRecord(value: unknown, time: number | undefined, origin: RecordOrigin | undefined): void {
    for (const window of origin?.absorbed ?? []) this.rows.delete(windowId(origin?.key, window));
    if (origin?.change === 'remove') this.#remove(this.#by ? canonical(this.#by(value)) : rowId(origin.key));
    else this.rows.set(this.#idOf(value, time, origin), { value, time, origin });
  }

  #idOf(value: unknown, time: number | undefined, origin: RecordOrigin | undefined): string {
    if (this.#by) return canonical(this.#by(value));
    if (origin?.window) {
      const id = windowId(origin.key, origin.window);
      return origin.purging === true ? `${id} ${origin.pane ?? 0}` : id;
    }
    if (origin?.change === 'replace') return rowId(origin.key);
    const same = origin?.change === 'add' ? rowId(origin.key) : `${time ?? ''} ${canonical(value)}`;
    let id = same;
    // Equal records are told apart by how many there are.
    for (let n = 1; this.rows.has(id); n++) id = `${same} #${n}`;
    return id;
  }

  /** Takes away the row, or the last of equal ones. */
  #remove(same: string): void {
    let id = same;
    for (let n = 1; this.rows.has(`${same} #${n}`); n++) id = `${same} #${n}`;
    this.rows.delete(id);
  }

  onWatermark(): void {}
  onProgress(): void {}
  onStatus(): void {}
  restore(): void {}
  snapshot(): undefined {
    return undefined;
  }
}

function windowId(key: unknown, { start, end }: { start: number; end: number }): string {
  return `${canonical(key)} ${start} ${end}`;
}

function rowId(key: unknown): string {
  return `row ${canonical(key)}`;
}

/**
 * Replays the recording up to its end, as it was and with other values of params, and compares what comes of it.
 * @param how `by` tells rows apart whose values may differ; windows are told apart by key and time
 */
export async function whatIf(
  options: ReplayOptions,
  params: Readonly<Record<string, number>>,
  how: { readonly by?: (value: unknown) => unknown; readonly labels?: Labels } = {},
): Promise<WhatIf> {
  const { by, labels } = how;
  const until = options.timeline.head;
  const before = await rowsOf(options, until, by);
  const instead = new Map(Object.entries(params));
  const after = await rowsOf({ ...options, paramsInstead: instead }, until, by);
  const rows: WhatIfRow[] = [];
  let same = 0;
  for (const [id, old] of before) {
    const now = after.get(id);
    if (now === undefined) rows.push({ change: 'only before', ...about(old, labels), before: old.value });
    else if (canonical(old.value) === canonical(now.value)) same++;
    else rows.push({ change: 'changed', ...about(old, labels), before: old.value, after: now.value });
  }
  for (const [id, now] of after) {
    if (!before.has(id)) rows.push({ change: 'only after', ...about(now, labels), after: now.value });
  }
  rows.sort((a, b) => (a.start ?? a.time ?? 0) - (b.start ?? b.time ?? 0));
  if (!labels) return new WhatIf(params, rows, same);
  return new WhatIf(params, rows, same, { before: met(before, labels), after: met(after, labels) });
}

function about(row: SeenRow, labels: Labels | undefined): Partial<WhatIfRow> {
  const place = labels && labelledPlace(row, labels);
  const label = place && labels?.at(place);
  return { ...placeOf(row), ...(label === undefined ? {} : { label }) };
}

function met(rows: ReadonlyMap<string, SeenRow>, labels: Labels): LabelsMet {
  const windows = [...labels];
  const found = new Set<unknown>();
  let falseAlarms = 0;
  let unlabelled = 0;
  for (const row of rows.values()) {
    const place = labelledPlace(row, labels);
    const around = windows.filter(
      ({ key, start, end }) => place && key === place.key && place.end >= start && place.start <= end,
    );
    for (const window of around) found.add(window);
    if (place && labels.at(place) === 'false alarm') falseAlarms++;
    else if (around.length === 0) unlabelled++;
  }
  return { confirmed: found.size, falseAlarms, unlabelled };
}

/** Where a label of a row would stand. */
function labelledPlace({ value, time, origin }: SeenRow, labels: Labels): LabelPlace | undefined {
  if (origin?.window) return isLabelKey(origin.key) ? { key: origin.key, ...origin.window } : undefined;
  const key: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, labels.field) : undefined;
  if (time === undefined || !isLabelKey(key)) return undefined;
  return { key, start: time, end: time };
}

function placeOf({ time, origin }: SeenRow): Partial<WhatIfRow> {
  const { key, window } = origin ?? {};
  if (window) return { ...(key === undefined ? {} : { key }), start: window.start, end: window.end };
  return time === undefined ? {} : { time };
}

async function rowsOf(
  options: ReplayOptions,
  until: number,
  by: ((value: unknown) => unknown) | undefined,
): Promise<ReadonlyMap<string, SeenRow>> {
  const seen = new SeenRows(by);
  (await replayLane(options, until, seen)).cancel();
  return seen.rows;
}
