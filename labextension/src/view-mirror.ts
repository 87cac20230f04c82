import type {
  ViewDelta,
  ViewDescription,
  ViewFailure,
  ViewProgress,
  ViewRow,
  ViewStatusName,
  ViewSummary,
} from '@tidemark/kernel/protocol';
import { Listeners } from './listeners.ts';

/** What changed in a mirror: `rows` when its rows did, by a delta that has been applied. */
export interface MirrorChange {
  readonly rows?: ViewDelta;
  /** The spec or the title is another one. */
  readonly described?: boolean;
}

/** This page's copy of one view in the kernel. */
export class ViewMirror {
  readonly changed = new Listeners<MirrorChange>();
  readonly #rows = new Map<string, ViewRow>();
  #description: ViewDescription;
  #status: ViewStatusName;
  #failure: ViewFailure | undefined;
  #progress: ViewProgress | undefined;
  #version: number | undefined;

  constructor(summary: ViewSummary) {
    this.#description = summary.view;
    this.#status = summary.status;
    this.#failure = summary.failure;
    this.#progress = summary.progress;
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

  /** Of the rows that are here; 0 before any came. */
  get version(): number {
    return this.#version ?? 0;
  }

  get rowCount(): number {
    return this.#rows.size;
  }

  row(id: string): ViewRow | undefined {
    return this.#rows.get(id);
  }

  rows(): ViewRow[] {
    return [...this.#rows.values()];
  }

  /** What the kernel says of the view without its rows. */
  summarize(summary: ViewSummary): void {
    const described = !sameJson(summary.view, this.#description);
    this.#description = summary.view;
    this.#status = summary.status;
    this.#failure = summary.failure;
    if (summary.progress !== undefined) this.#progress = summary.progress;
    this.changed.tell({ described });
  }

  setStatus(status: ViewStatusName, failure?: ViewFailure): void {
    this.#status = status;
    this.#failure = failure;
    this.changed.tell({});
  }

  /** False on a gap: a delta is missing, and the view must be asked for again. */
  apply(delta: ViewDelta): boolean {
    if (!delta.reset && delta.version !== (this.#version ?? Number.NaN) + 1) return false;
    this.#version = delta.version;
    if (delta.reset) this.#rows.clear();
    for (const id of delta.remove) this.#rows.delete(id);
    for (const row of delta.upsert) this.#rows.set(row._id, row);
    if (delta.progress !== undefined) this.#progress = delta.progress;
    const described = delta.view !== undefined && !sameJson(delta.view, this.#description);
    if (delta.view !== undefined) this.#description = delta.view;
    this.changed.tell({ rows: delta, described });
    return true;
  }

  /** The connection is new: only a reset fits on what is here. */
  detach(): void {
    this.#version = undefined;
  }
}

function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
