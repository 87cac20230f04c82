import { inspect } from 'node:util';
import { asCell, currentCell, latestRunOf } from './cell-context.ts';
import { installConsole } from './cell-console.ts';
import { cellMeta } from './cell-meta.ts';
import { CellRunner } from './cell-runner.ts';
import { comms } from './comms-api.ts';
import type { Dataflow } from './dataflow.ts';
import { clearOutput, display } from './display-api.ts';
import { guard, guardIterable } from './guard.ts';
import { reportLateErrors } from './late-errors.ts';
import { ModuleLoader } from './module-loader.ts';
import { writeOutput } from './output.ts';
import { postToKernel } from './outbox.ts';
import { progress } from './progress-api.ts';
import { prompt } from './prompt-api.ts';

/** What runs cells in this process: console and globals for them, the runner, the streams. */
export interface CellSession {
  readonly runner: CellRunner;
  /** Cells wait for this: the streams are there, or it rejects and there are none. */
  readonly ready: Promise<void>;
  readonly dataflow: Dataflow | undefined;
}

/**
 * Makes this process one that runs cells. There can be but one session in a process: cells share its global scope.
 * @param storePath the session's SQLite file
 * @param resume true after a crash: nodes wait in the last durable cut for their cells (law 8)
 * @param labels to begin with, as they were written as JSON, by their files
 */
export function openCellSession(
  storePath: string,
  resume: boolean,
  labels: ReadonlyMap<string, unknown> = new Map(),
): CellSession {
  installConsole();
  inspect.defaultOptions.depth = 4;
  inspect.defaultOptions.maxArrayLength = 100;
  reportLateErrors();

  const loader = new ModuleLoader(process.cwd());
  let dataflow: Dataflow | undefined;
  const cellHost = {
    import: (specifier: string) => loader.import(specifier),
    guard,
    guardIterable,
    meta: cellMeta(process.cwd()),
    receive: (value: unknown) => runner.receive(value),
    reached: 0,
  };
  const runner: CellRunner = new CellRunner(() => dataflow, cellHost);
  define('__tidemark', cellHost);
  for (const [name, value] of Object.entries({
    display,
    clearOutput,
    prompt,
    comms,
    progress,
    require: loader.require,
  }))
    define(name, value);

  const ready = openDataflow(storePath, resume, labels).then((opened) => {
    dataflow = opened;
    for (const [name, value] of Object.entries(opened.globals)) define(name, value);
  });
  return {
    runner,
    ready,
    get dataflow() {
      return dataflow;
    },
  };
}

async function openDataflow(
  storePath: string,
  resume: boolean,
  labels: ReadonlyMap<string, unknown>,
): Promise<Dataflow> {
  const { createDataflow } = await import('./create-dataflow.ts');
  return createDataflow({
    storePath,
    resume,
    labels,
    post: (message) => postToKernel({ type: 'view', message }),
    postCatalog: (catalog) => postToKernel({ type: 'catalog', catalog }),
    print: (cellId, text) => writeOutput(latestRunOf(cellId).run, 'stdout', text),
    warn: (text, cellId) => {
      const cell = cellId === undefined ? currentCell() : latestRunOf(cellId);
      writeOutput(cell.run, 'stderr', `${text}\n`);
    },
    inCell: (cellId, work) => asCell(cellId, work),
    currentCell: () => currentCell().cellId || undefined,
  });
}

/** A global that cells may declare anew. */
function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
}
