import type { Result, VisualizationSpec } from 'vega-embed';
import {
  chartStatus,
  isJsonObject,
  type Json,
  type JsonObject,
  type ViewDelta,
  type ViewRow,
} from '@tidemark/kernel/protocol';
import type { ViewMirror } from './view-mirror.ts';

/** Room in px for what surrounds the plot (axes, legend, the watermark's label). */
const SURROUNDINGS = 70;

/** Below this many px a legend stands under its chart, not beside it. */
const NARROW = 420;
/** A chart is no narrower; its place is scrolled. */
const LEAST_WIDTH = 240;

const VEGA_ERRORS_ONLY = 1;

type VegaEmbed = typeof import('vega-embed');

/** Changes of the rows since the chart was last drawn. */
interface PendingChanges {
  reset: boolean;
  readonly upsert: Map<string, ViewRow>;
  readonly remove: Set<string>;
}

/**
 * A view's chart: one embedded Vega view, changed in place as rows come. It is built once its place in the page has a
 * width, and built again only for another spec.
 */
export class LiveChart {
  readonly #node: HTMLElement;
  readonly #mirror: ViewMirror;
  readonly #onDrawn: (version: number) => void;
  readonly #onEmbedded: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #onRow: (row: ViewRow, at: { readonly x: number; readonly y: number }) => void;
  readonly #resize: ResizeObserver;
  #library: VegaEmbed | undefined;
  #embedded: Result | undefined;
  #embeddedSpec: Json | undefined;
  #width = 0;
  #drawnWidth = 0;
  #drawnNarrow = false;
  #pending: PendingChanges = everything();
  /** True while Vega works or a frame is awaited: what comes meanwhile waits in `#pending`. */
  #busy = false;
  #stale = true;
  #disposed = false;

  constructor(
    node: HTMLElement,
    mirror: ViewMirror,
    on: {
      readonly drawn: (version: number) => void;
      readonly embedded: () => void;
      readonly error: (error: unknown) => void;
      /** The mark of a row was clicked, at this place of the window. */
      readonly row: (row: ViewRow, at: { readonly x: number; readonly y: number }) => void;
    },
  ) {
    this.#node = node;
    this.#mirror = mirror;
    this.#onDrawn = on.drawn;
    this.#onEmbedded = on.embedded;
    this.#onError = on.error;
    this.#onRow = on.row;
    this.#resize = new ResizeObserver(() => this.#measure());
    this.#resize.observe(node);
    this.#measure();
  }

  change(delta: ViewDelta | undefined): void {
    if (delta?.reset === true) this.#pending = everything();
    else if (delta !== undefined && !this.#pending.reset) {
      for (const id of delta.remove) {
        this.#pending.upsert.delete(id);
        this.#pending.remove.add(id);
      }
      for (const row of delta.upsert) {
        this.#pending.upsert.set(row._id, row);
        this.#pending.remove.add(row._id);
      }
    }
    this.#stale = true;
    this.#draw();
  }

  /** The chart as it stands, drawn for white paper. */
  svg(): string | undefined {
    const drawn = this.#node.querySelector('svg.marks');
    if (drawn === null) return undefined;
    const copy = drawn.cloneNode(true) as SVGElement;
    // Ink for everything that is drawn in `currentColor`, and paper under it.
    copy.setAttribute('color', '#3d4451');
    const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    paper.setAttribute('width', '100%');
    paper.setAttribute('height', '100%');
    paper.setAttribute('fill', 'white');
    copy.prepend(paper);
    return new XMLSerializer().serializeToString(copy);
  }

  dispose(): void {
    this.#disposed = true;
    this.#resize.disconnect();
    this.#embedded?.finalize();
    this.#embedded = undefined;
    this.#node.replaceChildren();
  }

