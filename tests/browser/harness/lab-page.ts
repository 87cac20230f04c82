import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import type { CellOutput } from './cell-output.ts';
import type { JupyterServer } from './jupyter-server.ts';
import { killSessionProcess } from './kernel-processes.ts';
import './lab-application.ts';
import { PageProblems } from './page-problems.ts';
import type { ShownView } from './shown-view.ts';

const THEMES = { light: 'JupyterLab Light', dark: 'JupyterLab Dark' } as const;
const PATIENCE_MS = 30_000;

/**
 * JupyterLab in a browser page, with one notebook in front. Cells are counted from 0, Markdown cells included. What a
 * user does by a menu is done by the menu's command; typing is real typing.
 */
export class LabPage {
  readonly page: Page;
  readonly server: JupyterServer;
  readonly problems: PageProblems;
  #path = '';

  constructor(page: Page, server: JupyterServer) {
    this.page = page;
    this.server = server;
    this.problems = new PageProblems(page);
    page.setDefaultTimeout(PATIENCE_MS);
    // Leaving a notebook with changes asks; the user of these tests means it.
    page.on('dialog', (dialog) => void dialog.accept());
  }

  /** Opens the notebook at `path` of the server's folder and waits until its kernel is idle. */
  async open(path: string): Promise<void> {
    this.#path = path;
    await this.problems.whileLeaving(() =>
      this.page.goto(new URL(`lab/tree/${path}?reset&token=${this.server.token}`, this.server.url).href),
    );
    await this.#untilReady();
  }

  /** Loads the page again as F5 does; nothing is saved first. */
  async reload(): Promise<void> {
    await this.problems.whileLeaving(() => this.page.reload());
    await this.#untilReady();
  }

  /** Runs one of JupyterLab's commands. */
  async command(id: string, args: unknown = {}): Promise<void> {
    await this.page.evaluate(
      async ([name, options]) => void (await window.jupyterapp.commands.execute(name, options)),
      [id, args] as const,
    );
  }

  /** Runs every cell and waits until all have run (or one has failed). */
  async runAll(): Promise<void> {
    await this.command('notebook:run-all-cells');
  }

  /** Runs one cell and waits for its end. */
  async runCell(index: number): Promise<void> {
    await this.#select(index);
    await this.command('notebook:run-cell');
  }

  /** Sends one cell to the kernel and does not wait for its end. */
  async startCell(index: number): Promise<void> {
    await this.#select(index);
    await this.page.evaluate(() => void window.jupyterapp.commands.execute('notebook:run-cell'));
  }

  /** Replaces a cell's text by typing it. */
  async editCell(index: number, source: string): Promise<void> {
    await this.#select(index);
    const editor = this.cell(index).locator('.cm-content');
    await editor.click();
    // A key pressed in the same frame as the click would be lost.
    await this.page.waitForFunction((node) => document.activeElement === node, await editor.elementHandle());
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.insertText(source);
    await this.page.waitForFunction(
      ([at, text]) =>
        window.jupyterapp.shell.currentWidget?.content.widgets[at]?.model.sharedModel.getSource() === text,
      [index, source] as const,
    );
  }

  /** The cell's text. */
  source(index: number): Promise<string> {
    return this.page.evaluate(
      (at) => window.jupyterapp.shell.currentWidget?.content.widgets[at]?.model.sharedModel.getSource() ?? '',
      index,
    );
  }

  /** Puts a new code cell before the one with this index. */
  async insertCell(index: number, source: string): Promise<void> {
    await this.page.evaluate(
      ([at, text]) =>
        window.jupyterapp.shell.currentWidget?.content.model.sharedModel.insertCell(at, {
          cell_type: 'code',
          source: text,
        }),
      [index, source] as const,
    );
  }

  /** The cell's element; it is in the document once {@link runCell} or {@link scrollTo} has brought it there. */
  cell(index: number): Locator {
    return this.page.locator(`.jp-Notebook .jp-Cell[data-windowed-list-index="${index}"]`);
  }

  async scrollTo(index: number): Promise<void> {
    await this.page.evaluate(
      (at) => window.jupyterapp.shell.currentWidget?.content.scrollToItem(at, 'start'),
      index,
    );
    await this.cell(index).waitFor();
  }

  /** The cell's outputs as they are in the notebook's model now. */
  outputs(index: number): Promise<CellOutput[]> {
    return this.page.evaluate(
      (at) =>
        (window.jupyterapp.shell.currentWidget?.content.widgets[at]?.model.outputs?.toJSON() ??
          []) as never[],
      index,
    );
  }

  executionCount(index: number): Promise<number | null> {
    return this.page.evaluate(
      (at) => window.jupyterapp.shell.currentWidget?.content.widgets[at]?.model.executionCount ?? null,
      index,
    );
  }

