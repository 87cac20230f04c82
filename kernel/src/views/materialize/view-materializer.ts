import type { RecordOrigin, ViewObserver, ViewOptions, ViewStatus, WatermarkProgress } from 'tidemark';
import {
  growthWarning,
  type RowLabel,
  type ViewDelta,
  type ViewDescription,
  type ViewFailure,
  type ViewProgress,
  type ViewRow,
  type ViewStatusName,
} from '../../protocol/index.ts';
import { chosenChart, type ChosenChart } from './chart-choice.ts';
import { RecordRows } from './record-rows.ts';
import type { RowMaker, ViewContext } from './row-maker.ts';
import { RowSet } from '../row-set.ts';
import { RowLabels } from './row-labels.ts';
import { failureOf } from './view-failure.ts';
import { WatermarkRows } from './watermark-rows.ts';
import { WindowRows, type WindowShape } from './window-rows.ts';

/** The most rows a view keeps unless `show(stream, { rows })` says otherwise. */
export const DEFAULT_ROWS = { windows: 2000, records: 500, watermarks: 3000 } as const;

interface MaterializerState {
  readonly rows: readonly ViewRow[];
  readonly maker: unknown;
  readonly recordsIn: number;
  readonly lateRecords: number;
  readonly lateToSideOutput?: number;
  readonly watermark: number;
}

/**
 * The session's end of a live view: turns what the engine tells an observer into bounded rows, and hands over on a tick
 * what has changed since the last one.
 */
export class ViewMaterializer implements ViewObserver {
  readonly #rows: RowSet;
  readonly #maker: RowMaker;
  readonly #chosen: ChosenChart;
  #description: ViewDescription;
  #described = true;
  #version = 0;
  #recordsIn = 0;
  #lateRecords = 0;
  #lateToSideOutput = 0;
  #warning: string | undefined;
  #watermark = Number.MIN_SAFE_INTEGER;
  #now = 0;
  #sentProgress: ViewProgress | undefined;
  #status: { readonly status: ViewStatusName; readonly failure?: ViewFailure } | undefined;

  readonly #labels: RowLabels | undefined;