  #measure(): void {
    const room = Math.floor(this.#node.clientWidth);
    const width = Math.max(room, LEAST_WIDTH);
    if (room === 0 || width === this.#width) return;
    this.#width = width;
    this.#stale = true;
    this.#draw();
  }

  #draw(): void {
    if (this.#busy || this.#disposed || !this.#stale || this.#width === 0) return;
    // Nothing to lay out axes by: what is there stays, hidden, until there are rows again. Between here and Vega's
    // taking the rows nothing may be awaited, or they may be gone by then.
    if (this.#mirror.rowCount === 0) return;
    this.#busy = true;
    const library = this.#library;
    const work = library === undefined ? this.#load() : this.#drawWith(library);
    work
      .catch(this.#onError)
      .then(nextFrame)
      .finally(() => {
        this.#busy = false;
        this.#draw();
      });
  }

  /** With the first chart: JupyterLab shares the one it has. */
  async #load(): Promise<void> {
    this.#stale = false;
    this.#library = await import('vega-embed');
    this.#stale = true;
  }

  async #drawWith(library: VegaEmbed): Promise<void> {
    this.#stale = false;
    const { version, description } = this.#mirror;
    const narrow = this.#width < NARROW;
    const known = sameJson(description.spec, this.#embeddedSpec) && narrow === this.#drawnNarrow;
    this.#drawnNarrow = narrow;
    await (known ? this.#update(library) : this.#embed(library, description.spec));
    if (!this.#disposed) this.#onDrawn(version);
  }

  async #embed({ default: embed }: VegaEmbed, spec: Json | undefined): Promise<void> {
    this.#embeddedSpec = spec;
    this.#embedded?.finalize();
    this.#embedded = undefined;
    if (!isJsonObject(spec)) return;
    this.#pending = nothing();
    this.#drawnWidth = this.#width;
    const result = await embed(this.#node, this.#fitted(spec), {
      mode: 'vega-lite',
      renderer: 'svg',
      // Vega warns at every change of a layer that has no rows, as that of late records mostly has.
      logLevel: VEGA_ERRORS_ONLY,
      // Styled by our own sheet, which follows the theme.
      tooltip: { id: 'tm-tooltip', disableDefaultStyle: true, offsetX: 12, offsetY: 12 },
      actions: { export: true, source: false, compiled: false, editor: false },
    });
    if (this.#disposed) {
      result.finalize();
      return;
    }
    this.#embedded = result;
    result.view.addEventListener('click', (event, item) => this.#onClick(event, item?.datum));
    this.#onEmbedded();
  }

  async #update({ vega }: VegaEmbed): Promise<void> {
    const view = this.#embedded?.view;
    if (view === undefined) return;
    const { reset, upsert, remove } = this.#pending;
    this.#pending = nothing();
    const rows = (reset ? this.#mirror.rows() : [...upsert.values()]).map(copied);
    const changes = vega
      .changeset()
      .remove(reset ? () => true : (row: unknown) => remove.has((row as ViewRow)._id))
      .insert(rows);
    const status = vega
      .changeset()
      .remove(() => true)
      .insert([this.#status()]);
    // A spec of the user's own may use either of them, or neither.
    if (this.#hasData('rows')) view.change('rows', changes);
    if (this.#hasData('status')) view.change('status', status);
    if (this.#drawnWidth !== this.#width) view.width(this.#width);
    this.#drawnWidth = this.#width;
    await view.runAsync();
  }

  /** @param datum what the mark was made of; of a line, and of marks that count rows together, that is no row */
  #onClick(event: unknown, datum: unknown): void {
    const id: unknown = typeof datum === 'object' && datum !== null ? Reflect.get(datum, '_id') : undefined;
    const row = typeof id === 'string' ? this.#mirror.row(id) : undefined;
    if (row !== undefined && event instanceof MouseEvent)
      this.#onRow(row, { x: event.clientX, y: event.clientY });
  }

  #status(): JsonObject {
    return chartStatus(this.#mirror.progress, this.#mirror.rowCount === 0);
  }

  #hasData(name: string): boolean {
    return this.#embedded?.vgSpec.data?.some((data) => data.name === name) ?? false;
  }

  /** The spec as wide as its place, and as high as it says with what surrounds the plot. */
  #fitted(spec: { readonly [name: string]: Json }): VisualizationSpec {
    const height = typeof spec.height === 'number' ? spec.height + SURROUNDINGS : 290;
    const fitted = {
      ...(this.#drawnNarrow ? withLegendBelow(spec) : spec),
      width: this.#width,
      height,
      // Labels grow with the numbers: the room for the axes is measured anew at every change.
      autosize: { type: 'fit', contains: 'padding', resize: true },
      // What is there already is in the first picture: Vega cannot lay out axes that have no extent.
      datasets: { rows: this.#mirror.rows().map(copied), status: [this.#status()] },
    };
    return fitted as unknown as VisualizationSpec;
  }
}

function withLegendBelow(spec: { readonly [name: string]: Json }): { readonly [name: string]: Json } {
  const config = isJsonObject(spec.config) ? spec.config : {};
  const legend = isJsonObject(config.legend) ? config.legend : {};
  return { ...spec, config: { ...config, legend: { ...legend, orient: 'bottom', columns: 2 } } };
}

function nothing(): PendingChanges {
  return { reset: false, upsert: new Map(), remove: new Set() };
}

function everything(): PendingChanges {
  return { reset: true, upsert: new Map(), remove: new Set() };
}

/** Vega keeps the objects that it is given, and marks them. */
function copied(row: ViewRow): ViewRow {
  return { ...row };
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => resolve());
  });
}

function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
