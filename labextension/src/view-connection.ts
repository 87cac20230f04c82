import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { ISessionContext } from '@jupyterlab/apputils';
import type { JSONObject } from '@lumino/coreutils';
import {
  ALIVE_INTERVAL,
  VIEWS_COMM_TARGET,
  type ViewEvent,
  type ViewRequest,
} from '@tidemark/kernel/protocol';

export interface ViewConnectionHandlers {
  /** A fresh comm is open; the kernel's list follows. */
  onOpened(): void;
  onEvent(event: ViewEvent): void;
  /** The kernel is starting anew: what its views showed is from before. */
  onRestart(): void;
}

/**
 * The one comm between a notebook and its kernel's views. Opens it whenever there is a Tidemark kernel to talk to:
 * after a reload, a reconnect, a restart, a change of kernel.
 */
export class ViewConnection {
  readonly #context: ISessionContext;
  readonly #handlers: ViewConnectionHandlers;
  readonly #timer: number;
  #comm: Kernel.IComm | undefined;
  #opening = false;
  #disposed = false;

  constructor(context: ISessionContext, handlers: ViewConnectionHandlers) {
    this.#context = context;
    this.#handlers = handlers;
    context.kernelChanged.connect(this.#onKernelChanged, this);
    context.statusChanged.connect(this.#onStatusChanged, this);
    context.connectionStatusChanged.connect(this.#onConnectionChanged, this);
    this.#timer = window.setInterval(() => this.send({ type: 'alive' }), ALIVE_INTERVAL);
    // A page that goes without a word is fed for another minute.
    window.addEventListener('pagehide', this.#leave);
    void this.#open();
  }

  send(request: ViewRequest): boolean {
    if (this.#comm === undefined || this.#comm.isDisposed || !this.#connected()) return false;
    this.#comm.send({ ...request } as unknown as JSONObject);
    return true;
  }

  dispose(): void {
    this.#disposed = true;
    window.clearInterval(this.#timer);
    window.removeEventListener('pagehide', this.#leave);
    this.#context.kernelChanged.disconnect(this.#onKernelChanged, this);
    this.#context.statusChanged.disconnect(this.#onStatusChanged, this);
    this.#context.connectionStatusChanged.disconnect(this.#onConnectionChanged, this);
    this.#leave();
  }

  readonly #leave = (): void => {
    const comm = this.#comm;
    this.#comm = undefined;
    if (comm !== undefined && !comm.isDisposed && this.#connected()) comm.close();
  };

  #onKernelChanged(): void {
    this.#comm = undefined;
    void this.#open();
  }

  #onStatusChanged(_: ISessionContext, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this.#comm = undefined;
      this.#handlers.onRestart();
    } else if (status === 'idle' || status === 'busy') void this.#open();
  }

  #onConnectionChanged(_: ISessionContext, status: Kernel.ConnectionStatus): void {
    if (status === 'connected') void this.#open();
    // Messages sent while the connection was down are lost; a new comm starts from the whole.
    else this.#comm = undefined;
  }

  #connected(): boolean {
    return this.#context.session?.kernel?.connectionStatus === 'connected';
  }

  async #open(): Promise<void> {
    const kernel = this.#context.session?.kernel;
    if (this.#opening || !kernel || !this.#connected()) return;
    if (this.#comm !== undefined && !this.#comm.isDisposed) return;
    this.#opening = true;
    try {
      // A kernel that goes away before it has answered is no news: the next one will be heard of.
      const info = await kernel.info.catch(() => undefined);
      if (this.#disposed || info?.implementation !== 'tidemark' || !kernel.handleComms) return;
      if (kernel !== this.#context.session?.kernel || kernel.isDisposed) return;
      const comm = kernel.createComm(VIEWS_COMM_TARGET);
      comm.onMsg = (message) => this.#onMessage(comm, message);
      comm.onClose = () => {
        if (this.#comm === comm) this.#comm = undefined;
      };
      this.#comm = comm;
      comm.open();
      this.#handlers.onOpened();
    } finally {
      this.#opening = false;
    }
  }

  #onMessage(comm: Kernel.IComm, message: KernelMessage.ICommMsgMsg): void {
    // Checked at the kernel's end, which is of the same version: it serves this extension.
    if (comm === this.#comm) this.#handlers.onEvent(message.content.data as unknown as ViewEvent);
  }
}
