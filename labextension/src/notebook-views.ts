import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { IOutputModel } from '@jupyterlab/rendermime';
import {
  PARAM_MIME_TYPE,
  readViewReference,
  VIEW_MIME_TYPE,
  viewOutput,
  type ViewReference,
  type ViewSummary,
} from '@tidemark/kernel/protocol';
import { cellsToRun } from './cells-to-run.ts';
import { ClockToolbar } from './clock-toolbar.ts';
import { ParamRenderer } from './param-renderer.ts';
import { leftJob } from './saved-jobs.ts';
import { SqlCells } from './sql-cells.ts';
import { ViewClient } from './view-client.ts';
import { ViewRenderer } from './view-renderer.ts';

/** Statuses of a kernel with which its jobs end. */
const ENDS_JOBS: ReadonlySet<string> = new Set(['restarting', 'autorestarting', 'terminating', 'dead']);

/**
 * The live views of one open notebook: renders them, puts those back that the page has lost in a reload, and writes
 * pictures of them into the file that is saved.
 */
export class NotebookViews {
  readonly #panel: NotebookPanel;
  readonly #context: DocumentRegistry.Context;
  readonly #client: ViewClient;
  readonly #renderers = new Set<ViewRenderer>();
  readonly #sliders = new Set<ParamRenderer>();
  readonly #clock: ClockToolbar;
  readonly #sqlCells: SqlCells;
  #runningAgain: Promise<void> | undefined;
  #disposed = false;

