import { viewCounts, type ViewStatusName } from '@tidemark/kernel/protocol';
import type { ViewMirror } from './view-mirror.ts';

const STATUS_TEXT: Readonly<Record<ViewStatusName, string>> = {
  running: 'running',
  'catching-up': 'catching up',
  paused: 'paused',
  finished: 'finished',
  failed: 'failed',
  waiting: 'waiting for its cell to run again',
  stopped: 'stopped',
  'before-restart': 'before restart',
};

/** The line above a view: its title, how it stands, what it has counted, and the button that pauses it. */
export class ViewHeader {
  readonly node = document.createElement('div');
  readonly #title = part('span', 'tm-title');
  readonly #status = part('span', 'tm-status');
  readonly #counts = part('span', 'tm-counts');
  readonly #button = part('button', 'tm-button');
  #action: 'pause' | 'resume' | undefined;

  constructor(control: (action: 'pause' | 'resume') => void) {
    this.node.className = 'tm-header';
    this.node.append(this.#title, this.#status, this.#counts, this.#button);
    this.#button.addEventListener('click', () => {
      if (this.#action !== undefined) control(this.#action);
    });
  }

  show(mirror: ViewMirror): void {
    const { status, progress, description } = mirror;
    setText(this.#title, description.title);
    this.#title.title = description.title;
    setText(this.#status, STATUS_TEXT[status]);
    this.#action =
      status === 'paused' ? 'resume' : status === 'running' || status === 'catching-up' ? 'pause' : undefined;
    this.#button.hidden = this.#action === undefined;
    setText(this.#button, this.#action === 'resume' ? 'Resume' : 'Pause');
    this.#button.title = this.#action === 'resume' ? 'Let all streams run on' : 'Pause all streams';
    setText(this.#counts, viewCounts(description, progress, mirror.rowCount).join(' · '));
  }

  /** For an output that no kernel knows: what was saved with the notebook. */
  showSaved(title: string): void {
    setText(this.#title, title);
    setText(this.#status, 'as saved; run its cell to see it live');
    this.#button.hidden = true;
    this.#action = undefined;
  }
}

function part<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
): HTMLElementTagNameMap[Name] {
  const node = document.createElement(name);
  node.className = className;
  return node;
}

function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
