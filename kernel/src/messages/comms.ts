import { randomUUID } from 'node:crypto';
import type { Content, ParentHeader, WireMessage } from '../wire/message.ts';
import type { FromSession, ToSession } from '../session/ipc.ts';

/** One open comm, kernel side. */
export interface KernelComm {
  readonly id: string;
  readonly target: string;
  send(
    data: Record<string, unknown>,
    metadata?: Record<string, unknown>,
    buffers?: readonly Uint8Array[],
  ): void;
  close(data?: Record<string, unknown>): void;
}

/** Serves the comms that a frontend opens with one target name. */
export interface CommTarget {
  onOpen(comm: KernelComm, data: Record<string, unknown>): void;
  onMessage(comm: KernelComm, data: Record<string, unknown>, buffers?: readonly Uint8Array[]): void;
  onClose(comm: KernelComm, data?: Record<string, unknown>): void;
}

export interface CommsHost {
  publish(
    type: string,
    content: Content,
    parent: ParentHeader,
    metadata?: Content,
    buffers?: readonly Uint8Array[],
  ): void;
  toSession(message: ToSession): void;
}

type SessionComm = Extract<FromSession, { type: 'comm' }>;

/** All open comms: those the kernel process serves, and those of user code in the session process. */
export class Comms {
  readonly #host: CommsHost;
  readonly #targets = new Map<string, CommTarget>();
  readonly #kernel = new Map<string, { comm: KernelComm; served: CommTarget }>();
  /** Target names of comms of user code, by comm id. */
  readonly #session = new Map<string, string>();

  constructor(host: CommsHost) {
    this.#host = host;
  }

  registerTarget(name: string, target: CommTarget): void {
    this.#targets.set(name, target);
  }

  /** Opens a comm from the kernel process. */
  open(target: string, served: CommTarget, data: Record<string, unknown> = {}): KernelComm {
    const comm = this.#comm(randomUUID(), target);
    this.#kernel.set(comm.id, { comm, served });
    this.#host.publish('comm_open', { comm_id: comm.id, target_name: target, data }, {});
    return comm;
  }

  /** Content of `comm_info_reply`. */
  info(target: unknown): Content {
    const open = [
      ...[...this.#kernel.values()].map(({ comm }) => [comm.id, comm.target] as const),
      ...this.#session,
    ].filter(([, name]) => typeof target !== 'string' || target === '' || name === target);
    const comms = Object.fromEntries(open.map(([id, name]) => [id, { target_name: name }]));
    return { status: 'ok', comms };
  }

  onOpen(message: WireMessage): void {
    const { id, data } = parts(message);
    const target = String(message.content['target_name'] ?? '');
    const served = this.#targets.get(target);
    if (!served) {
      // The session knows whether user code has registered the target; it closes the comm if not.
      this.#session.set(id, target);
      this.#host.toSession({ type: 'comm', kind: 'open', id, target, data, buffers: message.buffers });
      return;
    }
    const comm = this.#comm(id, target);
    this.#kernel.set(id, { comm, served });
    served.onOpen(comm, data);
  }

  onMessage(message: WireMessage): void {
    const { id, data } = parts(message);
    const kernel = this.#kernel.get(id);
    if (kernel) return kernel.served.onMessage(kernel.comm, data, message.buffers);
    if (this.#session.has(id))
      this.#host.toSession({ type: 'comm', kind: 'msg', id, data, buffers: message.buffers });
  }

  onClose(message: WireMessage): void {
    const { id, data } = parts(message);
    const kernel = this.#kernel.get(id);
    if (kernel) {
      this.#kernel.delete(id);
      return kernel.served.onClose(kernel.comm, data);
    }
    if (this.#session.delete(id))
      this.#host.toSession({ type: 'comm', kind: 'close', id, data, buffers: message.buffers });
  }

  /** What user code says on its comms; `publish` keeps it in order with the rest of the cell's output. */
  onSession(message: SessionComm, parent: ParentHeader, publish: CommsHost['publish']): void {
    const { kind, id, data, metadata, buffers } = message;
    if (kind === 'open') this.#session.set(id, message.target ?? '');
    else if (!this.#session.has(id)) return;
    if (kind === 'close') this.#session.delete(id);
    const content: Content = { comm_id: id, data };
    if (kind === 'open') content['target_name'] = message.target;
    publish(`comm_${kind}`, content, parent, metadata, buffers);
  }

  /** The session process is gone, and its comms with it. */
  onSessionLost(): void {
    for (const id of this.#session.keys()) this.#host.publish('comm_close', { comm_id: id, data: {} }, {});
    this.#session.clear();
  }

  #comm(id: string, target: string): KernelComm {
    return {
      id,
      target,
      send: (data, metadata, buffers) => {
        if (this.#kernel.has(id))
          this.#host.publish('comm_msg', { comm_id: id, data }, {}, metadata, buffers);
      },
      close: (data = {}) => {
        if (this.#kernel.delete(id)) this.#host.publish('comm_close', { comm_id: id, data }, {});
      },
    };
  }
}

function parts({ content }: WireMessage): { id: string; data: Record<string, unknown> } {
  const data = content['data'];
  return {
    id: String(content['comm_id'] ?? ''),
    data: typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {},
  };
}
