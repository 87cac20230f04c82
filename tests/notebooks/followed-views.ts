import type { JSONObject } from '@lumino/coreutils';
import type { Kernel } from '@jupyterlab/services';
import type {
  ViewDelta,
  ViewEvent,
  ViewFailure,
  ViewRequest,
  ViewRow,
  ViewSummary,
} from '../../kernel/src/protocol/index.ts';
import { VIEWS_COMM_TARGET } from '../../kernel/src/protocol/index.ts';

interface Followed {
  summary: ViewSummary;
  status: string;
  failure?: ViewFailure;
  /** Of the rows that have come. */
  version: number;
  readonly rows: Map<string, ViewRow>;
}

/** Follows all live views of a kernel over the comm, as a page with the extension does, and keeps their rows. */
export class FollowedViews {
  readonly #comm: Kernel.IComm;
  readonly #views = new Map<string, Followed>();
  readonly #watchers = new Set<() => void>();

  private constructor(comm: Kernel.IComm) {
    this.#comm = comm;
    comm.onMsg = (message) => this.#onEvent(message.content.data as unknown as ViewEvent);
  }

  static async of(kernel: Kernel.IKernelConnection): Promise<FollowedViews> {
    const comm = kernel.createComm(VIEWS_COMM_TARGET);
    const views = new FollowedViews(comm);
    await comm.open({}).done;
    return views;
  }

  /** Says what a page says. */
  say(request: ViewRequest): void {
    void this.#comm.send(JSON.parse(JSON.stringify(request)) as JSONObject);
  }

  /** The view with this title, if there is one. */
  titled(title: string): { id: string; status: string; failure?: ViewFailure; rows: ViewRow[] } | undefined {
    for (const [id, { summary, status, failure, rows }] of this.#views) {
      if (summary.view.title === title) return { id, status, failure, rows: [...rows.values()] };
    }
    return undefined;
  }

  /** Resolves when `condition` holds; looked at after every message of the kernel. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Resolves when the view with this title has read its stream to the end, and its rows have come. */
  finished(title: string): Promise<void> {
    return this.until(() => {
      const id = this.titled(title)?.id;
      const view = id === undefined ? undefined : this.#views.get(id);
      return view?.status === 'finished' && view.version >= view.summary.version;
    });
  }

  #onEvent(event: ViewEvent): void {
    switch (event.type) {
      case 'views':
        for (const summary of event.views) this.#follow(summary);
        break;
      case 'opened':
        this.#follow(event.summary);
        break;
      case 'closed':
        this.#views.delete(event.viewId);
        break;
      case 'tick':
        // A page that is silent for long counts as gone.
        void this.#comm.send({ type: 'alive' });
        for (const delta of event.deltas) this.#apply(delta);
        for (const { viewId, status, failure } of event.statuses) {
          const view = this.#views.get(viewId);
          if (view) Object.assign(view, { status, failure });
        }
        break;
    }
    for (const look of [...this.#watchers]) look();
  }

  #follow(summary: ViewSummary): void {
    const { viewId } = summary.view;
    const { status, failure } = summary;
    const { version, rows } = this.#views.get(viewId) ?? { version: 0, rows: new Map<string, ViewRow>() };
    this.#views.set(viewId, { summary, status, failure, version, rows });
    void this.#comm.send({ type: 'follow', viewIds: [viewId] });
  }

  #apply(delta: ViewDelta): void {
    const view = this.#views.get(delta.viewId);
    if (!view) return;
    view.version = delta.version;
    if (delta.reset) view.rows.clear();
    for (const id of delta.remove) view.rows.delete(id);
    for (const row of delta.upsert) view.rows.set(row._id, row);
    if (delta.view) view.summary = { ...view.summary, view: delta.view };
  }
}
