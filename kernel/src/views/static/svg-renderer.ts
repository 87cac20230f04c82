import { Worker } from 'node:worker_threads';

interface Reply {
  readonly id: number;
  readonly svg?: string;
  readonly error?: string;
}

/** Draws charts in a worker thread that is started with the first of them; a chart that cannot be drawn is `undefined`. */
export class SvgRenderer {
  readonly #waiting = new Map<number, (svg: string | undefined) => void>();
  #worker: Worker | undefined;
  #lastId = 0;

  render(spec: unknown): Promise<string | undefined> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      const worker = (this.#worker ??= this.#start());
      worker.ref();
      worker.postMessage({ id, spec });
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#giveUp();
    await worker?.terminate();
  }

  #start(): Worker {
    // The sources run as they are in tests, the emitted files when installed.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./render-worker.${extension}`, import.meta.url));
    worker.on('message', (reply: Reply) => {
      this.#waiting.get(reply.id)?.(reply.svg);
      this.#waiting.delete(reply.id);
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on('error', () => this.#giveUp());
    return worker;
  }

  #giveUp(): void {
    this.#worker = undefined;
    for (const resolve of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
  }
}
