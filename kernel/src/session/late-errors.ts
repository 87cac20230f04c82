import { plainText } from '../display/show-value.ts';
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
  hostSection(() => writeOutput(currentCell().run, 'stderr', `${what} ${plainText(thrown)}\n`));
}
