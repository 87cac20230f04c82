import type { CommTarget, KernelComm } from '../messages/comms.ts';
import type {
  ClockState,
  ParamState,
  RowLabel,
  ViewControlAction,
  ViewDelta,
  ViewEvent,
  ViewStatusChange,
  ViewStatusName,
  ViewSummary,
} from '../protocol/index.ts';
import type { ViewMessage } from '../session/dataflow.ts';
import { LiveView, type SavedView } from './live-view.ts';
import { StaticOutput } from './static-output.ts';
import { TickPace } from './tick-pace.ts';
import { viewBundle, type DisplayContent } from './view-bundle.ts';
import { SYSTEM_CLOCK, type ViewClock } from './view-clock.ts';
import { ViewFollower } from './view-follower.ts';
import { readViewRequest } from './view-request.ts';

export interface ViewsHost {
  /** Sends `display_data` or `update_display_data` under the parent header of the cell's last run. */
  publish(
    viewId: string,
    cellId: string | undefined,
    kind: 'display' | 'update',
    content: DisplayContent,
  ): void;
  /** A page asked to pause or resume the streams, to step, rewind, or set the pace. */
  control(action: ViewControlAction, viewId: string | undefined, value: number | undefined): void;
  /** A page moved the slider of a param. */
  setParam(name: string, value: number): void;
  /** A page said what a row is, or took it back. */
  labelRow(viewId: string, rowId: string, label: RowLabel | undefined): void;
  /** A delta of this view was lost on the way: the session is to send all its rows. */
  requestReset(viewId: string): void;
  /** Draws a Vega-Lite spec for frontends without the extension. */
  renderSvg(spec: unknown): Promise<string | undefined>;
  readonly clock?: ViewClock;
}

/** Statuses after which nothing more comes by itself. */
const AT_REST: readonly ViewStatusName[] = ['finished', 'failed', 'stopped', 'waiting', 'paused'];

/** Statuses that end when the view's cell runs again. */
const AWAITING_ITS_CELL: readonly ViewStatusName[] = ['waiting', 'stopped', 'before-restart'];

/**
 * All live views of a kernel: holds their rows, serves the pages that follow them over the comm target
 * `tidemark.views`, and keeps the outputs of frontends without the extension up to date. Lives in the kernel process,
 * so that views answer and reload whatever the user's code does (promises 2 and 5).
 */
export class Views implements CommTarget {
  readonly #host: ViewsHost;
  readonly #views = new Map<string, LiveView>();
  readonly #followers = new Map<string, ViewFollower>();
  readonly #statuses = new Map<string, ViewStatusChange>();
  readonly #clock: ViewClock;
  readonly #pace: TickPace;
  readonly #static: StaticOutput;
  #awaitedCells: readonly string[] = [];
  #params: readonly ParamState[] = [];
  #clockState: ClockState | undefined;

