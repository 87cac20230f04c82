import { Widget } from '@lumino/widgets';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { PARAM_MIME_TYPE, readParam, type ParamState } from '@tidemark/kernel/protocol';
import type { ViewClient } from './view-client.ts';

/** An output that shows a param: a slider and a field for its value, which follow it wherever it is moved. */
export class ParamRenderer extends Widget implements IRenderMime.IRenderer {
  readonly #client: ViewClient;
  readonly #disposed: (renderer: ParamRenderer) => void;
  readonly #name = document.createElement('label');
  readonly #slider = document.createElement('input');
  readonly #field = document.createElement('input');
  readonly #note = document.createElement('span');
  readonly #unfollow: () => void;
  #param: ParamState | undefined;
  /** While somebody drags, what comes from the kernel is what was dragged past. */
  #dragged = false;
  #waiting: number | undefined;

  constructor(client: ViewClient, disposed: (renderer: ParamRenderer) => void) {
    super();
    this.#client = client;
    this.#disposed = disposed;
    this.addClass('tm-param');
    this.#slider.type = 'range';
    this.#field.type = 'number';
    // Keys that move it are no shortcuts of the notebook.
    for (const input of [this.#slider, this.#field]) input.dataset.lmSuppressShortcuts = 'true';
    this.#note.className = 'tm-param-note';
    this.node.append(this.#name, this.#slider, this.#field, this.#note);
    this.#slider.addEventListener('input', () => this.#moved(this.#slider.valueAsNumber));
    this.#slider.addEventListener('change', () => (this.#dragged = false));
    this.#field.addEventListener('change', () => {
      this.#moved(this.#field.valueAsNumber);
      this.#dragged = false;
    });
    this.#unfollow = client.paramsChanged.add(() => this.#show());
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.#param = readParam(model.data[PARAM_MIME_TYPE]);
    this.#show();
    return Promise.resolve();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#unfollow();
    if (this.#waiting !== undefined) cancelAnimationFrame(this.#waiting);
    this.#disposed(this);
    super.dispose();
  }

  #show(): void {
    if (this.#param === undefined || this.#dragged) return;
    const live = this.#client.params.get(this.#param.name);
    const { name, min, max, step, value } = live ?? this.#param;
    this.node.dataset.param = name;
    this.node.dataset.paramValue = String(value);
    this.#name.textContent = name;
    for (const input of [this.#slider, this.#field]) {
      input.min = String(min);
      input.max = String(max);
      input.step = String(step);
      input.value = String(value);
      input.disabled = live === undefined;
      input.title = `${name}, from ${min} to ${max}`;
      input.setAttribute('aria-label', name);
    }
    this.#note.textContent = live === undefined ? 'run its cell to move it' : '';
  }

  /** Says where it was moved, once a frame. */
  #moved(value: number): void {
    if (this.#param === undefined || !Number.isFinite(value)) return;
    this.#dragged = true;
    this.#slider.value = String(value);
    this.#field.value = String(value);
    this.#waiting ??= requestAnimationFrame(() => {
      this.#waiting = undefined;
      if (this.#param !== undefined) this.#client.setParam(this.#param.name, this.#slider.valueAsNumber);
    });
  }
}
