import { Widget } from '@lumino/widgets';
import type { ClockState, ViewControlAction } from '@tidemark/kernel/protocol';
import type { ViewClient } from './view-client.ts';

const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 100];

/** Drawn on 16 by 16, in the colour of the text. */
const ICONS = {
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  resume: 'M4 2.5v11L13 8z',
  step: 'M3 3v10l6-5zM10.5 3h2v10h-2z',
  back: 'M13 3v10L7 8zM3.5 3h2v10h-2z',
  watermark: 'M1.5 3v10l5-5zM6.5 3v10l5-5zM12.5 3H14v10h-1.5z',
} as const;

/**
 * The clock of a notebook's streams, in its toolbar: pause, a step back, a step on, to the next watermark, the pace, and
 * back to before a cell. It is there while the notebook has a Tidemark kernel.
 */
export class ClockToolbar extends Widget {
  readonly #client: ViewClient;
  readonly #count = document.createElement('span');
  readonly #pace = document.createElement('select');
  readonly #rewind = document.createElement('select');
  readonly #toggle: HTMLButtonElement;
  readonly #unfollow: () => void;

  constructor(client: ViewClient) {
    super();
    this.#client = client;
    this.addClass('tm-clock');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', 'Time of the streams');
    this.#toggle = this.#button('pause', 'Pause all streams');
    this.#count.className = 'tm-clock-count';
    this.#pace.title = "Pace of the streams' clock";
    this.#rewind.title = 'Take the streams back to before a cell ran; variables stay';
    this.#pace.addEventListener('change', () => this.#do('speed', Number(this.#pace.value)));
    this.#rewind.addEventListener('change', () => {
      const [action, value] = this.#rewind.value.split(' ');
      this.#rewind.value = '';
      if (action === 'rewind' || action === 'restore') this.#do(action, Number(value));
    });
    this.node.append(
      this.#button('back', 'One record back; pauses the streams'),
      this.#toggle,
      this.#button('step', 'One record on; pauses the streams'),
      this.#button('watermark', 'On to the next watermark; pauses the streams'),
      this.#pace,
      this.#rewind,
      this.#count,
    );
    this.#unfollow = client.clockChanged.add(() => this.#show());
    this.#show();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#unfollow();
    super.dispose();
  }

  #show(): void {
    const { clock } = this.#client;
    this.node.hidden = clock === undefined;
    if (clock === undefined) return;
    this.node.dataset.clock = clock.paused ? 'paused' : 'running';
    this.node.dataset.records = String(clock.records);
    const action = clock.paused ? 'resume' : 'pause';
    if (this.#toggle.dataset.action !== action) {
      setIcon(this.#toggle, action);
      this.#toggle.title = clock.paused ? 'Let all streams run on' : 'Pause all streams';
    }
    this.#count.textContent = `${clock.records.toLocaleString('en')} records${clock.paused ? ', paused' : ''}`;
    setOptions(this.#pace, paces(clock), String(clock.speed));
    const cells: (readonly [string, string])[] = [...clock.rewindable]
      .reverse()
      .map((cell) => [`rewind ${cell}`, `Before [${cell}]`] as const);
    const { offered } = clock;
    if (offered) cells.push([`restore ${offered.id}`, `${offered.after}, before the restart`]);
    setOptions(this.#rewind, [['', 'Rewind'], ...cells], '');
    this.#rewind.disabled = cells.length === 0;
  }

  #button(action: keyof typeof ICONS, title: string): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.title = title;
    setIcon(button, action);
    button.addEventListener('click', () => this.#do(button.dataset.action as ViewControlAction));
    return button;
  }

  #do(action: ViewControlAction, value?: number): void {
    this.#client.control(action, value);
  }
}

function paces({ speed }: ClockState): (readonly [string, string])[] {
  const offered = SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed].sort((a, b) => a - b);
  return offered.map((pace) => [String(pace), `${pace}×`] as const);
}

function setIcon(button: HTMLButtonElement, action: keyof typeof ICONS): void {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[action]);
  svg.append(path);
  button.dataset.action = action;
  button.replaceChildren(svg);
}

/** An open list is left alone as long as it says the same. */
function setOptions(
  select: HTMLSelectElement,
  options: readonly (readonly [string, string])[],
  value: string,
): void {
  const text = JSON.stringify(options);
  if (select.dataset.options !== text) {
    select.dataset.options = text;
    select.replaceChildren(...options.map(([name, label]) => new Option(label, name)));
  }
  if (select.value !== value && document.activeElement !== select) select.value = value;
}
