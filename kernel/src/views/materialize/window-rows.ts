import type { RecordOrigin, WatermarkProgress } from 'tidemark';
import { clockTime, type Json, type ViewRow } from '../../protocol/index.ts';
import {
  MAX_PANELS,
  MAX_SERIES,
  previousField,
  valueField,
  type WindowLayout,
} from '../charts/chart-spec.ts';
import { durationText, windowChart } from '../charts/window-chart.ts';
import { KeySlots } from './key-slots.ts';
import { fieldOf, keyText, plainJson } from './plain-json.ts';
import type { RowMaker, ViewContext } from './row-maker.ts';
import { fieldValue, windowValue } from './window-value.ts';

/** What the graph knows of the windows before the first one fires. Times in ms. */
export interface WindowShape {
  readonly layout: WindowLayout;
  readonly size?: number;
  readonly slide?: number;
  readonly offset?: number;
  readonly gap?: number;
  /** True if they close by the runtime's clock, not by watermarks. */
  readonly processingTime?: boolean;
  /** What the operator computes (`sum`), and of which field of its results (a name, or a tuple's index). */
  readonly aggregation?: string;
  readonly field?: string | number;
  /** Fields of its results that are numbers too, beside that one. */
  readonly more?: readonly string[];
}

interface TimeRange {
  readonly start: number;
  readonly end: number;
}

/** The firing of a window that its rows stand for. */
interface Firing {
  readonly pane: number;
  results: number;
}

interface WindowRowsState {
  readonly slots: [string, number][];
  readonly valueTitle: string;
  readonly shape: WindowShape | undefined;
  readonly firings: [string, Firing][];
  readonly amendments?: number;
  readonly keyless?: boolean;
}

/**
 * Rows of a windowed operator's results: each firing replaces the rows of its key and window or, when the trigger
 * purges, adds a pane; a session merge withdraws the rows of the windows it absorbed.
 */
export class WindowRows implements RowMaker {
  readonly #context: ViewContext;
  readonly #slots = new KeySlots(MAX_SERIES);
  readonly #firings = new Map<string, Firing>();
  readonly #shapeIsGiven: boolean;
  /** The fields of the numbers that are drawn beside the first. */
  readonly #more: readonly string[];
  #shape: WindowShape | undefined;
  #lastWindow: TimeRange | undefined;
  #chart: { readonly of: string; readonly spec: Json } | undefined;
  #valueTitle = 'value';
  #firstEvent: number | undefined;
  #keys = 0;
  #keyless = false;
  #anyLate = false;
  #amendments = 0;
  #unsettled = false;

  constructor(context: ViewContext, shape: WindowShape | undefined) {
    this.#context = context;
    this.#shape = shape;
    this.#shapeIsGiven = shape !== undefined;
    this.#more = (shape?.more ?? []).slice(0, MAX_PANELS - 1);
  }