  /** The live views that the page shows, in the order of their cells. */
  views(): Promise<ShownView[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.jp-Notebook [data-view-id]')].map((element) => ({
        viewId: element.dataset['viewId'] ?? '',
        status: element.dataset['viewStatus'] ?? '',
        version: Number(element.dataset['viewVersion'] ?? 0),
        embeds: Number(element.dataset['embeds'] ?? 0),
        cell: Number(element.closest<HTMLElement>('.jp-Cell')?.dataset['windowedListIndex'] ?? -1),
      })),
    );
  }

  /** Waits until the (first) view under a cell has drawn a version beyond `version`; answers with the view. */
  async untilViewChanges(cell: number, version = 0): Promise<ShownView> {
    await this.page.waitForFunction(
      ([at, beyond]) => {
        const view = document.querySelector<HTMLElement>(
          `.jp-Notebook .jp-Cell[data-windowed-list-index="${at}"] [data-view-id]`,
        );
        return view !== null && Number(view.dataset['viewVersion'] ?? 0) > beyond;
      },
      [cell, version] as const,
    );
    const view = (await this.views()).find((candidate) => candidate.cell === cell);
    if (view === undefined) throw new Error(`the view under cell ${cell} went away`);
    return view;
  }

  /** Waits until the (first) view under a cell says that its status is this. */
  async untilViewStatus(cell: number, status: string): Promise<void> {
    await this.page
      .locator(`.jp-Cell[data-windowed-list-index="${cell}"] [data-view-id][data-view-status="${status}"]`)
      .first()
      .waitFor();
  }

  /**
   * Counts the changes of a cell's view that are drawn within `spanMs`, and answers with the view at the end. The span
   * is what is measured here, so this waits by the clock.
   */
  async viewChangesWithin(cell: number, spanMs: number): Promise<{ changes: number; view: ShownView }> {
    const changes = await this.page.evaluate(
      ([at, span]) =>
        new Promise<number>((resolve, reject) => {
          const view = document.querySelector(`.jp-Cell[data-windowed-list-index="${at}"] [data-view-id]`);
          if (view === null) return reject(new Error(`there is no view under cell ${at}`));
          let count = 0;
          const observer = new MutationObserver((records) => (count += records.length));
          observer.observe(view, { attributes: true, attributeFilter: ['data-view-version'] });
          setTimeout(() => {
            observer.disconnect();
            resolve(count);
          }, span);
        }),
      [cell, spanMs] as const,
    );
    return { changes, view: await this.untilViewChanges(cell) };
  }

  /** Waits until the kernel says it is idle. */
  async untilIdle(): Promise<void> {
    await this.page.waitForFunction(
      () => window.jupyterapp.shell.currentWidget?.context.sessionContext.session?.kernel?.status === 'idle',
    );
  }

  async setTheme(theme: keyof typeof THEMES): Promise<void> {
    await this.command('apputils:change-theme', { theme: THEMES[theme] });
    const light = String(theme === 'light');
    await this.page.waitForFunction((wanted) => document.body.dataset['jpThemeLight'] === wanted, light);
    await this.#untilSplashIsGone();
  }

  /** Saves the notebook and waits until it is written; views that move may have changed it again by then. */
  async save(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const { saveState } = window.jupyterapp.shell.currentWidget!.context;
          const onState = (_context: unknown, state: string): void => {
            if (state === 'started') return;
            saveState.disconnect(onState);
            if (state === 'failed') reject(new Error('the notebook could not be saved'));
            else resolve();
          };
          saveState.connect(onState);
          window.jupyterapp.commands.execute('docmanager:save').catch(reject);
        }),
    );
  }

  /** Whether the notebook has changes that were not saved. */
  isDirty(): Promise<boolean> {
    return this.page.evaluate(() => window.jupyterapp.shell.currentWidget?.context.model.dirty === true);
  }

  async interrupt(): Promise<void> {
    await this.command('notebook:interrupt-kernel');
  }

  /** Restarts the kernel as the menu does, without its question. */
  async restartKernel(): Promise<void> {
    await this.page.evaluate(() =>
      window.jupyterapp.shell.currentWidget?.context.sessionContext.restartKernel(),
    );
    await this.untilIdle();
  }

  /** What JupyterLab thinks of the kernel. */
  kernelStatus(): Promise<string | undefined> {
    return this.page.evaluate(
      () => window.jupyterapp.shell.currentWidget?.context.sessionContext.session?.kernel?.status,
    );
  }

  kernelId(): Promise<string> {
    return this.server.kernelIdOf(this.#path);
  }

  /** Ends the process that runs the user's cells by kill -9; answers with its pid. */
  async killSessionProcess(): Promise<number> {
    return killSessionProcess(await this.kernelId());
  }

  /**
   * Takes a picture of the page, or of one cell. It lands in the folder named by TIDEMARK_SCREENSHOTS, else in a folder
   * of the system's temporary one; answers with its path.
   */
  async screenshot(name: string, cellIndex?: number): Promise<string> {
    const folder = process.env['TIDEMARK_SCREENSHOTS'] ?? join(tmpdir(), 'tidemark-screenshots');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await (cellIndex === undefined
      ? this.page.screenshot({ path })
      : this.cell(cellIndex).screenshot({ path }));
    return path;
  }

  async #select(index: number): Promise<void> {
    await this.page.evaluate(async (at) => {
      const notebook = window.jupyterapp.shell.currentWidget?.content;
      if (notebook === undefined) throw new Error('no notebook is in front');
      await notebook.scrollToItem(at);
      notebook.deselectAll();
      notebook.activeCellIndex = at;
    }, index);
    await this.cell(index).waitFor();
  }

  /** JupyterLab covers the page while it starts and while it changes the theme. */
  async #untilSplashIsGone(): Promise<void> {
    await this.page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
  }

  async #untilReady(): Promise<void> {
    await this.page.waitForFunction(() => window.jupyterapp !== undefined);
    await this.page.evaluate(async () => await window.jupyterapp.restored);
    await this.page.waitForFunction(
      (path) => window.jupyterapp.shell.currentWidget?.context?.path === path,
      this.#path,
    );
    await this.page.evaluate(async () => {
      const context = window.jupyterapp.shell.currentWidget?.context;
      await context?.ready;
      await context?.sessionContext.ready;
    });
    await this.page.waitForFunction(() => {
      const status = window.jupyterapp.shell.currentWidget?.context.sessionContext.session?.kernel?.status;
      return status === 'idle' || status === 'busy';
    });
    await this.#untilSplashIsGone();
  }
}
