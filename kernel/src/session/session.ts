import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Content, ParentHeader } from '../wire/message.ts';
import type { LanguageClient } from '../language/language-client.ts';
import type { Comms } from '../messages/comms.ts';
import type { Execution, Runs } from '../messages/execution.ts';
import type { Publisher } from '../messages/publisher.ts';
import { diagnosticsError } from './diagnostics-error.ts';
import { showError } from '../display/show-error.ts';
import { badMagicArgument, interrupted, sessionDied, stillRunning } from '../errors.ts';
import { cellParts } from './cell-source.ts';
import type { CellReport, ViewMessage } from './dataflow.ts';
import type { ExpressionResult, FromSession, ShownError } from './ipc.ts';
import { SessionClient } from './session-client.ts';
import { sqlScript } from './sql-cell.ts';

export interface SessionHost {
  readonly cwd: string;
  readonly storePath: string;
  readonly runs: Runs;
  readonly publisher: Publisher;
  readonly comms: Comms;
  readonly language: LanguageClient;
  readonly onView: (message: ViewMessage) => void;
  readonly onLost: () => void;
  readonly prompt: (parent: ParentHeader, text: string, password: boolean) => void;
}

/** How an execution went. */
export interface Outcome {
  readonly error: ShownError | undefined;
  readonly report: CellReport | undefined;
  readonly expressions: Readonly<Record<string, ExpressionResult>>;
  readonly payload: readonly Content[];
}

/** A cell that an interrupt has not stopped by then is in a native call (ms). */
const GIVE_UP_MS = 5_000;

type Done = Extract<FromSession, { type: 'done' }>;

/** Cells from source to outcome: compiles them here, runs them in the session process, and survives its death. */
export class Session {
  readonly #host: SessionHost;
  readonly #client: SessionClient;
  #waiting: { execution: Execution; resolve: (done: Done) => void } | undefined;
  #expressions: ((results: Readonly<Record<string, ExpressionResult>>) => void) | undefined;
  #interrupts = 0;
  #stopCheck: ((why: Error) => void) | undefined;

