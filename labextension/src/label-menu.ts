import { ROW_LABELS, type RowLabel, type ViewRow } from '@tidemark/kernel/protocol';
import { rowText } from './live-table.ts';

/** What stands on the buttons. */
const SAYS: Readonly<Record<RowLabel, string>> = { anomaly: 'Anomaly', 'false alarm': 'False alarm' };

/** Distance in px from what was clicked, and from the edge of the page. */
const GAP = 6;

/**
 * Asks what a row is, beside the place that was clicked: an anomaly, a false alarm, or nothing any more. There is one at
 * a time; Escape or a click elsewhere leaves it.
 */
export class LabelMenu {
  readonly #node = document.createElement('div');
  readonly #end = new AbortController();
  readonly #before: Element | null = document.activeElement;

  /**
   * @param at where it was asked for, in px of the window
   * @param said called with what was chosen; `undefined` takes back what was said
   */
  constructor(
    row: ViewRow,
    at: { readonly x: number; readonly y: number },
    said: (label: RowLabel | undefined) => void,
  ) {
    const node = this.#node;
    node.className = 'tm-label-menu';
    node.setAttribute('role', 'menu');
    node.setAttribute('aria-label', 'What is this row?');
    // Keys in it are no shortcuts of the notebook.
    node.dataset.lmSuppressShortcuts = 'true';
    const about = document.createElement('div');
    about.className = 'tm-label-about';
    about.textContent = rowText(row);
    const choose = (label: RowLabel | undefined): void => {
      this.close();
      said(label);
    };
    const buttons = ROW_LABELS.map((label) =>
      menuItem(SAYS[label], row._label === label, () => choose(label)),
    );
    const clear = menuItem('Clear', false, () => choose(undefined));
    clear.disabled = row._label === undefined;
    node.append(about, ...buttons, clear);
    document.body.append(node);
    place(node, at);
    buttons[0]?.focus();

    const { signal } = this.#end;
    node.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    const elsewhere = (event: Event): void => {
      if (!node.contains(event.target as Node)) this.close();
    };
    // The click that opened it is still on its way.
    setTimeout(() => {
      if (!signal.aborted) document.addEventListener('pointerdown', elsewhere, { signal, capture: true });
    });
    // Its user's scrolling: a table that follows its newest row scrolls by itself, and the menu stays.
    window.addEventListener('wheel', elsewhere, { signal, capture: true, passive: true });
  }

  close(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    this.#node.remove();
    if (this.#before instanceof HTMLElement && this.#before.isConnected) this.#before.focus();
  }

  #onKey(event: KeyboardEvent): void {
    const buttons = [...this.#node.querySelectorAll<HTMLButtonElement>('button:enabled')];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === 'Escape') this.close();
    else if (step !== undefined) buttons.at((at + step) % buttons.length)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function menuItem(text: string, chosen: boolean, act: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.className = 'tm-button';
  button.textContent = text;
  button.setAttribute('role', 'menuitemradio');
  button.setAttribute('aria-checked', String(chosen));
  button.addEventListener('click', act);
  return button;
}

/** Beside the place, and inside of the window. */
function place(node: HTMLElement, { x, y }: { readonly x: number; readonly y: number }): void {
  const { width, height } = node.getBoundingClientRect();
  node.style.left = `${Math.max(GAP, Math.min(x + GAP, window.innerWidth - width - GAP))}px`;
  node.style.top = `${Math.max(GAP, Math.min(y + GAP, window.innerHeight - height - GAP))}px`;
}