  constructor(panel: NotebookPanel, context: DocumentRegistry.Context, languages: IEditorLanguageRegistry) {
    this.#panel = panel;
    this.#context = context;
    this.#client = new ViewClient(panel.sessionContext);
    this.#client.announced.add((views) => void context.ready.then(() => this.#onAnnounced(views)));
    panel.content.rendermime.addFactory(
      {
        // It shows text as text and pictures as images; what it draws live comes from the kernel.
        safe: true,
        mimeTypes: [VIEW_MIME_TYPE],
        createRenderer: () => this.#createRenderer(),
      },
      -10,
    );
    panel.content.rendermime.addFactory(
      { safe: true, mimeTypes: [PARAM_MIME_TYPE], createRenderer: () => this.#createSlider() },
      -10,
    );
    this.#clock = new ClockToolbar(this.#client);
    panel.toolbar.insertItem(10, 'tidemark-clock', this.#clock);
    this.#sqlCells = new SqlCells(panel, languages);
    context.saveState.connect(this.#onSaveState, this);
    // What was written of them reaches no page but the one that ran their cells.
    void context.ready.then(() => this.#leaveJobs('was running when saved; %jobs says how it stands'));
    panel.sessionContext.statusChanged.connect(this.#onKernelStatus, this);
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#context.saveState.disconnect(this.#onSaveState, this);
    this.#panel.sessionContext.statusChanged.disconnect(this.#onKernelStatus, this);
    this.#panel.content.rendermime.removeMimeType(VIEW_MIME_TYPE);
    this.#panel.content.rendermime.removeMimeType(PARAM_MIME_TYPE);
    for (const renderer of [...this.#renderers, ...this.#sliders]) renderer.dispose();
    this.#clock.dispose();
    this.#sqlCells.dispose();
    this.#client.dispose();
  }

  #createRenderer(): ViewRenderer {
    const renderer = new ViewRenderer(this.#client, {
      disposed: (gone) => this.#renderers.delete(gone),
      runAgain: () => (this.#runningAgain ??= this.#runAgain()),
    });
    this.#renderers.add(renderer);
    return renderer;
  }

  #createSlider(): ParamRenderer {
    const renderer = new ParamRenderer(this.#client, (gone) => this.#sliders.delete(gone));
    this.#sliders.add(renderer);
    return renderer;
  }

  /** Runs the cells that branches wait for, after the process that ran them has died (law 8). */
  async #runAgain(): Promise<void> {
    const cells = this.#codeCells().map((cell) => ({
      id: cell.id,
      source: cell.sharedModel.getSource(),
      executionCount: cell.executionCount,
      failed: cell.outputs.toJSON().some((output) => output.output_type === 'error'),
    }));
    const { content, sessionContext } = this.#panel;
    const widgets = cellsToRun(cells, this.#client.awaitedCells()).flatMap(
      (id) => content.widgets.find(({ model }) => model.id === id) ?? [],
    );
    try {
      await NotebookActions.runCells(content, widgets, sessionContext);
    } finally {
      this.#runningAgain = undefined;
    }
  }

  #onAnnounced(views: readonly ViewSummary[]): void {
    if (this.#disposed) return;
    for (const renderer of this.#renderers) renderer.reconsider();
    const cells = new Map(this.#codeCells().map((cell) => [cell.id, cell]));
    for (const { view } of views) {
      const cell = view.cellId === undefined ? undefined : cells.get(view.cellId);
      if (cell === undefined || this.#isShown(cell, view.viewId)) continue;
      // It has been cleared for a run that will show the view itself.
      if (cell.executionState === 'running') continue;
      // JupyterLab reloads the file as last saved; the view's output came after that.
      cell.outputs.add({
        output_type: 'display_data',
        data: { [VIEW_MIME_TYPE]: viewReference(view), 'text/plain': view.title },
        metadata: {},
      });
    }
  }

  #isShown(cell: ICodeCellModel, viewId: string): boolean {
    return viewOutputs(cell).some(
      ([, reference]) => this.#client.find(reference)?.description.viewId === viewId,
    );
  }

  /** Called before the notebook is written, in time for what is set now to be written too. */
  #onSaveState(_: unknown, state: DocumentRegistry.SaveState): void {
    if (state !== 'started') return;
    for (const cell of this.#codeCells()) {
      for (const [output, reference] of viewOutputs(cell)) {
        const mirror = this.#client.find(reference);
        if (mirror === undefined || mirror.rowCount === 0) continue;
        const renderer = [...this.#renderers].find((one) => one.mirror === mirror && one.svg() !== undefined);
        const old = output.data['image/svg+xml'];
        const svg = renderer?.svg() ?? (typeof old === 'string' ? old : undefined);
        output.setData({ data: { ...viewOutput(mirror, svg) } as IOutputModel['data'] });
      }
    }
  }

  #onKernelStatus(_: unknown, status: string): void {
    if (ENDS_JOBS.has(status)) this.#leaveJobs('stopped with its kernel');
  }

  /** Nobody follows the jobs any more that outputs show. */
  #leaveJobs(said: string): void {
    const { model } = this.#context;
    if (this.#disposed) return;
    const { dirty } = model;
    for (const cell of this.#codeCells()) {
      for (let i = 0; i < cell.outputs.length; i++) {
        const output = cell.outputs.get(i);
        const line = leftJob(output.data, said);
        if (line !== undefined) output.setData({ data: { ...output.data, ...line } });
      }
    }
    // To have been opened is no change of a notebook.
    if (!dirty) model.dirty = false;
  }

  #codeCells(): ICodeCellModel[] {
    const cells = this.#panel.content.model?.cells;
    return cells === undefined ? [] : ([...cells].filter((cell) => cell.type === 'code') as ICodeCellModel[]);
  }
}

function viewOutputs(cell: ICodeCellModel): [IOutputModel, ViewReference][] {
  const found: [IOutputModel, ViewReference][] = [];
  for (let i = 0; i < cell.outputs.length; i++) {
    const output = cell.outputs.get(i);
    const reference = readViewReference(output.data[VIEW_MIME_TYPE]);
    if (reference !== undefined) found.push([output, reference]);
  }
  return found;
}

function viewReference(view: ViewSummary['view']): { [name: string]: string | number } {
  return {
    viewId: view.viewId,
    ordinal: view.ordinal,
    title: view.title,
    ...(view.cellId === undefined ? {} : { cellId: view.cellId }),
  };
}
