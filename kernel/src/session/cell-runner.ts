import { interrupted, streamsPaused, streamsStillPaused } from '../errors.ts';
import { showError } from '../display/show-error.ts';
import { showValue } from '../display/show-value.ts';
import type { CellContext } from './cell-context.ts';
import { currentCell, inCell } from './cell-context.ts';
import type { CellReport, CellRun, Dataflow } from './dataflow.ts';
import { displaysSettled } from './display-api.ts';
import type { Evaluation } from './evaluator.ts';
import { Evaluator } from './evaluator.ts';
import { guard, rejectGuarded } from './guard.ts';
import { showReport } from './cell-report.ts';
import type { CellProgress } from './cell-progress.ts';
import type { ExpressionResult, ExpressionsRequest, RunRequest, ShownError } from './ipc.ts';
import { flushOutput, writeOutput } from './output.ts';
import { postToKernel } from './outbox.ts';
import { promptsFor, rejectPrompts } from './prompt-api.ts';
import { touchedNames } from './touched-names.ts';

/** After a termination, how long an evaluation may take to end by itself (ms); V8 often never answers. */
const ANSWER_MS = 20;

interface Running {
  readonly cell: CellContext;
  readonly end: (evaluation: Evaluation) => void;
  terminated: boolean;
}

/** Runs one cell at a time: evaluates it, shows its value, ends it in the dataflow, and says how it went. */
export class CellRunner {
  readonly #evaluator = new Evaluator();
  readonly #dataflow: () => Dataflow | undefined;
  #running: Running | undefined;
  #received: unknown;
  #busy = false;
  /** The streams were held when the running cell began. */
  #wasPaused = false;

  readonly #progress: CellProgress;

  constructor(dataflow: () => Dataflow | undefined, progress: CellProgress) {
    this.#dataflow = dataflow;
    this.#progress = progress;
  }

  /** The end of `Evaluator`'s bridge: takes a value out of the inspector. */
  readonly receive = (value: unknown): void => {
    this.#received = value;
  };

