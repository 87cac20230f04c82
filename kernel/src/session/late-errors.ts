import { showError } from '../display/show-error.ts';
import { currentCell } from './cell-context.ts';
import { hostSection } from './host-section.ts';
import { writeOutput } from './output.ts';

/**
 * Errors that no cell waits for, of callbacks and of promises nobody handled: reported on stderr under the cell that
 * caused them. The session lives on.
 */
export function reportLateErrors(): void {
  process.on('uncaughtException', (error: unknown) => report('Uncaught', error));
  process.on('unhandledRejection', (reason: unknown) => report('Uncaught (in promise)', reason));
}

function report(what: string, thrown: unknown): void {
  const { ename, evalue, traceback } = showError(thrown);
  const text = ename === 'Thrown' ? evalue : traceback.join('\n');
  hostSection(() => writeOutput(currentCell().run, 'stderr', `${what} ${text}\n`));
}
