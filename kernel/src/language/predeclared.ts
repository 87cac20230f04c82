/**
 * What every cell finds declared, as a module of the program. Written against the public types of `tidemark`; the
 * values are put on the session's global object, whose own types stay out of cells.
 */
export const predeclaredTypes = `
import type * as tidemark from 'tidemark';

type Data = Record<string, unknown>;
export interface DisplayHandle {
  readonly id: string;
  /** Shows another value in the place of the first. */
  update(value: unknown): void;
}
export interface Comm {
  readonly id: string;
  readonly target: string;
  send(data: Data, metadata?: Data, buffers?: readonly Uint8Array[]): void;
  close(data?: Data): void;
  /** Called with each message from the frontend; replaces an earlier listener. */
  onMessage(listener: (data: Data, buffers: readonly Uint8Array[]) => void): Comm;
  onClose(listener: (data: Data) => void): Comm;
}

declare global {
  /** The session's environment: streams begin here. */
  const env: tidemark.SessionEnvironment;
  /** Shows a stream as a live view under the cell. */
  function show<T>(stream: tidemark.DataStream<T>, options?: tidemark.ViewOptions): tidemark.View<T>;
  /** Shows the progress of a stream's watermark, by operator. */
  function watermarks(stream: tidemark.DataStream<any>, options?: tidemark.ViewOptions): tidemark.View;
  /** Shows a value under the cell; with \`raw\`, a MIME bundle. */
  function display(value: unknown, options?: { readonly id?: string; readonly raw?: boolean }): DisplayHandle;
  /** Clears the cell's output; with \`wait\`, when the next output comes. */
  function clearOutput(wait?: boolean): void;
  /** Asks the user for a line of text. */
  function prompt(text?: string, options?: { readonly password?: boolean }): Promise<string>;
  /** Messages to and from the frontend. */
  const comms: {
    open(target: string, data?: Data, metadata?: Data, buffers?: readonly Uint8Array[]): Comm;
    register(target: string, handler: (comm: Comm, data: Data, buffers: readonly Uint8Array[]) => void): void;
  };
}
`;
