import type { ISessionContext } from '@jupyterlab/apputils';
import type {
  ClockState,
  ParamState,
  RowLabel,
  ViewControlAction,
  ViewEvent,
  ViewReference,
  ViewSummary,
} from '@tidemark/kernel/protocol';
import { Listeners } from './listeners.ts';
import { ViewConnection } from './view-connection.ts';
import { ViewMirror } from './view-mirror.ts';

/** The views of one notebook's kernel, as this page knows them. */
export class ViewClient {
  /** Views that are live in the kernel, whenever there is news of which they are. */
  readonly announced = new Listeners<readonly ViewSummary[]>();
  /** Whenever another param is there, or one has moved. */
  readonly paramsChanged = new Listeners<void>();
  readonly clockChanged = new Listeners<void>();
  /** Params of the session that runs, by name. */
  params: ReadonlyMap<string, ParamState> = new Map();
  /** How its time stands; `undefined` without one. */
  clock: ClockState | undefined;
  readonly #connection: ViewConnection;
  readonly #mirrors = new Map<string, ViewMirror>();
  /** Which view stands where another one stood, after its cell ran again. */
  readonly #successors = new Map<string, string>();
  #awaitedCells: readonly string[] = [];
  readonly #followed = new Map<string, number>();

  constructor(context: ISessionContext) {
    this.#connection = new ViewConnection(context, {
      onOpened: () => this.#onOpened(),
      onEvent: (event) => this.#onEvent(event),
      onRestart: () => this.#onRestart(),
    });
  }

  /** The view that an output shows: the one it names, or the one that has taken its place. */
  find(reference: ViewReference): ViewMirror | undefined {
    const { cellId, ordinal } = reference;
    const named = this.#mirrors.get(this.#current(reference.viewId));
    if (named !== undefined && (cellId === undefined || samePlace(named.description, reference)))
      return named;
    if (cellId === undefined) return undefined;
    return [...this.#mirrors.values()].find(
      ({ description }) => description.cellId === cellId && description.ordinal === ordinal,
    );
  }

  /** Has the view's rows sent; returns what ends it. */
  follow(mirror: ViewMirror): () => void {
    const { viewId } = mirror.description;
    const count = this.#followed.get(viewId) ?? 0;
    this.#followed.set(viewId, count + 1);
    // The first follower gets everything; the next ones find it in the mirror.
    if (count === 0) this.#connection.send({ type: 'follow', viewIds: [viewId] });
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const left = (this.#followed.get(viewId) ?? 1) - 1;
      this.#followed.set(viewId, left);
      if (left > 0) return;
      this.#followed.delete(viewId);
      mirror.detach();
      this.#connection.send({ type: 'unfollow', viewIds: [viewId] });
    };
  }

  control(action: ViewControlAction, value?: number): boolean {
    return this.#connection.send({ type: 'control', action, ...(value === undefined ? {} : { value }) });
  }

  setParam(name: string, value: number): boolean {
    return this.#connection.send({ type: 'param', name, value });
  }

  /** Says what a row is; `undefined` takes back what was said. */
  label(viewId: string, rowId: string, label: RowLabel | undefined): boolean {
    return this.#connection.send({
      type: 'label',
      viewId,
      rowId,
      ...(label === undefined ? {} : { label }),
    });
  }

  /** Cells to run again after the process that ran them has died: their branches wait in the last snapshot (law 8). */
  awaitedCells(): ReadonlySet<string> {
    const cells = new Set(this.#awaitedCells);
    for (const { status, description } of this.#mirrors.values())
      if (status === 'waiting' && description.cellId !== undefined) cells.add(description.cellId);
    return cells;
  }

  dispose(): void {
    this.#connection.dispose();
    this.announced.clear();
    this.paramsChanged.clear();
    this.clockChanged.clear();
    this.#mirrors.clear();
  }

  #current(viewId: string): string {
    let current = viewId;
    for (let next = this.#successors.get(current); next !== undefined; next = this.#successors.get(current))
      current = next;
    return current;
  }

  #onOpened(): void {
    for (const mirror of this.#mirrors.values()) mirror.detach();
    if (this.#followed.size > 0)
      this.#connection.send({ type: 'follow', viewIds: [...this.#followed.keys()] });
  }

  #onRestart(): void {
    for (const mirror of this.#mirrors.values()) mirror.setStatus('before-restart');
    this.#setParams([]);
    this.#setClock(undefined);
  }

  #setParams(params: readonly ParamState[]): void {
    this.params = new Map(params.map((param) => [param.name, param]));
    this.paramsChanged.tell();
  }

  #setClock(clock: ClockState | undefined): void {
    this.clock = clock;
    this.clockChanged.tell();
  }

  #onEvent(event: ViewEvent): void {
    switch (event.type) {
      case 'views':
        this.#awaitedCells = event.awaitedCells;
        this.#onViews(event.views);
        return;
      case 'cells-awaited':
        this.#awaitedCells = event.cellIds;
        return;
      case 'params':
        this.#setParams(event.params);
        return;
      case 'clock':
        this.#setClock(event.clock);
        return;
      case 'opened':
        if (event.replaces !== undefined) {
          this.#successors.set(event.replaces, event.summary.view.viewId);
          this.#mirrors.delete(event.replaces);
        }
        this.#summarize(event.summary);
        this.announced.tell([event.summary]);
        return;
      case 'closed':
        this.#mirrors.get(event.viewId)?.setStatus('stopped');
        return;
      case 'tick':
        for (const { viewId, status, failure } of event.statuses)
          this.#mirrors.get(viewId)?.setStatus(status, failure);
        for (const delta of event.deltas) {
          if (this.#mirrors.get(delta.viewId)?.apply(delta) === false)
            this.#connection.send({ type: 'resync', viewIds: [delta.viewId] });
        }
        return;
    }
  }

  #onViews(views: readonly ViewSummary[]): void {
    const live = new Set(views.map(({ view }) => view.viewId));
    for (const [viewId, mirror] of this.#mirrors) {
      // Known here and not there: the kernel has been started anew since.
      if (!live.has(viewId) && mirror.status !== 'stopped') mirror.setStatus('before-restart');
    }
    for (const summary of views) this.#summarize(summary);
    this.announced.tell(views);
  }

  #summarize(summary: ViewSummary): void {
    const { viewId } = summary.view;
    this.#successors.delete(viewId);
    const mirror = this.#mirrors.get(viewId);
    // A kernel started anew may give a name again: an output from before keeps what it shows.
    if (mirror === undefined || !samePlace(mirror.description, summary.view))
      this.#mirrors.set(viewId, new ViewMirror(summary));
    else mirror.summarize(summary);
  }
}

interface Place {
  readonly cellId?: string;
  readonly ordinal: number;
}

function samePlace(a: Place, b: Place): boolean {
  return a.cellId === b.cellId && a.ordinal === b.ordinal;
}
