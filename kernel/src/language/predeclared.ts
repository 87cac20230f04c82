/**
 * What every cell finds declared, as a module of the program. Written against the public types of `tidemark`; the
 * values are put on the session's global object, whose own types stay out of cells.
 */
export const predeclaredTypes = `
import type * as tidemark from 'tidemark';

/** What messages to and from the frontend carry, as plain data. */
export type Data = Record<string, unknown>;
/** A value that is shown under a cell. */
export interface DisplayHandle {
  /** Its name among displays. */
  readonly id: string;
  /** Shows another value in the place of the first. */
  update(value: unknown): void;
}
/** A channel to the frontend. */
export interface ProgressBar {
  readonly value: number;
  /** Goes to a number of steps done. */
  update(value: number): void;
  /** Goes on by some steps; 1 by default. */
  advance(steps?: number): void;
}
export interface Comm {
  /** Tells it from other comms. */
  readonly id: string;
  /** What serves it on the other side. */
  readonly target: string;
  /** Sends a message to the frontend. */
  send(data: Data, metadata?: Data, buffers?: readonly Uint8Array[]): void;
  /** Ends it, on both sides. */
  close(data?: Data): void;
  /** Called with each message from the frontend; replaces an earlier listener. */
  onMessage(listener: (data: Data, buffers: readonly Uint8Array[]) => void): Comm;
  /** Called when the frontend has closed it. */
  onClose(listener: (data: Data) => void): Comm;
}

declare global {
  /** The session's environment: streams begin here. */
  const env: tidemark.SessionEnvironment;
  /** Shows a stream as a live view under the cell. */
  function show<T>(stream: tidemark.DataStream<T>, options?: tidemark.ViewOptions): tidemark.View<T>;
  /**
   * A table of a query of Flink's SQL. \`\${stream}\` and \`\${table}\` are tables of it, and any other value is a value: text in it
   * is never read as SQL. Columns and their types are those of the query.
   */
  function sql<T = Record<string, unknown>>(query: TemplateStringsArray, ...values: readonly tidemark.SqlValue[]): tidemark.Table<T>;
  /** Shows the progress of a stream's watermark, by operator. */
  function watermarks(stream: tidemark.DataStream<any>, options?: tidemark.ViewOptions): tidemark.View;
  /** A number that operators read as \`.value\` and the slider under the cell moves while streams run. */
  function param(name: string, options: tidemark.ParamOptions): tidemark.Param;
  /** Shows a value under the cell; with \`raw\`, a MIME bundle. */
  function display(value: unknown, options?: { readonly id?: string; readonly raw?: boolean }): DisplayHandle;
  /** Clears the cell's output; with \`wait\`, when the next output comes. */
  function clearOutput(wait?: boolean): void;
  /** Asks the user for a line of text. */
  function prompt(text?: string, options?: { readonly password?: boolean }): Promise<string>;
  /** Shows a bar under the cell for a number of steps, to be moved by hand. */
  function progress(steps: number, label?: string): ProgressBar;
  /** Shows a bar that moves as the items are taken: \`for (const item of progress(items))\`. */
  function progress<T>(items: Iterable<T>, label?: string): Generator<T, void>;
  /** Messages to and from the frontend. */
  const comms: {
    /** Opens a comm to what is registered under this name in the frontend. */
    open(target: string, data?: Data, metadata?: Data, buffers?: readonly Uint8Array[]): Comm;
    /** Serves comms that the frontend opens with this name; a later handler replaces an earlier one. */
    register(target: string, handler: (comm: Comm, data: Data, buffers: readonly Uint8Array[]) => void): void;
  };
}
`;
