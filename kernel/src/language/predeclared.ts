/**
 * What every cell finds declared, as a module of the program. Written against the public types of `tidemark`; the
 * values are put on the session's global object.
 */
export const predeclaredTypes = `
import type * as tidemark from 'tidemark';

export interface DisplayHandle {
  /** Shows another value in the place of the first. */
  update(value: unknown, options?: { raw?: boolean }): void;
}
export interface Comm {
  readonly commId: string;
  readonly targetName: string;
  send(data: unknown, metadata?: Record<string, unknown>, buffers?: readonly Uint8Array[]): void;
  onMessage(handler: (data: any, buffers: readonly Uint8Array[]) => void): void;
  onClose(handler: (data: any) => void): void;
  close(data?: unknown): void;
}
export interface ViewOptions {
  /** A Vega-Lite spec whose data is filled in, or the name of a chart. */
  chart?: string | Record<string, unknown>;
  /** How many rows the view keeps. */
  rows?: number;
  mode?: 'append' | 'update' | 'single';
  refresh?: string | number;
  title?: string;
}
export interface LiveView<T = unknown> {
  /** Resolves with the next \`n\` rows. */
  take(n: number): Promise<T[]>;
  latest(): T | undefined;
  stop(): void;
}
export interface NumberParam {
  readonly name: string;
  value: number;
}
export interface Progress {
  update(done: number, total?: number, message?: string): void;
  done(): void;
}

declare global {
  /** The session's environment: streams begin here. */
  const env: tidemark.SessionEnvironment;
  /** Shows a stream as a live view. */
  function show<T>(stream: tidemark.DataStream<T>, options?: ViewOptions): LiveView<T>;
  function show(value: unknown, options?: ViewOptions): LiveView;
  /** Shows the progress of a stream's watermark. */
  function watermarks(stream: tidemark.DataStream<any>, options?: ViewOptions): LiveView;
  /** Shows a value; with \`raw\`, a MIME bundle. */
  function display(value: unknown, options?: { id?: string; raw?: boolean; metadata?: Record<string, unknown> }): DisplayHandle;
  /** Clears the cell's output; with \`wait\`, when the next output comes. */
  function clearOutput(wait?: boolean): void;
  /** Asks the user for a line of text. */
  function prompt(text?: string, options?: { password?: boolean }): Promise<string>;
  /** Opens and answers comms. */
  const comms: {
    open(target: string, data?: unknown, metadata?: Record<string, unknown>): Comm;
    register(target: string, handler: (comm: Comm, data: any) => void): void;
  };
  /** A number that a slider under the cell moves and operator functions read. */
  function param(name: string, options: { value: number; min?: number; max?: number; step?: number }): NumberParam;
  /** A progress bar under the cell. */
  function progress(total?: number, message?: string): Progress;
}
`;
