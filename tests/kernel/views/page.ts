import type { KernelComm } from '../../../kernel/src/messages/comms.ts';
import type {
  ViewEvent,
  ViewRequest,
  ViewRow,
  ViewStatusChange,
} from '../../../kernel/src/protocol/index.ts';
import type { Views } from '../../../kernel/src/views/views.ts';

/** A page at the other end of a comm: puts rows together from what it is sent, and notices gaps. */
export class Page {
  readonly events: ViewEvent[] = [];
  readonly rows = new Map<string, Map<string, ViewRow>>();
  readonly versions = new Map<string, number>();
  readonly statuses: ViewStatusChange[] = [];
  readonly #views: Views;
  readonly #comm: KernelComm;
  bytes = 0;
  gaps = 0;

  constructor(views: Views, id = 'page') {
    this.#views = views;
    this.#comm = {
      id,
      target: 'tidemark.views',
      // What crosses the wire is JSON.
      send: (data) => this.#onEvent(JSON.parse(JSON.stringify(data)) as ViewEvent),
      close: () => undefined,
    };
    views.onOpen(this.#comm);
  }

  say(request: ViewRequest): void {
    this.#views.onMessage(this.#comm, { ...request });
  }

  leave(): void {
    this.#views.onClose(this.#comm);
  }

  ticks(): number {
    return this.events.filter((event) => event.type === 'tick').length;
  }

  rowsOf(viewId: string): ViewRow[] {
    return [...(this.rows.get(viewId)?.values() ?? [])];
  }

  #onEvent(event: ViewEvent): void {
    this.events.push(event);
    this.bytes += JSON.stringify(event).length;
    if (event.type !== 'tick') return;
    this.statuses.push(...event.statuses);
    for (const delta of event.deltas) {
      const known = this.versions.get(delta.viewId);
      if (!delta.reset && known !== delta.version - 1) this.gaps += 1;
      this.versions.set(delta.viewId, delta.version);
      const rows = delta.reset ? new Map<string, ViewRow>() : (this.rows.get(delta.viewId) ?? new Map());
      for (const id of delta.remove) rows.delete(id);
      for (const row of delta.upsert) rows.set(row._id, row);
      this.rows.set(delta.viewId, rows);
    }
  }
}
