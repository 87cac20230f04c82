import { staticSpec, viewOutput, type Json, type JsonObject } from '../protocol/index.ts';
import { inkedSpec } from './charts/inked-spec.ts';
import type { LiveView } from './live-view.ts';

/** Content of a `display_data` or `update_display_data` message. */
export interface DisplayContent {
  readonly data: JsonObject;
  readonly metadata: JsonObject;
  readonly transient: { readonly display_id: string };
}

export function viewBundle(view: LiveView, svg?: string): DisplayContent {
  return {
    data: viewOutput(view, svg),
    metadata: {},
    transient: { display_id: view.description.viewId },
  };
}

/** The view's chart with its rows, for a picture that stands alone; absent for a table. */
export function pictureSpec(view: LiveView): Json | undefined {
  const spec = staticSpec(view);
  return spec === undefined ? undefined : inkedSpec(spec);
}