  constructor(description: ViewDescription, options: ViewOptions, shape?: WindowShape) {
    const labels = options.labels && new RowLabels(options.labels, description.kind);
    this.#labels = labels;
    this.#rows = new RowSet(description.maxRows, labels && ((row) => labels.dress(row)));
    this.#chosen = chosenChart(description.kind, options.chart);
    const context: ViewContext = { rows: this.#rows, watermark: () => this.#watermark };
    this.#maker = rowMaker(description, options, context, shape);
    this.#description = { ...description, spec: this.#spec() };
  }

  /** Complete with the chart as far as it is known: what `view-open` announces. */
  get description(): ViewDescription {
    return this.#description;
  }

  onRecord(value: unknown, timestamp: number | undefined, origin: RecordOrigin | undefined): void {
    this.#recordsIn += 1;
    this.#maker.onRecord(value, timestamp, origin);
  }

  onWatermark(watermark: number): void {
    this.#watermark = watermark;
  }

  onProgress(progress: readonly WatermarkProgress[], now: number): void {
    this.#now = now;
    let late = 0;
    let aside = 0;
    for (const operator of progress) {
      late += operator.lateRecords;
      aside += operator.lateToSideOutput ?? 0;
    }
    this.#lateRecords = late;
    this.#warning = growthWarning(progress.flatMap(({ unbounded }) => unbounded ?? []));
    this.#lateToSideOutput = aside;
    this.#maker.onProgress(progress, now);
  }

  onStatus(status: ViewStatus, error?: Error): void {
    this.#status = { status, ...(error === undefined ? {} : { failure: failureOf(error) }) };
  }

  /** The status since the last take, if it has changed. */
  takeStatus(): { readonly status: ViewStatusName; readonly failure?: ViewFailure } | undefined {
    const status = this.#status;
    this.#status = undefined;
    return status;
  }

  /** What has changed since the last take; the first one, and the one after a restore, is a reset. */
  takeDelta(): ViewDelta | undefined {
    this.#maker.settle();
    const changes = this.#rows.take();
    const progress = this.#progress();
    const moved = !sameProgress(progress, this.#sentProgress);
    const refined = this.#refine();
    if (changes === undefined && !moved && !refined) return undefined;
    this.#version += 1;
    this.#sentProgress = progress;
    return {
      viewId: this.#description.viewId,
      version: this.#version,
      reset: changes?.reset ?? false,
      upsert: changes?.upsert ?? [],
      remove: changes?.remove ?? [],
      ...(moved ? { progress } : {}),
      ...(refined ? { view: this.#description } : {}),
    };
  }

  /** Makes the next delta carry all rows: asked for when one was lost on the way. */
  requestReset(): void {
    this.#rows.requestReset();
    this.#sentProgress = undefined;
    this.#described = false;
  }

  /**
   * Says what a row is; resolves when that is on disk. A row that is gone by now is not labelled.
   * @throws {TidemarkError} what `Labels.mark` throws
   */
  async label(rowId: string, label: RowLabel | undefined): Promise<void> {
    const row = this.#rows.get(rowId);
    if (row) await this.#labels?.mark(row, label);
  }

  /** Labels have changed. */
  relabel(): void {
    this.#rows.redress();
  }

  /** The rows as they stand. */
  rows(): ViewRow[] {
    this.#maker.settle();
    return [...this.#rows.values()];
  }

  snapshot(): unknown {
    const rows = this.rows();
    return {
      rows,
      maker: this.#maker.snapshot(),
      recordsIn: this.#recordsIn,
      lateRecords: this.#lateRecords,
      lateToSideOutput: this.#lateToSideOutput,
      watermark: this.#watermark,
    } satisfies MaterializerState;
  }

  restore(state: unknown): void {
    const {
      rows,
      maker,
      recordsIn,
      lateRecords,
      lateToSideOutput = 0,
      watermark,
    } = state as MaterializerState;
    this.#rows.clear();
    for (const row of rows) this.#rows.put(row);
    this.#recordsIn = recordsIn;
    this.#lateRecords = lateRecords;
    this.#lateToSideOutput = lateToSideOutput;
    this.#watermark = watermark;
    this.#maker.restore(maker);
    this.requestReset();
  }

  #progress(): ViewProgress {
    const note = this.#maker.note();
    return {
      recordsIn: this.#recordsIn,
      lateRecords: this.#lateRecords,
      lateToSideOutput: this.#lateToSideOutput,
      ...(this.#maker.amendments === undefined ? {} : { amendments: this.#maker.amendments }),
      watermark: this.#watermark,
      now: this.#now,
      ...(this.#rows.size === 0 ? { waiting: this.#maker.waiting() } : {}),
      ...(note === undefined ? {} : { note }),
      ...(this.#warning === undefined ? {} : { warning: this.#warning }),
    };
  }

  #spec(): ViewDescription['spec'] {
    if (this.#chosen === undefined) return this.#maker.spec();
    return this.#chosen === 'table' ? undefined : this.#chosen.spec;
  }

  /** True when the description has become another one, or is asked for again. */
  #refine(): boolean {
    const spec = this.#spec();
    const again = !this.#described;
    this.#described = true;
    if (spec === this.#description.spec) return again;
    this.#description = { ...this.#description, spec };
    return true;
  }
}

/** Makes the materializer of a view. `shape` is what the graph knows of the windows, where the view shows any. */
export function createMaterializer(
  description: ViewDescription,
  options: ViewOptions,
  shape?: WindowShape,
): ViewMaterializer {
  return new ViewMaterializer(description, options, shape);
}

function rowMaker(
  description: ViewDescription,
  options: ViewOptions,
  context: ViewContext,
  shape: WindowShape | undefined,
): RowMaker {
  switch (description.kind) {
    case 'windows':
      return new WindowRows(context, shape);
    case 'records':
      return new RecordRows(context, options.mode ?? 'append', description.maxRows);
    case 'watermarks':
      return new WatermarkRows(context);
  }
}

/** The clock alone is no news. */
function sameProgress(a: ViewProgress, b: ViewProgress | undefined): boolean {
  return (
    b !== undefined &&
    a.recordsIn === b.recordsIn &&
    a.lateRecords === b.lateRecords &&
    a.lateToSideOutput === b.lateToSideOutput &&
    a.amendments === b.amendments &&
    a.watermark === b.watermark &&
    a.waiting === b.waiting &&
    a.warning === b.warning &&
    a.note === b.note
  );
}
