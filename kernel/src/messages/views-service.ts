import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { VIEWS_COMM_TARGET } from '../protocol/index.ts';
import type { RowLabel, ViewControlAction } from '../protocol/index.ts';
import type { ViewMessage } from '../session/dataflow.ts';
import { SvgRenderer } from '../views/static/svg-renderer.ts';
import { Views } from '../views/views.ts';
import type { Log } from '../wire/log.ts';
import type { Content } from '../wire/message.ts';
import type { Comms } from './comms.ts';
import type { Runs } from './execution.ts';
import type { Publisher } from './publisher.ts';

export interface ViewsServiceOptions {
  readonly runs: Runs;
  readonly publisher: Publisher;
  /** Where the views' last rows outlive a restart. */
  readonly file: string;
  readonly log: Log;
  control(action: ViewControlAction, value: number | undefined): void;
  setParam(name: string, value: number): void;
  labelRow(viewId: string, rowId: string, label: RowLabel | undefined): void;
  resetView(viewId: string): void;
}

/** Joins the live views to the kernel: displays under their cells, comms, and a file for the next life. */
export class ViewsService {
  readonly #options: ViewsServiceOptions;
  readonly #renderer = new SvgRenderer();
  readonly #views: Views;

  constructor(options: ViewsServiceOptions) {
    this.#options = options;
    const { runs, publisher } = options;
    this.#views = new Views({
      publish: (_viewId, cellId, kind, content) => {
        const type = kind === 'display' ? 'display_data' : 'update_display_data';
        publisher.message(type, { ...content } as Content, runs.ofCell(cellId));
      },
      control: (action, _viewId, value) => options.control(action, value),
      setParam: (name, value) => options.setParam(name, value),
      labelRow: (viewId, rowId, label) => options.labelRow(viewId, rowId, label),
      requestReset: (viewId) => options.resetView(viewId),
      renderSvg: (spec) => this.#renderer.render(spec),
    });
    this.#load();
  }

  serve(comms: Comms): void {
    comms.registerTarget(VIEWS_COMM_TARGET, this.#views);
  }

  onSessionMessage(message: ViewMessage): void {
    this.#views.onSessionMessage(message);
  }

  onSessionLost(): void {
    this.#views.onSessionLost();
  }

  /** Brings outputs up to date for frontends without the extension. */
  async settle(): Promise<void> {
    await this.#views.flush();
  }

  async close(): Promise<void> {
    const saved = this.#views.save();
    this.#views.close();
    await this.#renderer.close();
    try {
      await writeFile(`${this.#options.file}.new`, JSON.stringify(saved));
      await rename(`${this.#options.file}.new`, this.#options.file);
    } catch (error) {
      this.#options.log(`the views could not be saved for the next start: ${String(error)}`);
    }
  }

  #load(): void {
    let saved: unknown;
    try {
      saved = JSON.parse(readFileSync(this.#options.file, 'utf8'));
    } catch {
      // The first start of this notebook, or a file cut short: there is nothing to show from before.
      return;
    }
    if (Array.isArray(saved)) this.#views.load(saved as Parameters<Views['load']>[0]);
  }
}
