import { inspect } from 'node:util';
import { exitInCell } from '../errors.ts';
import { openCellSession } from './cell-session.ts';
import { onCommEvent } from './comms-api.ts';
import type { ToSession } from './ipc.ts';
import { runMagic } from './magics/magic-table.ts';
import { writeOutput } from './output.ts';
import { postToKernel } from './outbox.ts';
import { answerPrompt } from './prompt-api.ts';
import { startWatchdog } from './watchdog.ts';

// The session process: runs the user's cells.

// Ctrl-C in the terminal of JupyterLab reaches every process; interrupts come as messages.
process.on('SIGINT', () => undefined);

const session = openCellSession(process.argv[2] ?? '', process.argv[3] === '1');
const { runner } = session;
startWatchdog(() => runner.terminated());

const realExit = process.exit.bind(process);
process.exit = ((code?: unknown): never => {
  throw exitInCell(code);
}) as typeof process.exit;

/** Cells wait for this: the streams are there, or there are none. */
const { ready } = session;
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
        runMagic(message, session.dataflow, () => runner.names()),
      );
      return;
    case 'expressions':
      void runner.expressions(message);
      return;
    case 'param':
      return session.dataflow?.setParam(message.name, message.value);
    case 'label':
      return session.dataflow?.labelRow(message.viewId, message.rowId, message.label);
    case 'reset-view':
      return session.dataflow?.resetView(message.viewId);
    case 'interrupt':
      return runner.interrupt();
    case 'input':
      return answerPrompt(message.value);
    case 'comm':
      return onCommEvent(message);
    case 'control':
      return session.dataflow?.control(message.action, message.value);
    case 'shutdown':
      void (session.dataflow?.close() ?? Promise.resolve()).finally(() => realExit(0));
      return;
  }
}
process.on('disconnect', () => realExit(0));
