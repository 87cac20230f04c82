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
