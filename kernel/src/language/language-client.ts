import { Worker } from 'node:worker_threads';
import { languageServiceFailed } from '../errors.ts';
import type {
  LanguageAnswer,
  LanguageArguments,
  LanguageMethod,
  LanguageReply,
  LanguageRequest,
} from './language-protocol.ts';
import { StackFrames } from './stack-frames.ts';
import type { CellSource, CompiledCell } from './language-service.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The kernel's end of the language service, which works in a thread of its own. Answers come in the order of the questions. */
export class LanguageClient {
  readonly #cwd: string;
  readonly #log: (line: string) => void;
  readonly #waiting = new Map<number, Waiting>();
  /** Here as well, so that output is mapped in order with everything else a cell says. */
  readonly #frames = new StackFrames();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(cwd: string, log: (line: string) => void) {
    this.#cwd = cwd;
    this.#log = log;
    this.#worker = this.#start();
  }

  async compile(cell: CellSource): Promise<CompiledCell> {
    const compiled = await this.#ask('compile', cell);
    if (compiled.ok) this.#frames.add(compiled.scriptName, cell.executionCount, compiled.toCell, cell.code);
    return compiled;
  }

  /** The cell was evaluated: later cells see what it declared. */
  commit(cellId: string, executionCount: number): void {
    void this.#ask('commit', cellId, executionCount).catch(this.#note);
  }

  /** The cell failed; `live` are the names of the session process's variables, if they are known. */
  rollback(...args: LanguageArguments<'rollback'>): void {
    void this.#ask('rollback', ...args).catch(this.#note);
  }

  /** Nothing is declared any more: the variables are gone. */
  forget(): void {
    void this.#ask('forget').catch(this.#note);
  }

  complete(code: string, cursor: number): Promise<LanguageAnswer<'complete'>> {
    return this.#ask('complete', code, cursor);
  }

  inspect(code: string, cursor: number, detail: 0 | 1): Promise<LanguageAnswer<'inspect'>> {
    return this.#ask('inspect', code, cursor, detail);
  }

  completeSql(text: string, cursor: number): Promise<LanguageAnswer<'completeSql'>> {
    return this.#ask('completeSql', text, cursor);
  }

  inspectSql(text: string, cursor: number): Promise<LanguageAnswer<'inspectSql'>> {
    return this.#ask('inspectSql', text, cursor);
  }

  /** More SQL is to be expected. */
  warmSql(): void {
    void this.#ask('warmSql').catch(this.#note);
  }

  /** What SQL can name from now on. */
  catalog(...args: LanguageArguments<'catalog'>): void {
    void this.#ask('catalog', ...args).catch(this.#note);
  }

  isComplete(code: string): Promise<LanguageAnswer<'isComplete'>> {
    return this.#ask('isComplete', code);
  }

  /** Makes a stack trace speak of cells and their lines, and leaves out what lies beneath them. */
  mapStack(stack: string): string {
    return this.#frames.map(stack);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #ask<M extends LanguageMethod>(method: M, ...args: LanguageArguments<M>): Promise<LanguageAnswer<M>> {
    this.#worker ??= this.#start();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (value) => resolve(value as LanguageAnswer<M>), reject });
      this.#worker?.postMessage({ id, method, args } satisfies LanguageRequest);
    });
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const worker = new Worker(new URL(`./language-thread.${extension}`, import.meta.url), {
      workerData: { cwd: this.#cwd },
    });
    worker.unref();
    worker.on('message', (reply: LanguageReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.ok) return waiting?.resolve(reply.value);
      this.#log(`language service: ${reply.stack}`);
      waiting?.reject(languageServiceFailed(reply.message));
    });
    worker.on('error', (error: Error) => this.#log(`language service: ${error.stack ?? error.message}`));
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      // The next question starts another one; what cells have declared is not known to it.
      this.#worker = undefined;
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { reject } of waiting) reject(languageServiceFailed('its thread ended'));
    });
    return worker;
  }

  readonly #note = (error: unknown): void => this.#log(String(error));
}