  onRecord(result: unknown, timestamp: number | undefined, origin: RecordOrigin | undefined): void {
    const window = origin?.window ?? windowOf(result, timestamp);
    const key = origin?.key ?? keyOf(result);
    const keyId = JSON.stringify(plainJson(key));
    const pane = origin?.pane ?? 0;
    for (const absorbed of origin?.absorbed ?? []) this.#withdraw(windowId(keyId, absorbed), 0);

    const base = windowId(keyId, window) + (origin?.purging === true ? `|pane ${pane}` : '');
    const firing = this.#firing(base, pane);
    const id = firing.results === 0 ? base : `${base}|${firing.results}`;
    firing.results += 1;

    const { value, title, fields } = windowValue(result, { key, window, measured: this.#shape });
    if (this.#context.rows.size === 0) {
      this.#valueTitle = title;
      this.#keyless = key === undefined;
    }
    const before = pane > 0 ? this.#context.rows.get(id) : undefined;
    const numbers = [value, ...this.#more.map((field) => fieldValue(result, field))];
    const late = pane > 0 && !this.#byClock && this.#context.watermark() >= window.end - 1;
    const label = key === undefined ? 'all' : keyText(key);
    if (origin?.window !== undefined) this.#learn(origin.window);
    this.#anyLate ||= late;
    if (late) this.#amendments += 1;
    this.#unsettled = true;
    this.#context.rows.put({
      ...fields,
      _id: id,
      key: label,
      start: window.start,
      end: window.end,
      ...Object.fromEntries(numbers.flatMap((number, at) => numberFields(number, at, before))),
      pane,
      _late: late,
      _slot: this.#slots.slotOf(label),
    });
  }

  get amendments(): number {
    return this.#amendments;
  }

  onProgress(progress: readonly WatermarkProgress[]): void {
    if (this.#firstEvent !== undefined) return;
    const seen = progress.flatMap((p) => (p.maxTimestamp === undefined ? [] : [p.maxTimestamp]));
    if (seen.length > 0) this.#firstEvent = Math.min(...seen);
  }

  settle(): void {
    if (!this.#unsettled) return;
    this.#unsettled = false;
    const totals = new Map<string, number>();
    for (const { key, value } of this.#context.rows.values()) {
      if (typeof key === 'string')
        totals.set(key, (totals.get(key) ?? 0) + Math.abs(typeof value === 'number' ? value : 0));
    }
    this.#keys = totals.size;
    if (!this.#slots.assign(totals)) return;
    for (const row of [...this.#context.rows.values()]) {
      const slot = this.#slots.slotOf(String(row.key));
      if (row._slot !== slot) this.#context.rows.put({ ...row, _slot: slot });
    }
  }

  spec(): Json {
    const { layout = 'tumbling', size, slide, processingTime } = this.#shape ?? {};
    const options = {
      valueTitle: this.#valueTitle,
      size,
      slide,
      processingTime,
      keyless: this.#keyless,
      ...(this.#more.length === 0 ? {} : { more: this.#more }),
    };
    const of = `${layout} ${JSON.stringify(options)}`;
    if (this.#chart?.of !== of) this.#chart = { of, spec: windowChart(layout, options) };
    return this.#chart.spec;
  }

  waiting(): string {
    if (this.#byClock) return 'waiting for the first window to close, by the clock of the runtime';
    const watermark = this.#context.watermark();
    const end = this.#firstEnd();
    const stands = `waiting for the first window to close: watermark ${clockTime(watermark, end)}`;
    if (end !== undefined) return `${stands}, first window ends ${clockTime(end, watermark)}`;
    const gap = this.#shape?.gap;
    return gap === undefined
      ? stands
      : `${stands}, a session ends after ${durationText(gap)} without records`;
  }

  note(): string | undefined {
    const numbers = 1 + (this.#shape?.more ?? []).length;
    const notes = [
      ...(numbers > MAX_PANELS ? [`the first ${MAX_PANELS} of ${numbers} numbers`] : []),
      ...(this.#keys > MAX_SERIES ? [`${MAX_SERIES} largest of ${this.#keys} keys`] : []),
      ...(this.#anyLate ? ['◆ amended by late records'] : []),
    ];
    return notes.length === 0 ? undefined : notes.join(' · ');
  }

  snapshot(): WindowRowsState {
    return {
      slots: this.#slots.snapshot(),
      valueTitle: this.#valueTitle,
      shape: this.#shape,
      firings: [...this.#firings].map(([id, firing]) => [id, { ...firing }]),
      amendments: this.#amendments,
      keyless: this.#keyless,
    };
  }

  restore(state: unknown): void {
    const { slots, valueTitle, shape, firings, amendments = 0, keyless = false } = state as WindowRowsState;
    this.#slots.restore(slots);
    this.#valueTitle = valueTitle;
    this.#amendments = amendments;
    this.#keyless = keyless;
    if (!this.#shapeIsGiven) this.#shape = shape;
    this.#firings.clear();
    for (const [id, firing] of firings) this.#firings.set(id, { ...firing });
    this.#anyLate = [...this.#context.rows.values()].some((row) => row._late === true);
    this.#unsettled = true;
    this.settle();
  }

  get #byClock(): boolean {
    return this.#shape?.processingTime === true;
  }

  /** The firing that a record of `pane` belongs to; a new one takes the rows of the one before it. */
  #firing(base: string, pane: number): Firing {
    const known = this.#firings.get(base);
    if (known?.pane === pane) return known;
    // The first row is left to be replaced, so that it keeps its place and its value can be told as the one before.
    if (known !== undefined) this.#withdraw(base, 1);
    const firing = { pane, results: 0 };
    this.#firings.set(base, firing);
    if (this.#firings.size > 2 * this.#context.rows.size + 64) this.#forgetTrimmed();
    return firing;
  }

  #withdraw(base: string, from: number): void {
    const firing = this.#firings.get(base);
    if (firing === undefined) return;
    for (let i = from; i < firing.results; i++) this.#context.rows.delete(i === 0 ? base : `${base}|${i}`);
    this.#firings.delete(base);
  }

  #forgetTrimmed(): void {
    const current = [...this.#firings.keys()].at(-1);
    for (const base of this.#firings.keys()) {
      if (base !== current && this.#context.rows.get(base) === undefined) this.#firings.delete(base);
    }
  }

  /** Without a word from the graph, how windows lie is read off those that fire. */
  #learn(window: TimeRange): void {
    if (this.#shapeIsGiven) return;
    const size = window.end - window.start;
    const last = this.#lastWindow;
    this.#lastWindow = window;
    if (this.#shape === undefined || last === undefined) this.#shape = { layout: 'tumbling', size };
    else if (this.#shape.layout === 'session') return;
    else if (this.#shape.size !== size) this.#shape = { layout: 'session' };
    else if (last.start !== window.start && last.start < window.end && window.start < last.end)
      this.#shape = { ...this.#shape, layout: 'sliding' };
  }

  #firstEnd(): number | undefined {
    const { layout, size, slide, offset = 0 } = this.#shape ?? {};
    if (this.#firstEvent === undefined || size === undefined || layout === 'session') return undefined;
    const step = slide ?? size;
    // A cumulating window ends with every step; the first sliding window to close is the one that began longest before the event.
    const lastStart = Math.floor((this.#firstEvent - offset) / step) * step + offset;
    if (layout === 'cumulating') return lastStart + step;
    return lastStart - Math.floor((size - 1 - (this.#firstEvent - lastStart)) / step) * step + size;
  }
}

/** What a row says of one of its numbers, and of what it was. */
function numberFields(number: number | null, at: number, before: ViewRow | undefined): [string, Json][] {
  const previous = before?.[valueField(at)];
  const changed = previous !== undefined && previous !== number;
  return [[valueField(at), number], ...(changed ? [[previousField(at), previous] as [string, Json]] : [])];
}

function windowId(keyId: string, window: TimeRange): string {
  return `${keyId}|${window.start}|${window.end}`;
}

/** A result that was mapped after its window may still say when it was. */
function windowOf(result: unknown, timestamp: number | undefined): TimeRange {
  if (typeof result === 'object' && result !== null) {
    const start: unknown = fieldOf(result, 'start') ?? fieldOf(result, 'windowStart');
    const end: unknown = fieldOf(result, 'end') ?? fieldOf(result, 'windowEnd');
    if (typeof start === 'number' && typeof end === 'number') return { start, end };
  }
  const at = timestamp ?? 0;
  return { start: at, end: at + 1 };
}

function keyOf(result: unknown): unknown {
  return typeof result === 'object' && result !== null ? fieldOf(result, 'key') : undefined;
}
