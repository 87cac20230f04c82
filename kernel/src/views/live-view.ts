import type {
  ViewDelta,
  ViewDescription,
  ViewFailure,
  ViewProgress,
  ViewRow,
  ViewStatusName,
  ViewSummary,
} from '../protocol/index.ts';
import { RowSet } from './row-set.ts';

/** A view as a file keeps it over a restart of the kernel. */
export interface SavedView {
  readonly view: ViewDescription;
  readonly status: ViewStatusName;
  readonly rows: readonly ViewRow[];
  readonly progress?: ViewProgress;
  readonly failure?: ViewFailure;
}

/**
 * One view in the kernel process: its rows, put together from the session's deltas, under a version of its own that
 * counts what followers have been sent.
 */
export class LiveView {
  readonly #rows = new RowSet();
  #description: ViewDescription;
  #status: ViewStatusName = 'running';
  #failure: ViewFailure | undefined;
  #progress: ViewProgress | undefined;
  #version = 0;
  /** Of the last delta that was applied; `undefined` while only a reset can be. */
  #sessionVersion: number | undefined;
  #inGap = false;
  #progressMoved = false;
  #refined = false;

  constructor(description: ViewDescription) {
    this.#description = description;
  }

  static fromSaved(saved: SavedView, status: ViewStatusName): LiveView {
    const view = new LiveView(saved.view);
    for (const row of saved.rows) view.#rows.put(row);
    view.#progress = saved.progress;
    view.setStatus(status, saved.failure);
    return view;
  }

  get description(): ViewDescription {
    return this.#description;
  }

  get status(): ViewStatusName {
    return this.#status;
  }

  get failure(): ViewFailure | undefined {
    return this.#failure;
  }

  get progress(): ViewProgress | undefined {
    return this.#progress;
  }

  rows(): ViewRow[] {
    return [...this.#rows.values()];
  }

  /** Opened again, by its cell's next run. */
  reopen(description: ViewDescription): void {
    this.#description = description;
    this.#refined = true;
  }

  /** Shows another view's rows until rows of its own come. */
  inherit(rows: readonly ViewRow[]): void {
    for (const row of rows) this.#rows.put(row);
  }

  /** `'gap'` when a delta before it is missing: then all are ignored until a reset comes. */
  apply(delta: ViewDelta): 'applied' | 'gap' | 'ignored' {
    if (!delta.reset && delta.version !== (this.#sessionVersion ?? Number.NaN) + 1) {
      this.#sessionVersion = undefined;
      if (this.#inGap) return 'ignored';
      this.#inGap = true;
      return 'gap';
    }
    this.#inGap = false;
    this.#sessionVersion = delta.version;
    if (delta.reset) this.#rows.clear();
    for (const id of delta.remove) this.#rows.delete(id);
    for (const row of delta.upsert) this.#rows.put(row);
    if (delta.progress !== undefined) {
      this.#progress = delta.progress;
      this.#progressMoved = true;
    }
    if (delta.view !== undefined) this.reopen(delta.view);
    return 'applied';
  }

  setStatus(status: ViewStatusName, failure?: ViewFailure): void {
    this.#status = status;
    this.#failure = failure;
  }

  /** The session that fed it is gone: its rows stay, and what comes next must be a reset. */
  orphan(): void {
    this.#sessionVersion = undefined;
    this.#inGap = false;
  }

  get changed(): boolean {
    return this.#rows.changed || this.#progressMoved || this.#refined;
  }

  /** What has changed since the last take, as the next version. */
  takeDelta(): ViewDelta | undefined {
    if (!this.changed) return undefined;
    const changes = this.#rows.take();
    const delta: ViewDelta = {
      viewId: this.#description.viewId,
      version: ++this.#version,
      reset: changes?.reset ?? false,
      upsert: changes?.upsert ?? [],
      remove: changes?.remove ?? [],
      ...(this.#progressMoved && this.#progress !== undefined ? { progress: this.#progress } : {}),
      ...(this.#refined ? { view: this.#description } : {}),
    };
    this.#progressMoved = false;
    this.#refined = false;
    return delta;
  }

  /** Nobody follows: changes need not be kept apart, since whoever follows next gets everything. */
  skipDelta(): void {
    if (!this.changed) return;
    this.#version += 1;
    this.#rows.requestReset();
    this.#progressMoved = false;
    this.#refined = false;
  }

  /** Everything, as of the current version. */
  wholeDelta(): ViewDelta {
    return {
      viewId: this.#description.viewId,
      version: this.#version,
      reset: true,
      upsert: this.rows(),
      remove: [],
      ...(this.#progress === undefined ? {} : { progress: this.#progress }),
      view: this.#description,
    };
  }

  summary(): ViewSummary {
    return {
      view: this.#description,
      status: this.#status,
      version: this.#version,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      ...(this.#progress === undefined ? {} : { progress: this.#progress }),
    };
  }

  save(): SavedView {
    return { ...this.summary(), rows: this.rows() };
  }
}
