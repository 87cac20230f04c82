import { viewOutput } from '../protocol/index.ts';
import type { ViewMessage } from '../session/dataflow.ts';
import type { FromSession, ShownError } from '../session/ipc.ts';
import { LiveView } from '../views/live-view.ts';

/** Where a job writes to. */
export interface JobStreams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/**
 * What cells say, as text: prints at once, displayed values as they come, and each view with the rows it ends with. Errors
 * go to stderr.
 */
export class JobOutput {
  readonly #streams: JobStreams;
  readonly #views = new Map<string, LiveView>();
  readonly #mapStack: (text: string) => string;
  #failed = false;

  constructor(streams: JobStreams, mapStack: (text: string) => string) {
    this.#streams = streams;
    this.#mapStack = mapStack;
  }

  /** A cell or a stream has failed. */
  get failed(): boolean {
    return this.#failed;
  }

  readonly receive = (message: FromSession): void => {
    switch (message.type) {
      case 'output':
        for (const { name, text } of message.chunks) this.#streams[name].write(this.#mapStack(text));
        return;
      case 'result':
      case 'display': {
        const text = message.shown.data['text/plain'];
        // A notice that goes leaves nothing.
        if (typeof text === 'string' && text !== '') this.#streams.stdout.write(`${text}\n`);
        return;
      }
      case 'done':
        if (message.error) this.error(message.error);
        return;
      case 'view':
        return this.#view(message.message);
      default:
        // What asks a frontend for something has nobody to ask.
        return;
    }
  };

  error({ ename, evalue, traceback }: ShownError): void {
    this.#failed = true;
    const text = traceback.length > 0 ? traceback.join('\n') : `${ename}: ${evalue}`;
    this.#streams.stderr.write(`${this.#mapStack(text)}\n`);
  }

  failure(text: string): void {
    this.#failed = true;
    this.#streams.stderr.write(`${text}\n`);
  }

  /** The rows that views have in the end. */
  writeViews(): void {
    for (const view of this.#views.values()) {
      const text = viewOutput(view)['text/plain'];
      if (typeof text === 'string') this.#streams.stdout.write(`\n${text}\n`);
    }
  }

  #view(message: ViewMessage): void {
    if (message.type === 'view-open') this.#views.set(message.view.viewId, new LiveView(message.view));
    if (message.type === 'view-delta') this.#views.get(message.delta.viewId)?.apply(message.delta);
    if (message.type === 'view-close') this.#views.delete(message.viewId);
    if (message.type === 'view-status' && message.failure && message.status !== 'failed') {
      this.#streams.stderr.write(`${message.failure.message}\n`);
    }
    if (message.type === 'view-status' && message.failure && message.status === 'failed') {
      const { name, message: said, details } = message.failure;
      this.failure([`${name}: ${said}`, ...details.map((line) => this.#mapStack(`    ${line}`))].join('\n'));
    }
  }
}