  constructor(host: ViewsHost) {
    this.#host = host;
    const clock = host.clock ?? SYSTEM_CLOCK;
    this.#clock = clock;
    this.#pace = new TickPace(clock, () => this.#tick());
    this.#static = new StaticOutput({
      clock,
      renderSvg: (spec) => host.renderSvg(spec),
      update: (view, content) => {
        if (!this.#isFollowed()) this.#publish(view, 'update', content);
      },
    });
  }

  onSessionMessage(message: ViewMessage): void {
    switch (message.type) {
      case 'view-open':
        this.#open(new LiveView(message.view));
        return;
      case 'view-delta':
        this.#apply(message.delta);
        return;
      case 'view-status':
        this.#setStatus(message);
        return;
      case 'view-close':
        this.#close(message.viewId);
        return;
      case 'cells-awaited':
        this.#awaitedCells = message.cellIds;
        for (const follower of this.#followers.values()) follower.send(message);
        return;
      case 'clock':
        this.#tellClock(message.clock);
        return;
      case 'params':
        this.#params = message.params;
        for (const follower of this.#followers.values()) follower.send(message);
        return;
    }
  }

  /** The session process died: views wait, with their rows, for their cells to run again (law 8). */
  onSessionLost(): void {
    // The process that comes next will say.
    this.#awaitedCells = [];
    this.#tellClock(undefined);
    for (const [viewId, view] of this.#views) {
      view.orphan();
      if (view.status !== 'before-restart') this.#setStatus({ viewId, status: 'waiting' });
    }
  }

  onOpen(comm: KernelComm): void {
    const follower = new ViewFollower(comm, this.#clock.now());
    this.#followers.set(comm.id, follower);
    this.#static.stop();
    follower.send(this.#listed());
    if (this.#clockState) follower.send({ type: 'clock', clock: this.#clockState });
    if (this.#params.length > 0) follower.send({ type: 'params', params: this.#params });
  }

  onMessage(comm: KernelComm, data: Record<string, unknown>): void {
    const follower = this.#followers.get(comm.id);
    const request = readViewRequest(data);
    if (follower === undefined || request === undefined) return;
    follower.hear(this.#clock.now());
    switch (request.type) {
      case 'list':
        follower.send(this.#listed());
        return;
      case 'alive':
        this.#pace.request();
        return;
      case 'follow':
      case 'resync':
        follower.follow(request.viewIds);
        this.#pace.request();
        return;
      case 'unfollow':
        follower.unfollow(request.viewIds);
        return;
      case 'control':
        this.#host.control(request.action, request.viewId, request.value);
        return;
      case 'param':
        this.#host.setParam(request.name, request.value);
        return;
      case 'label':
        this.#host.labelRow(request.viewId, request.rowId, request.label);
        return;
    }
  }

  onClose(comm: KernelComm): void {
    this.#followers.delete(comm.id);
    if (this.#isFollowed()) return;
    for (const view of this.#views.values()) this.#static.changed(view, false);
  }

  #tellClock(clock: ClockState | undefined): void {
    this.#clockState = clock;
    for (const follower of this.#followers.values())
      follower.send(clock ? { type: 'clock', clock } : { type: 'clock' });
  }

  #listed(): ViewEvent {
    return { type: 'views', views: this.list(), awaitedCells: this.#awaitedCells };
  }

  list(): ViewSummary[] {
    return [...this.#views.values()].map((view) => view.summary());
  }

  /**
   * Brings the outputs of frontends without the extension up to date now; at the end of a cell, so that a notebook run
   * without a page saves what its last cell showed.
   */
  async flush(): Promise<void> {
    if (!this.#isFollowed()) await this.#static.flush();
  }

  /** All views with their rows, for a file that outlives a restart of the kernel. */
  save(): SavedView[] {
    return [...this.#views.values()].map((view) => view.save());
  }

  /** Views of the kernel's previous life: readable, as "before restart", until their cells run again (law 8). */
  load(saved: readonly SavedView[]): void {
    for (const one of saved) {
      if (!this.#views.has(one.view.viewId))
        this.#views.set(one.view.viewId, LiveView.fromSaved(one, 'before-restart'));
    }
  }

  close(): void {
    this.#pace.stop();
    this.#static.stop();
  }

  #open(opened: LiveView): void {
    const { viewId } = opened.description;
    const known = this.#views.get(viewId);
    const replaced = known === undefined ? this.#inPlaceOf(opened) : undefined;
    const view = known ?? opened;
    if (known !== undefined) {
      known.reopen(opened.description);
      // A view that its cell's next run keeps goes on as it stands; one that is rebuilt will say so.
      if (AWAITING_ITS_CELL.includes(known.status)) known.setStatus('running');
    }
    if (replaced !== undefined) {
      if (replaced.description.kind === opened.description.kind) view.inherit(replaced.rows());
      this.#forget(replaced);
    }
    this.#views.set(viewId, view);
    this.#publish(view, 'display', viewBundle(view));
    const event = {
      type: 'opened',
      summary: view.summary(),
      ...(replaced === undefined ? {} : { replaces: replaced.description.viewId }),
    } as const;
    for (const follower of this.#followers.values()) follower.send(event);
    this.#changed(view);
  }

  /** The view that the same place of the same cell showed before. */
  #inPlaceOf(opened: LiveView): LiveView | undefined {
    const { cellId, ordinal } = opened.description;
    if (cellId === undefined) return undefined;
    for (const view of this.#views.values()) {
      if (view.description.cellId === cellId && view.description.ordinal === ordinal) return view;
    }
    return undefined;
  }

  #apply(delta: ViewDelta): void {
    const view = this.#views.get(delta.viewId);
    if (view === undefined) return;
    const outcome = view.apply(delta);
    if (outcome === 'applied') this.#changed(view);
    else if (outcome === 'gap') this.#host.requestReset(delta.viewId);
  }

  #setStatus({ viewId, status, failure }: ViewStatusChange): void {
    const view = this.#views.get(viewId);
    if (view === undefined) return;
    view.setStatus(status, failure);
    this.#statuses.set(viewId, { viewId, status, ...(failure === undefined ? {} : { failure }) });
    this.#changed(view);
  }

  #changed(view: LiveView): void {
    if (this.#isFollowed()) this.#pace.request();
    else this.#static.changed(view, AT_REST.includes(view.status));
  }

  #close(viewId: string): void {
    const view = this.#views.get(viewId);
    if (view === undefined) return;
    this.#forget(view);
    for (const follower of this.#followers.values()) {
      follower.unfollow([viewId]);
      follower.send({ type: 'closed', viewId });
    }
  }

  #forget(view: LiveView): void {
    this.#views.delete(view.description.viewId);
    this.#statuses.delete(view.description.viewId);
    this.#static.forget(view);
  }

  #publish(view: LiveView, kind: 'display' | 'update', content: DisplayContent): void {
    this.#host.publish(view.description.viewId, view.description.cellId, kind, content);
  }

  /** True while a page with the extension is there. */
  #isFollowed(): boolean {
    return this.#awake().length > 0;
  }

  #awake(): ViewFollower[] {
    const now = this.#clock.now();
    return [...this.#followers.values()].filter((follower) => follower.isAwake(now));
  }

  #tick(): number {
    const changes = new Map<string, ViewDelta>();
    const followers = this.#awake();
    for (const [viewId, view] of this.#views) {
      if (!followers.some((follower) => follower.follows(viewId))) view.skipDelta();
      else {
        const delta = view.takeDelta();
        if (delta !== undefined) changes.set(viewId, delta);
      }
    }
    const statuses = [...this.#statuses.values()];
    this.#statuses.clear();
    let bytes = 0;
    for (const follower of followers) bytes += follower.tick(this.#views, changes, statuses);
    return bytes;
  }
}
