import { Widget } from '@lumino/widgets';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import {
  emptyText,
  readViewReference,
  VIEW_MIME_TYPE,
  type ViewReference,
  type ViewRow,
  type ViewStatusName,
} from '@tidemark/kernel/protocol';
import { LabelMenu } from './label-menu.ts';
import { LiveChart } from './live-chart.ts';
import { LiveTable } from './live-table.ts';
import { RunAgainNotice } from './run-again-notice.ts';
import { showFailure, showSaved, showTrouble } from './still-panes.ts';
import type { ViewClient } from './view-client.ts';
import { ViewHeader } from './view-header.ts';
import type { MirrorChange, ViewMirror } from './view-mirror.ts';

/** How views stand that no session keeps labels of. */
const UNHEARD: readonly ViewStatusName[] = ['waiting', 'stopped', 'before-restart'];

export interface ViewRendererEvents {
  disposed(renderer: ViewRenderer): void;
  /** Runs the cells again that views wait for; settles when they have run. */
  runAgain(): Promise<void>;
}

/** An output that shows a live view: follows it as long as it is in the page. */
export class ViewRenderer extends Widget implements IRenderMime.IRenderer {
  readonly #client: ViewClient;
  readonly #on: ViewRendererEvents;
  readonly #header: ViewHeader;
  readonly #notice: RunAgainNotice;
  readonly #warning = document.createElement('div');
  readonly #message = document.createElement('div');
  readonly #body = document.createElement('div');
  #reference: ViewReference | undefined;
  #saved: IRenderMime.IMimeModel['data'] = {};
  #mirror: ViewMirror | undefined;
  #pane: LiveChart | LiveTable | undefined;
  #menu: LabelMenu | undefined;
  #unfollow: (() => void)[] = [];

  constructor(client: ViewClient, on: ViewRendererEvents) {
    super();
    this.#client = client;
    this.#on = on;
    this.#notice = new RunAgainNotice(() => on.runAgain());
    this.#header = new ViewHeader((action) => {
      client.control(action);
    });
    this.addClass('tm-view');
    this.#message.className = 'tm-message';
    this.#warning.className = 'tm-warning';
    this.#body.className = 'tm-body';
    this.node.append(this.#header.node, this.#notice.node, this.#warning, this.#message, this.#body);
  }

  get mirror(): ViewMirror | undefined {
    return this.#mirror;
  }

  /** The chart as it stands, for the notebook that is saved. */
  svg(): string | undefined {
    return this.#pane instanceof LiveChart ? this.#pane.svg() : undefined;
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#reference = readViewReference(model.data[VIEW_MIME_TYPE]);
    this.#saved = model.data;
    this.reconsider();
    return Promise.resolve();
  }

  /** Looks again for the view that this output shows: there is news of which views there are. */
  reconsider(): void {
    if (this.#reference === undefined || this.isDisposed) return;
    const mirror = this.#client.find(this.#reference);
    if (mirror === this.#mirror && mirror !== undefined) return;
    if (mirror === undefined) {
      if (this.#mirror !== undefined) return;
      this.node.dataset.viewId = this.#reference.viewId;
      this.node.dataset.viewStatus = 'saved';
      this.#header.showSaved(this.#reference.title);
      showSaved(this.#body, this.#saved);
      return;
    }
    this.#letGo();
    this.#mirror = mirror;
    this.node.dataset.viewId = mirror.description.viewId;
    this.#unfollow = [mirror.changed.add((change) => this.#onChanged(change)), this.#client.follow(mirror)];
    this.#body.replaceChildren();
    this.#onChanged({ described: true });
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#letGo();
    this.#on.disposed(this);
    super.dispose();
  }

  #letGo(): void {
    for (const end of this.#unfollow) end();
    this.#unfollow = [];
    this.#dropPane();
    this.#mirror = undefined;
  }

  #dropPane(): void {
    this.#menu?.close();
    this.#pane?.dispose();
    this.#pane = undefined;
  }

  #onChanged(change: MirrorChange): void {
    const mirror = this.#mirror;
    if (mirror === undefined) return;
    this.node.dataset.viewStatus = mirror.status;
    this.#header.show(mirror);
    this.#notice.node.hidden = mirror.status !== 'waiting';
    this.#showMessage(mirror);
    const wantsChart = mirror.description.spec !== undefined;
    if (this.#pane !== undefined && wantsChart !== this.#pane instanceof LiveChart) this.#dropPane();
    // An empty chart is not built: the first records may decide how it is to look.
    if (this.#pane === undefined && mirror.rowCount > 0) this.#makePane(mirror, wantsChart);
    else if (this.#pane instanceof LiveTable) this.#pane.change(change.rows);
    else if (change.rows !== undefined || change.described === true) this.#pane?.change(change.rows);
    if (this.#pane === undefined || mirror.rowCount === 0)
      this.node.dataset.viewVersion = String(mirror.version);
  }

  #makePane(mirror: ViewMirror, chart: boolean): void {
    const drawn = (version: number): void => {
      this.node.dataset.viewVersion = String(version);
    };
    this.#body.className = chart ? 'tm-body tm-chart' : 'tm-body tm-table';
    if (!chart) {
      const row = (row: ViewRow, { left, bottom }: DOMRect): void =>
        this.#askWhatIs(mirror, row, { x: left, y: bottom });
      this.#pane = new LiveTable(this.#body, mirror, { drawn, row });
      return;
    }
    this.#pane = new LiveChart(this.#body, mirror, {
      drawn,
      row: (row, at) => this.#askWhatIs(mirror, row, at),
      embedded: () => {
        this.node.dataset.embeds = String(Number(this.node.dataset.embeds ?? '0') + 1);
      },
      error: (error) => {
        showFailure(this.#message, {
          name: 'The chart cannot be drawn',
          message: error instanceof Error ? error.message : String(error),
          details: ['Check the Vega-Lite spec given to show(…, { chart }).'],
        });
      },
    });
  }

  /** Only a session that runs can keep what is said. */
  #askWhatIs(mirror: ViewMirror, row: ViewRow, at: { readonly x: number; readonly y: number }): void {
    const { description, status } = mirror;
    if (description.labels === undefined || UNHEARD.includes(status)) return;
    this.#menu?.close();
    this.#menu = new LabelMenu(row, at, (label) => this.#client.label(description.viewId, row._id, label));
  }

  #showMessage(mirror: ViewMirror): void {
    if (mirror.status === 'failed' && mirror.failure !== undefined) {
      showFailure(this.#message, mirror.failure);
      return;
    }
    const { progress, failure } = mirror;
    // What has ended grows no more.
    const warning = mirror.status === 'finished' ? '' : (progress?.warning ?? '');
    if (this.#warning.textContent !== warning) this.#warning.textContent = warning;
    this.#body.hidden = mirror.rowCount === 0;
    const waiting = mirror.rowCount === 0 ? emptyText(mirror.status, progress?.waiting) : '';
    // A chart carries its note itself.
    const note = mirror.description.spec === undefined ? (progress?.note ?? '') : '';
    if (failure !== undefined) {
      // It goes on by itself; until then what was seen stays.
      showTrouble(this.#message, failure);
      return;
    }
    this.#message.className = waiting === '' ? 'tm-message' : 'tm-message tm-waiting';
    const text = waiting === '' ? note : waiting;
    if (this.#message.textContent !== text) this.#message.textContent = text;
  }
}
