import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KernelManager, ServerConnection, SessionManager } from '@jupyterlab/services';
import type { Kernel, KernelMessage, Session } from '@jupyterlab/services';
import type { CellOutput } from './cell-output.ts';
import type { JupyterServer } from './jupyter-server.ts';

type MutableOutput = { -readonly [K in keyof CellOutput]: CellOutput[K] } & {
  transient?: { display_id?: string };
};

/** A code cell as it was run: what it answered, and its outputs, which grow while streams behind it go on. */
export interface ExecutedCell {
  readonly id: string;
  readonly source: string;
  readonly status: 'ok' | 'error' | 'aborted';
  readonly executionCount: number | null;
  readonly reply: KernelMessage.IExecuteReplyMsg['content'];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly outputs: readonly CellOutput[];
}

interface NotebookCell {
  readonly id: string;
  readonly cell_type: string;
  readonly source: string | readonly string[];
}

/**
 * Runs a notebook's code cells on a kernel of a {@link JupyterServer}, without a browser and without any extension, by
 * JupyterLab's own client library. Outputs are put under their cells as JupyterLab does: by the request that caused
 * them, updates by display id.
 */
export class HeadlessNotebook {
  readonly cells: readonly { readonly id: string; readonly source: string }[];
  readonly #session: Session.ISessionConnection;
  readonly #managers: { dispose(): void }[];
  readonly #outputs = new Map<string, MutableOutput[]>();
  readonly #displays = new Map<string, MutableOutput[]>();
  readonly #cellOfRequest = new Map<string, string>();
  readonly #pendingClear = new Set<string>();
  readonly #watchers = new Set<() => void>();

  private constructor(
    session: Session.ISessionConnection,
    managers: { dispose(): void }[],
    cells: NotebookCell[],
  ) {
    this.#session = session;
    this.#managers = managers;
    this.cells = cells
      .filter((cell) => cell.cell_type === 'code')
      .map(({ id, source }) => ({ id, source: typeof source === 'string' ? source : source.join('') }));
    this.kernel.iopubMessage.connect((_, message) => this.#onMessage(message));
  }

  /** Opens the notebook at `path` of the server's folder and starts its kernel. */
  static async open(server: JupyterServer, path: string): Promise<HeadlessNotebook> {
    const text = await readFile(join(server.folder, path), 'utf8');
    const notebook = JSON.parse(text) as {
      cells: NotebookCell[];
      metadata: { kernelspec?: { name?: string } };
    };
    const serverSettings = ServerConnection.makeSettings({
      baseUrl: server.url,
      token: server.token,
      WebSocket,
    });
    const kernels = new KernelManager({ serverSettings });
    const sessions = new SessionManager({ kernelManager: kernels, serverSettings });
    const name = notebook.metadata.kernelspec?.name ?? 'tidemark';
    const session = await sessions.startNew({ path, name: path, type: 'notebook', kernel: { name } });
    return new HeadlessNotebook(session, [sessions, kernels], notebook.cells);
  }

  get kernel(): Kernel.IKernelConnection {
    if (this.#session.kernel === null) throw new Error('the notebook has no kernel');
    return this.#session.kernel;
  }

  /** Runs the code cell with this index (code cells are counted from 0) and waits for its reply. */
  run(index: number): Promise<ExecutedCell> {
    const cell = this.cells[index];
    if (cell === undefined)
      throw new Error(`there are ${this.cells.length} code cells, and no cell ${index}`);
    return this.execute(cell.source, cell.id);
  }

  /** Runs all code cells in order; stops after the first that fails, as JupyterLab does. */
  async runAll(): Promise<ExecutedCell[]> {
    const executed: ExecutedCell[] = [];
    for (const index of this.cells.keys()) {
      const cell = await this.run(index);
      executed.push(cell);
      if (cell.status !== 'ok') break;
    }
    return executed;
  }

  /** Runs any text as the cell with the given id, whose outputs it replaces. */
  async execute(source: string, cellId: string): Promise<ExecutedCell> {
    const outputs: MutableOutput[] = [];
    this.#outputs.set(cellId, outputs);
    const metadata = { cellId, deletedCells: [] };
    const future = this.kernel.requestExecute(
      { code: source, stop_on_error: true, allow_stdin: false },
      true,
      metadata,
    );
    this.#cellOfRequest.set(future.msg.header.msg_id, cellId);
    const reply = await future.done;
    const { content } = reply;
    return {
      id: cellId,
      source,
      status: content.status === 'abort' ? 'aborted' : content.status,
      executionCount: 'execution_count' in content ? content.execution_count : null,
      reply: content,
      metadata: reply.metadata as Record<string, unknown>,
      outputs,
    };
  }

  /** The outputs a cell has now, also those that came after its reply. */
  outputsOf(cellId: string): readonly CellOutput[] {
    return this.#outputs.get(cellId) ?? [];
  }

  /** Waits until `condition` holds, looking again after each message that changes an output. */
  untilOutputs(condition: () => boolean, timeoutMs = 30_000): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        settle();
      };
      const look = () => {
        if (condition()) finish(resolve);
      };
      const late = () =>
        reject(
          new Error(`outputs did not become as expected; they are ${JSON.stringify([...this.#outputs])}`),
        );
      const timer = setTimeout(() => finish(late), timeoutMs);
      this.#watchers.add(look);
    });
  }

  /** Ends the kernel and the connection. */
  async close(): Promise<void> {
    try {
      await this.#session.shutdown();
    } finally {
      this.#session.dispose();
      for (const manager of this.#managers) manager.dispose();
    }
  }

  #onMessage(message: KernelMessage.IIOPubMessage): void {
    const parent = 'msg_id' in message.parent_header ? message.parent_header.msg_id : '';
    const cellId = this.#cellOfRequest.get(parent);
    const content = message.content as Record<string, unknown>;
    switch (message.header.msg_type) {
      case 'stream':
      case 'display_data':
      case 'execute_result':
      case 'error':
        if (cellId === undefined) return;
        this.#append(cellId, { output_type: message.header.msg_type, ...content } as MutableOutput);
        break;
      case 'update_display_data':
        this.#update(content as unknown as MutableOutput);
        break;
      case 'clear_output':
        if (cellId === undefined) return;
        if (content['wait'] === true) this.#pendingClear.add(cellId);
        else this.#outputs.get(cellId)?.splice(0);
        break;
      default:
        return;
    }
    for (const look of this.#watchers) look();
  }

  #append(cellId: string, output: MutableOutput): void {
    const outputs = this.#outputs.get(cellId) ?? [];
    this.#outputs.set(cellId, outputs);
    if (this.#pendingClear.delete(cellId)) outputs.splice(0);
    const last = outputs.at(-1);
    if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name) {
      last.text = `${String(last.text)}${String(output.text)}`;
      return;
    }
    const displayId = output.transient?.display_id;
    if (displayId !== undefined) {
      const shown = this.#displays.get(displayId) ?? [];
      this.#displays.set(displayId, shown);
      shown.push(output);
    }
    outputs.push(output);
  }

  #update(update: MutableOutput): void {
    for (const output of this.#displays.get(update.transient?.display_id ?? '') ?? []) {
      output.data = update.data;
      output.metadata = update.metadata;
    }
  }
}

/** Runs `work` with the notebook at `path`; its kernel is ended however `work` ends. */
export async function withHeadlessNotebook<T>(
  server: JupyterServer,
  path: string,
  work: (notebook: HeadlessNotebook) => Promise<T>,
): Promise<T> {
  const notebook = await HeadlessNotebook.open(server, path);
  try {
    return await work(notebook);
  } finally {
    await notebook.close();
  }
}
