import { randomUUID } from 'node:crypto';
import { currentCell, inCell } from './cell-context.ts';
import type { CellContext } from './cell-context.ts';
import { userCall } from './host-section.ts';
import type { FromSession, ToSession } from './ipc.ts';
import { flushOutput } from './output.ts';
import { postToKernel } from './outbox.ts';

type Data = Record<string, unknown>;
type MessageListener = (data: Data, buffers: readonly Uint8Array[]) => void;
type CommEvent = Extract<ToSession, { type: 'comm' }>;
type CommPost = Extract<FromSession, { type: 'comm' }>;

/** One comm of user code. */
export interface UserComm {
  readonly id: string;
  readonly target: string;
  send(data: Data, metadata?: Data, buffers?: readonly Uint8Array[]): void;
  close(data?: Data): void;
  /** Called with each message from the frontend; replaces an earlier listener. */
  onMessage(listener: MessageListener): UserComm;
  onClose(listener: (data: Data) => void): UserComm;
}

export type CommHandler = (comm: UserComm, data: Data, buffers: readonly Uint8Array[]) => void;

class SessionComm implements UserComm {
  readonly id: string;
  readonly target: string;
  /** The cell that comm's listeners belong to. */
  readonly cell: CellContext = currentCell();
  message: MessageListener | undefined;
  closed: ((data: Data) => void) | undefined;

  constructor(id: string, target: string) {
    this.id = id;
    this.target = target;
  }

  send(data: Data, metadata: Data = {}, buffers: readonly Uint8Array[] = []): void {
    post({ kind: 'msg', id: this.id, data, metadata, buffers });
  }

  close(data: Data = {}): void {
    if (open.delete(this.id)) post({ kind: 'close', id: this.id, data, metadata: {}, buffers: [] });
  }

  onMessage(listener: MessageListener): this {
    this.message = listener;
    return this;
  }

  onClose(listener: (data: Data) => void): this {
    this.closed = listener;
    return this;
  }
}

const open = new Map<string, SessionComm>();
const handlers = new Map<string, { handler: CommHandler; cell: CellContext }>();

/** `comms` of a notebook. */
export const comms = {
  /** Opens a comm to the frontend. */
  open(target: string, data: Data = {}, metadata: Data = {}, buffers: readonly Uint8Array[] = []): UserComm {
    const comm = new SessionComm(randomUUID(), target);
    open.set(comm.id, comm);
    post({ kind: 'open', id: comm.id, target, data, metadata, buffers });
    return comm;
  },
  /** Serves comms that the frontend opens with this target name; a later handler replaces an earlier one. */
  register(target: string, handler: CommHandler): void {
    handlers.set(target, { handler, cell: currentCell() });
  },
};

/** A comm message from the frontend. */
export function onCommEvent(event: CommEvent): void {
  if (event.kind === 'open') return onOpen(event);
  const comm = open.get(event.id);
  if (!comm) return;
  inListener(comm.cell, () => {
    if (event.kind === 'msg') return comm.message?.(event.data, event.buffers);
    open.delete(event.id);
    comm.closed?.(event.data);
  });
}

function onOpen(event: CommEvent): void {
  const target = event.target ?? '';
  const registered = handlers.get(target);
  if (!registered) return post({ kind: 'close', id: event.id, data: {}, metadata: {}, buffers: [] });
  inListener(registered.cell, () => {
    const comm = new SessionComm(event.id, target);
    open.set(comm.id, comm);
    registered.handler(comm, event.data, event.buffers);
  });
}

/** Listeners are callbacks like timers: output and errors go under the cell that made them. */
function inListener(cell: CellContext, work: () => void): void {
  inCell(cell, () => {
    setImmediate(work);
  });
}

function post(message: Omit<CommPost, 'type' | 'run'>): void {
  userCall(() => {
    flushOutput();
    postToKernel({ type: 'comm', run: currentCell().run, ...message });
  });
}