  async run(request: RunRequest): Promise<void> {
    const cell: CellContext = {
      run: request.run,
      cellId: request.cellId,
      executionCount: request.executionCount,
      silent: request.silent,
      allowStdin: request.allowStdin,
    };
    const run: CellRun = {
      cellId: request.cellId,
      executionCount: request.executionCount,
      code: request.code,
      deletedCells: request.deletedCells,
      touched: touchedNames(request.js),
      streams: request.streams,
    };
    promptsFor(cell.run);
    this.#busy = true;
    this.#progress.reached = 0;
    this.#wasPaused = this.#dataflow()?.paused === true;
    const started = performance.now();
    let evaluation: Evaluation;
    try {
      inCell(cell, () => this.#dataflow()?.beginCell(run));
      evaluation = await this.#evaluate(cell, request.js);
      if (!evaluation.threw) await inCell(cell, () => this.#show(cell, request, evaluation.value));
    } catch (error) {
      evaluation = { threw: true, value: error };
    }
    await this.#finish(cell, run, request, evaluation, performance.now() - started);
  }

  /** Evaluates the user expressions of the cell that has just run. */
  async expressions({ run, expressions }: ExpressionsRequest): Promise<void> {
    const results: Record<string, ExpressionResult> = {};
    const cell = { ...currentCell(), run, silent: true, allowStdin: false };
    for (const { name, js } of expressions) {
      const { threw, value } = await this.#evaluate(cell, js);
      results[name] = threw
        ? { status: 'error', ...showError(value) }
        : { status: 'ok', ...(await showValue(value)) };
    }
    postToKernel({ type: 'expressions', run, results });
  }

  /** Names that cells have declared. */
  names(): Promise<string[]> {
    return this.#evaluator.names();
  }

  /** Runs a part of the session's own as if it were a cell: a magic. */
  async call(cell: CellContext, work: () => unknown): Promise<void> {
    promptsFor(cell.run);
    this.#busy = true;
    let error: ShownError | undefined;
    try {
      const value = await inCell(cell, async () => work());
      if (value !== undefined) postResult(cell.run, await showValue(value));
    } catch (thrown) {
      error = showError(thrown);
    }
    this.#end(cell.run, error, undefined);
  }

  /** The user interrupts: what waits is rejected; what loops is the watchdog's. */
  interrupt(): void {
    this.#dataflow()?.requestStop();
    if (!this.#busy) this.#pauseStreams();
    rejectGuarded();
    rejectPrompts();
  }

  /** A cell that meets paused streams and leaves them so says it. */
  #remindOfPause(cell: CellContext): void {
    const dataflow = this.#dataflow();
    if (cell.silent || !this.#wasPaused || !dataflow?.paused || !dataflow.hasStreams()) return;
    writeOutput(cell.run, 'stderr', `${streamsStillPaused()}\n`);
  }

  #pauseStreams(): void {
    const dataflow = this.#dataflow();
    if (!dataflow || dataflow.paused) return;
    dataflow.pause();
    if (dataflow.hasStreams()) writeOutput(currentCell().run, 'stderr', `${streamsPaused()}\n`);
  }

  /** JavaScript was terminated: closes the cell if its evaluation does not answer. */
  terminated(): void {
    this.#dataflow()?.afterTermination();
    this.interrupt();
    const running = this.#running;
    if (!running) return;
    running.terminated = true;
    setTimeout(() => running.end({ threw: true, value: interrupted() }), ANSWER_MS);
  }

  #evaluate(cell: CellContext, js: string): Promise<Evaluation> {
    return new Promise((resolve) => {
      const running: Running = {
        cell,
        terminated: false,
        end: (evaluation) => {
          if (this.#running === running) this.#running = undefined;
          // V8 answers a terminated evaluation in words of its own, or not at all.
          const cut = evaluation.threw && (running.terminated || isTermination(evaluation.value));
          resolve(cut ? { threw: true, value: interrupted() } : evaluation);
        },
      };
      this.#running = running;
      void inCell(cell, () => this.#evaluator.evaluate(js, this.#take)).then(running.end);
    });
  }

  #end(run: number, error: ShownError | undefined, report: CellReport | undefined, reached?: number): void {
    promptsFor(undefined);
    this.#busy = false;
    flushOutput();
    postToKernel({ type: 'done', run, error, report, reached });
  }

  readonly #take = (fetch: () => void): unknown => {
    this.#received = undefined;
    fetch();
    const value = this.#received;
    this.#received = undefined;
    return value;
  };

  /** Of a promise, what it comes to: who ends a cell in one and wants to go on meanwhile writes `void` before it. */
  async #show(cell: CellContext, request: RunRequest, result: unknown): Promise<void> {
    if (request.silent || !request.hasValue) return;
    const value = result instanceof Promise ? await guard(result) : result;
    if (value === undefined) return;
    if (this.#dataflow()?.showValue(value)) return;
    const shown = await showValue(this.#dataflow()?.displayable(value) ?? value);
    postResult(cell.run, shown);
  }

  async #finish(
    cell: CellContext,
    run: CellRun,
    request: RunRequest,
    evaluation: Evaluation,
    took: number,
  ): Promise<void> {
    let error = evaluation.threw ? inCell(cell, () => showError(evaluation.value)) : undefined;
    let report: CellReport | undefined;
    try {
      report = await inCell(cell, async () => this.#dataflow()?.endCell(run, evaluation.threw));
      if (report && !cell.silent) showReport(cell.run, report);
      await displaysSettled();
    } catch (thrown) {
      error ??= showError(thrown);
    }
    const { reached } = this.#progress;
    this.#remindOfPause(cell);
    if (request.timed) writeOutput(cell.run, 'stdout', `Took ${duration(took)}\n`);
    this.#end(cell.run, error, report, reached);
  }
}

function isTermination(value: unknown): boolean {
  return (value as { code?: unknown } | undefined)?.code === 'ERR_INSPECTOR_COMMAND';
}

function postResult(
  run: number,
  shown: { data: Record<string, unknown>; metadata: Record<string, unknown> },
): void {
  flushOutput();
  postToKernel({ type: 'result', run, shown });
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
