import { chartStatus } from './chart-status.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { emptyText } from './empty-text.ts';
import { textTable } from './text-table.ts';
import {
  VIEW_MIME_TYPE,
  type ViewDescription,
  type ViewFailure,
  type ViewProgress,
  type ViewRow,
  type ViewStatusName,
} from './view.ts';

/** Rows that go into a static picture or a saved notebook. */
const STATIC_ROWS = 500;

/** A view as it stands, at either end. */
export interface ViewState {
  readonly description: ViewDescription;
  readonly status: ViewStatusName;
  readonly progress: ViewProgress | undefined;
  /** What has stopped it or what it waits for. */
  readonly failure: ViewFailure | undefined;
  rows(): ViewRow[];
}

/**
 * A view as one MIME bundle: its name for the extension, and the same as a chart, a picture and text for all others.
 * The kernel publishes it, and the extension writes it into the notebook that is saved.
 */
export function viewOutput(view: ViewState, svg?: string): JsonObject {
  const spec = staticSpec(view);
  const waiting = emptyText(view.status, view.progress?.waiting);
  const said = view.failure === undefined ? [] : [`${view.failure.name}: ${view.failure.message}`];
  return {
    [VIEW_MIME_TYPE]: viewReference(view.description),
    ...(spec === undefined ? {} : { 'application/vnd.vegalite.v5+json': spec }),
    ...(svg === undefined ? {} : { 'image/svg+xml': svg }),
    'text/plain': [textTable(view.description, view.rows(), waiting, view.progress?.warning), ...said].join(
      '\n',
    ),
  };
}

/** The view's spec with its rows in it, in the page's own colours; absent for a table. */
export function staticSpec(view: ViewState): Json | undefined {
  const spec = view.description.spec;
  if (!isJsonObject(spec)) return undefined;
  const rows = view.rows().slice(-STATIC_ROWS);
  if (rows.length > 0) return { ...spec, datasets: { rows, status: [chartStatus(view.progress, false)] } };
  // Axes without an extent would be read out as going from NaN to NaN.
  const config = { ...(isJsonObject(spec.config) ? spec.config : {}), aria: false };
  const description = emptyText(view.status, view.progress?.waiting);
  const status = { ...chartStatus(view.progress, true), waiting: description };
  return { ...spec, description, config, datasets: { rows, status: [status] } };
}

/** What an output says of the view it shows. */
export interface ViewReference {
  readonly viewId: string;
  readonly ordinal: number;
  readonly title: string;
  readonly cellId?: string;
}

function viewReference(view: ViewDescription): JsonObject {
  return {
    viewId: view.viewId,
    ordinal: view.ordinal,
    title: view.title,
    ...(view.cellId === undefined ? {} : { cellId: view.cellId }),
  };
}

/** Reads an output's reference; `undefined` when it is none of ours. */
export function readViewReference(value: unknown): ViewReference | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { viewId, ordinal, title, cellId } = value as { [name: string]: unknown };
  if (typeof viewId !== 'string') return undefined;
  return {
    viewId,
    ordinal: typeof ordinal === 'number' ? ordinal : 0,
    title: typeof title === 'string' ? title : '',
    ...(typeof cellId === 'string' ? { cellId } : {}),
  };
}
