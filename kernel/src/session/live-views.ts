import type { AnnouncedView } from 'tidemark/session';
import type { ViewObserver } from 'tidemark';
import type { RowLabel, ViewDescription } from '../protocol/index.ts';
import {
  createMaterializer,
  DEFAULT_ROWS,
  type ViewMaterializer,
} from '../views/materialize/view-materializer.ts';
import type { ViewMessage } from './dataflow.ts';
import { tableColumns } from './table-columns.ts';
import { windowShape } from './window-shape.ts';

/** Ms between two looks at what the views have to say; at most 20 a second. */
const TICK_MS = 50;

interface OpenView {
  /** As announced last; the rows may still be those of the announcement before. */
  announced: AnnouncedView;
  description: ViewDescription;
  materializer: ViewMaterializer;
}

/** The session's end of all live views: turns records into rows, and rows into deltas on a tick. */
export class LiveViews {
  readonly #post: (message: ViewMessage) => void;
  readonly #views = new Map<string, OpenView>();
  #timer: NodeJS.Timeout | undefined;

  constructor(post: (message: ViewMessage) => void) {
    this.#post = post;
  }

  /** Says that a view is to be seen at this place of its cell. */
  announce(announced: AnnouncedView): void {
    const { viewId, cell, ordinal, title, node, options, kept } = announced;
    const kind = options.kind ?? (windowShape(node) ? 'windows' : 'records');
    const description: ViewDescription = {
      viewId,
      cellId: cell,
      ordinal,
      title,
      kind,
      maxRows: options.rows ?? DEFAULT_ROWS[kind],
      ...(options.labels === undefined ? {} : { labels: options.labels.name }),
      ...(kind === 'records' ? tableColumns(node) : {}),
    };
    const made = createMaterializer(description, options, windowShape(node));
    const known = this.#views.get(viewId);
    this.#views.set(viewId, { announced, description, materializer: known?.materializer ?? made });
    const view = kept && known ? known.materializer.description : made.description;
    this.#post({ type: 'view-open', view });
    this.#timer ??= setInterval(() => this.tick(), TICK_MS).unref();
  }

  /** Fresh rows for a lane that is about to start. */
  open(viewId: string): ViewObserver {
    const view = this.#views.get(viewId);
    if (!view) throw new TypeError(`view ${viewId} was not announced`);
    const { description, announced } = view;
    view.materializer = createMaterializer(description, announced.options, windowShape(announced.node));
    return view.materializer;
  }

  /**
   * Says what a row is; resolves when it is on disk and shown.
   * @throws {TidemarkError} what `Labels.mark` throws
   */
  async label(viewId: string, rowId: string, label: RowLabel | undefined): Promise<void> {
    await this.#views.get(viewId)?.materializer.label(rowId, label);
  }

  /** Rows of all views that show these labels are looked at again. */
  relabel(name: string): void {
    for (const { announced, materializer } of this.#views.values())
      if (announced.options.labels?.name === name) materializer.relabel();
  }

  /** All rows again with the next tick. */
  reset(viewId: string): void {
    this.#views.get(viewId)?.materializer.requestReset();
  }

  close(viewId: string): void {
    if (this.#views.delete(viewId)) this.#post({ type: 'view-close', viewId });
  }

  /** Says what has changed since the last tick. */
  tick(): void {
    for (const [viewId, { materializer }] of this.#views) {
      const delta = materializer.takeDelta();
      if (delta) this.#post({ type: 'view-delta', delta });
      const status = materializer.takeStatus();
      if (status) this.#post({ type: 'view-status', viewId, ...status });
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.tick();
  }
}
