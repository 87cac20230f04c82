import {
  chartStatus,
  isJsonObject,
  VIEW_MIME_TYPE,
  type Json,
  type ViewDescription,
} from '../protocol/index.ts';
import { inkedSpec } from './charts/inked-spec.ts';
import type { LiveView } from './live-view.ts';
import { textTable } from './text-table.ts';

/** Rows that go into a static picture or a saved notebook. */
const STATIC_ROWS = 500;

/** Content of a `display_data` or `update_display_data` message. */
export interface DisplayContent {
  readonly data: Readonly<Record<string, Json>>;
  readonly metadata: Readonly<Record<string, Json>>;
  readonly transient: { readonly display_id: string };
}

/** A view as one MIME bundle: its name for the extension, and the same as a chart, a picture and text for all others. */
export function viewBundle(view: LiveView, svg?: string): DisplayContent {
  const description = view.description;
  const waiting = view.progress?.waiting ?? 'waiting for records';
  const spec = staticSpec(view);
  return {
    data: {
      [VIEW_MIME_TYPE]: viewReference(description),
      ...(spec === undefined ? {} : { 'application/vnd.vegalite.v5+json': spec }),
      ...(svg === undefined ? {} : { 'image/svg+xml': svg }),
      'text/plain': textTable(description, view.rows(), waiting),
    },
    metadata: {},
    transient: { display_id: description.viewId },
  };
}

/** The view's spec with its rows in it, in the page's own colours; absent for a table. */
export function staticSpec(view: LiveView): Json | undefined {
  const spec = view.description.spec;
  if (!isJsonObject(spec)) return undefined;
  const rows = view.rows().slice(-STATIC_ROWS);
  return { ...spec, datasets: { rows, status: [chartStatus(view.progress, rows.length === 0)] } };
}

/** The same for a picture that stands alone. */
export function pictureSpec(view: LiveView): Json | undefined {
  const spec = staticSpec(view);
  return spec === undefined ? undefined : inkedSpec(spec);
}

function viewReference(view: ViewDescription): Json {
  return {
    viewId: view.viewId,
    ordinal: view.ordinal,
    title: view.title,
    ...(view.cellId === undefined ? {} : { cellId: view.cellId }),
  };
}
