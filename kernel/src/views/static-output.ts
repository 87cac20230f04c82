import type { LiveView } from './live-view.ts';
import { pictureSpec, viewBundle, type DisplayContent } from './view-bundle.ts';
import type { ViewClock } from './view-clock.ts';

/** Least time in ms between two updates of one view's output. */
const LEAST_GAP = 2000;

export interface StaticOutputHost {
  readonly clock: ViewClock;
  /** Draws a Vega-Lite spec; `undefined` when it cannot be drawn. */
  renderSvg(spec: unknown): Promise<string | undefined>;
  update(view: LiveView, content: DisplayContent): void;
}

interface Pending {
  lastPublished: number;
  cancel?: () => void;
  publishing?: Promise<void>;
  again: boolean;
}

/** Keeps the outputs of frontends that have no extension up to date: complete bundles, every 2 s at most. */
export class StaticOutput {
  readonly #host: StaticOutputHost;
  readonly #pending = new Map<LiveView, Pending>();

  constructor(host: StaticOutputHost) {
    this.#host = host;
  }

  /** The view has changed; `final` when nothing more is to be expected soon. */
  changed(view: LiveView, final: boolean): void {
    const pending = this.#of(view);
    if (pending.publishing !== undefined) {
      pending.again = true;
      return;
    }
    if (final) {
      this.#publish(view, pending);
      return;
    }
    if (pending.cancel !== undefined) return;
    const delay = Math.max(0, pending.lastPublished + LEAST_GAP - this.#host.clock.now());
    pending.cancel = this.#host.clock.after(delay, () => this.#publish(view, pending));
  }

  /** Publishes now whatever waits for its time, and resolves when it is out. */
  async flush(): Promise<void> {
    // What was being drawn may be old already: then it is drawn once more.
    for (let round = 0; round < 2; round++) {
      for (const [view, pending] of this.#pending) {
        if (pending.cancel !== undefined) this.#publish(view, pending);
      }
      await Promise.all([...this.#pending.values()].map((pending) => pending.publishing));
    }
  }

  forget(view: LiveView): void {
    this.#pending.get(view)?.cancel?.();
    this.#pending.delete(view);
  }

  stop(): void {
    for (const view of [...this.#pending.keys()]) this.forget(view);
  }

  #of(view: LiveView): Pending {
    let pending = this.#pending.get(view);
    if (pending === undefined) {
      pending = { lastPublished: this.#host.clock.now(), again: false };
      this.#pending.set(view, pending);
    }
    return pending;
  }

  #publish(view: LiveView, pending: Pending): void {
    pending.cancel?.();
    pending.cancel = undefined;
    const spec = pictureSpec(view);
    const picture = spec === undefined ? Promise.resolve(undefined) : this.#host.renderSvg(spec);
    pending.publishing = picture.then((svg) => {
      pending.publishing = undefined;
      pending.lastPublished = this.#host.clock.now();
      if (this.#pending.get(view) !== pending) return;
      this.#host.update(view, viewBundle(view, svg));
      if (!pending.again) return;
      pending.again = false;
      this.changed(view, false);
    });
  }
}
