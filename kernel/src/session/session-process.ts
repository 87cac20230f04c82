import { inspect } from 'node:util';
import { exitInCell } from '../errors.ts';
import { asCell, currentCell, latestRunOf } from './cell-context.ts';
import { installConsole } from './cell-console.ts';
import { cellMeta } from './cell-meta.ts';
import { CellRunner } from './cell-runner.ts';
import { comms, onCommEvent } from './comms-api.ts';
import type { Dataflow } from './dataflow.ts';
import { clearOutput, display } from './display-api.ts';
import { guard, guardIterable } from './guard.ts';
import type { ToSession } from './ipc.ts';
import { reportLateErrors } from './late-errors.ts';
import { progress } from './progress-api.ts';
import { runMagic } from './magics/magic-table.ts';
import { ModuleLoader } from './module-loader.ts';
import { writeOutput } from './output.ts';
import { postToKernel } from './outbox.ts';
import { answerPrompt, prompt } from './prompt-api.ts';
import { startWatchdog } from './watchdog.ts';

// The session process: runs the user's cells.

const storePath = process.argv[2] ?? '';
const resume = process.argv[3] === '1';

installConsole();
inspect.defaultOptions.depth = 4;
inspect.defaultOptions.maxArrayLength = 100;
reportLateErrors();
// Ctrl-C in the terminal of JupyterLab reaches every process; interrupts come as messages.
process.on('SIGINT', () => undefined);

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
startWatchdog(() => runner.terminated());

const realExit = process.exit.bind(process);
process.exit = ((code?: unknown): never => {
  throw exitInCell(code);
}) as typeof process.exit;

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

/** Cells wait for this: the streams are there, or there are none. */
const ready = openDataflow().then((opened) => {
  dataflow = opened;
  for (const [name, value] of Object.entries(opened.globals)) define(name, value);
});
ready.then(
  () => postToKernel({ type: 'ready' }),
  (error: unknown) => {
    writeOutput(0, 'stderr', `The session's streams could not be opened: ${inspect(error)}\n`);
    postToKernel({ type: 'ready' });
  },
);

/** What came before the streams were there. */
let early: ToSession[] | undefined = [];
void ready
  .catch(() => undefined)
  .then(() => {
    const waited = early ?? [];
    early = undefined;
    for (const message of waited) onMessage(message);
  });

process.on('message', onMessage);

// The kernel process sends one cell after the other, and each begins right here: a termination empties V8's queue of
// microtasks, so nothing of ours may hang on one that waits behind a cell's.
function onMessage(message: ToSession): void {
  if (early) {
    early.push(message);
    return;
  }
  switch (message.type) {
    case 'run':
      void runner.run(message);
      return;
    case 'magic':
      void runner.call({ ...message, silent: false }, () =>
        runMagic(message, dataflow, () => runner.names()),
      );
      return;
    case 'expressions':
      void runner.expressions(message);
      return;
    case 'param':
      return dataflow?.setParam(message.name, message.value);
    case 'reset-view':
      return dataflow?.resetView(message.viewId);
    case 'interrupt':
      return runner.interrupt();
    case 'input':
      return answerPrompt(message.value);
    case 'comm':
      return onCommEvent(message);
    case 'control':
      return dataflow?.control(message.action, message.value);
    case 'shutdown':
      void (dataflow?.close() ?? Promise.resolve()).finally(() => realExit(0));
      return;
  }
}
process.on('disconnect', () => realExit(0));

async function openDataflow(): Promise<Dataflow> {
  const { createDataflow } = await import('./create-dataflow.ts');
  return createDataflow({
    storePath,
    resume,
    post: (message) => postToKernel({ type: 'view', message }),
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