  constructor(host: SessionHost) {
    this.#host = host;
    this.#client = new SessionClient({
      cwd: host.cwd,
      storePath: host.storePath,
      onMessage: (message) => this.#onMessage(message),
      onRawOutput: (name, text) => host.publisher.stream(name, text, host.runs.last),
      onDeath: (code, signal) => this.#onDeath(code, signal),
    });
  }

  get pid(): number | undefined {
    return this.#client.pid;
  }

  get language(): LanguageClient {
    return this.#host.language;
  }

  get client(): SessionClient {
    return this.#client;
  }

  start(): void {
    this.#client.start(false);
  }

  /** Runs a cell. Never rejects: whatever goes wrong is the cell's error. */
  async run(execution: Execution): Promise<Outcome> {
    try {
      return await this.#run(execution);
    } catch (error) {
      return failed(showError(error));
    }
  }

  async #run(execution: Execution): Promise<Outcome> {
    const { language } = this.#host;
    const interrupts = this.#interrupts;
    const payload: Content[] = [];
    const parts = cellParts(execution.code);
    for (const { name, args } of parts.magics) {
      if (name === '%load') {
        const loaded = await this.#load(args);
        if (loaded.error) return failed(loaded.error);
        payload.push({ source: 'set_next_input', text: loaded.text, replace: true });
        continue;
      }
      const { error } = await this.#ask(execution, () =>
        this.#client.send({ type: 'magic', ...identity(execution), name, args }),
      );
      if (error) return failed(this.#mapped(error));
    }
    if (parts.sql !== undefined) return this.#runSql(execution, sqlScript(parts.sql), parts.timed);
    if (parts.code === undefined) return { error: undefined, report: undefined, expressions: {}, payload };

    const source = { cellId: execution.cellId, name: '', executionCount: execution.executionCount };
    const compiled = await this.#unlessStopped(language.compile({ ...source, code: parts.code }));
    if (this.#interrupts > interrupts) throw interrupted();
    if (!compiled.ok)
      return failed(diagnosticsError(compiled.diagnostics, execution.executionCount, this.#host.cwd));

    const { error, report, reached } = await this.#ask(execution, () =>
      this.#client.send({
        type: 'run',
        ...identity(execution),
        deletedCells: execution.deletedCells,
        code: execution.code,
        js: compiled.js,
        hasValue: compiled.hasValue,
        streams: compiled.streams,
        silent: execution.silent,
        timed: parts.timed,
      }),
    );
    if (error) language.rollback(execution.cellId, execution.executionCount, reached);
    else language.commit(execution.cellId, execution.executionCount);
    if (error) return { ...failed(this.#mapped(error)), report };
    const expressions = await this.#evaluateExpressions(execution);
    return { error: undefined, report, expressions, payload };
  }

  /** A cell of SQL: the planner checks it, not the type checker, and what it makes belongs to the cell as any stream does. */
  async #runSql(execution: Execution, js: string, timed: boolean): Promise<Outcome> {
    const { error, report } = await this.#ask(execution, () =>
      this.#client.send({
        type: 'run',
        ...identity(execution),
        deletedCells: execution.deletedCells,
        code: execution.code,
        js,
        hasValue: true,
        streams: {},
        silent: execution.silent,
        timed,
      }),
    );
    if (error) return { ...failed(this.#mapped(error)), report };
    const expressions = await this.#evaluateExpressions(execution);
    this.#host.language.warmSql();
    return { error: undefined, report, expressions, payload: [] };
  }

  interrupt(): void {
    this.#interrupts += 1;
    this.#stopCheck?.(interrupted());
    this.#client.interrupt();
    this.#host.publisher.trimToEnd();
    const running = this.#waiting;
    if (!running) return;
    setTimeout(() => {
      if (this.#waiting !== running) return;
      const { publisher, runs } = this.#host;
      publisher.stream('stderr', `${stillRunning(GIVE_UP_MS)}\n`, runs.parent(running.execution.run));
    }, GIVE_UP_MS).unref();
  }

  async stop(): Promise<void> {
    await this.#client.stop();
    await this.#host.language.close();
  }

  /** What the type checker answers; rejects when the user does not wait for it, or what the cell was checked against is gone. */
  async #unlessStopped<T>(answer: Promise<T>): Promise<T> {
    const stopped = new Promise<never>((_resolve, reject) => (this.#stopCheck = reject));
    try {
      return await Promise.race([answer, stopped]);
    } finally {
      this.#stopCheck = undefined;
    }
  }

  /** Hands something to the session process and waits for its word that it is done, or for its death. */
  #ask(execution: Execution, send: () => void): Promise<Done> {
    if (!this.#client.alive) this.#client.start(true);
    return new Promise((resolve) => {
      this.#waiting = { execution, resolve };
      send();
    });
  }

  #onMessage(message: FromSession): void {
    const { runs, publisher, comms } = this.#host;
    switch (message.type) {
      case 'ready':
        return;
      case 'output':
        for (const { run, name, text } of message.chunks)
          publisher.stream(name, this.#mapText(text), runs.parent(run));
        return;
      case 'display': {
        const { run, update, id, shown } = message;
        const type = update ? 'update_display_data' : 'display_data';
        const transient = id === undefined ? {} : { display_id: id };
        return publisher.message(type, { ...this.#mapShown(shown), transient }, runs.parent(run));
      }
      case 'result': {
        const execution = this.#waiting?.execution;
        if (!execution) return;
        const content = { execution_count: execution.executionCount, ...this.#mapShown(message.shown) };
        return publisher.message('execute_result', content, runs.parent(message.run));
      }
      case 'clear':
        return publisher.message('clear_output', { wait: message.wait }, runs.parent(message.run));
      case 'prompt':
        return void publisher
          .drained()
          .then(() => this.#host.prompt(runs.parent(message.run), message.text, message.password));
      case 'comm':
        return comms.onSession(message, runs.parent(message.run), (...args) => publisher.message(...args));
      case 'view':
        return this.#host.onView(this.#mapView(message.message));
      case 'catalog':
        return this.#host.language.catalog(message.catalog);
      case 'expressions':
        return this.#expressions?.(message.results);
      case 'done': {
        const waiting = this.#waiting;
        if (waiting?.execution.run !== message.run) return;
        this.#waiting = undefined;
        return waiting.resolve(message);
      }
    }
  }

  /**
   * The session process died: the cell that ran fails, and a new process waits for the cells (law 8). A cell runs from its check on: one
   * that is still checked fails too, since it is checked against variables that are gone.
   */
  #onDeath(code: number | null, signal: string | null): void {
    const died = sessionDied(code, signal);
    const error = showError(died);
    const { runs, publisher, comms } = this.#host;
    const came = this.#client.wasReady;
    this.#host.onLost();
    comms.onSessionLost();
    this.#host.language.forget();
    // A process that died before it came up would die again at once; the next cell tries.
    if (came) this.#client.start(true);
    this.#expressions?.({});
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting.resolve({ type: 'done', run: waiting.execution.run, error, report: undefined });
    else if (this.#stopCheck) this.#stopCheck(died);
    else publisher.stream('stderr', `${error.evalue}\n`, runs.last);
  }

  async #evaluateExpressions(execution: Execution): Promise<Record<string, ExpressionResult>> {
    const { language } = this.#host;
    const results: Record<string, ExpressionResult> = {};
    const compiledOnes: { name: string; js: string }[] = [];
    for (const [name, code] of Object.entries(execution.expressions)) {
      const cellId = `${execution.cellId}:${name}`;
      const { executionCount } = execution;
      const compiled = await language.compile({ cellId, name: 'expression', executionCount, code });
      if (compiled.ok) compiledOnes.push({ name, js: compiled.js });
      else
        results[name] = {
          status: 'error',
          ...diagnosticsError(compiled.diagnostics, executionCount, this.#host.cwd),
        };
      language.rollback(cellId, executionCount);
    }
    if (compiledOnes.length === 0) return results;
    const evaluated = await new Promise<Readonly<Record<string, ExpressionResult>>>((resolve) => {
      this.#expressions = resolve;
      this.#client.send({ type: 'expressions', run: execution.run, expressions: compiledOnes });
    });
    this.#expressions = undefined;
    return { ...results, ...evaluated };
  }

  /** `%load file` puts the file's text into the cell. */
  async #load(path: string): Promise<{ text?: string; error?: ShownError }> {
    try {
      if (path === '') throw badMagicArgument('%load file.ts', '%load needs a file.');
      const text = await readFile(resolve(this.#host.cwd, path), 'utf8');
      return { text };
    } catch (error) {
      return { error: showError(error) };
    }
  }

  #mapped(error: ShownError): ShownError {
    return { ...error, traceback: this.#mapText(error.traceback.join('\n')).split('\n') };
  }

  #mapShown<T extends { data: Record<string, unknown> }>(shown: T): T {
    const text = shown.data['text/plain'];
    if (typeof text !== 'string') return shown;
    return { ...shown, data: { ...shown.data, 'text/plain': this.#mapText(text) } };
  }

  /** A branch's failure speaks of cells and their lines, as an error of a cell does. */
  #mapView(message: ViewMessage): ViewMessage {
    if (message.type !== 'view-status' || !message.failure) return message;
    const details = message.failure.details.map((line) =>
      line.startsWith('at ') ? this.#mapText(`    ${line}`).trim() : line,
    );
    return { ...message, failure: { ...message.failure, details } };
  }

  #mapText(text: string): string {
    return STACK.test(text) ? this.#host.language.mapStack(text) : text;
  }
}

/** Text that may hold a stack trace. */
const STACK = /^\s+at /m;

function identity({ run, cellId, executionCount, allowStdin }: Execution) {
  return { run, cellId, executionCount, allowStdin };
}

function failed(error: ShownError): Outcome {
  return { error, report: undefined, expressions: {}, payload: [] };
}
