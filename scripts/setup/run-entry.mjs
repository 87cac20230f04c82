// How every script of this folder ends: a SetupError is shown as its message alone, anything else with its stack.
import { SetupError } from './step.mjs';

export async function runEntry(work) {
  // Ends through process.exit, so that 'exit' handlers release locks and stop children.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.once(signal, () => process.exit(code));
  }
  try {
    await work();
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
