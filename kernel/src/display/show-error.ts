import { inspect } from 'node:util';
import { KernelError } from '../errors.ts';
import type { ShownError } from '../session/ipc.ts';

/** A frame of the kernel, the runtime or Node. */
const OURS = /\/(?:kernel|runtime|tidemark)\/(?:src|lib|dist)\/|\(?node:/;

/** An error, or whatever was thrown, as the name, message and traceback that Jupyter shows. */
export function showError(thrown: unknown): ShownError {
  if (!isErrorLike(thrown)) {
    const text = inspect(thrown, { depth: 3 });
    return { ename: 'Thrown', evalue: text, traceback: [`Thrown: ${text}`] };
  }
  // The stack of an interrupt leads through our own code; the cell's place is unknown.
  if (thrown instanceof KernelError && thrown.code === 'interrupted') {
    const { message } = thrown;
    return {
      ename: 'Interrupted',
      evalue: message,
      traceback: [`Interrupted: ${message}`],
      interrupted: true,
    };
  }
  const ename = textOf(thrown.name) || 'Error';
  const evalue = textOf(thrown.message);
  if (thrown instanceof KernelError || thrown.name === 'TidemarkError') {
    // Written for people: code and details would only repeat the message, and our own frames help nobody.
    const frames = textOf(thrown.stack)
      .split('\n')
      .filter((line) => /^\s+at /.test(line) && !OURS.test(line));
    return { ename, evalue, traceback: [`${ename}: ${evalue}`, ...frames], stack: textOf(thrown.stack) };
  }
  const text = inspect(thrown, { depth: 3, maxStringLength: 10_000, maxArrayLength: 50 });
  return { ename, evalue, traceback: text.split('\n'), stack: textOf(thrown.stack) };
}

function isErrorLike(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** A user's error class may have any name and message, even ones that throw. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return '';
  }
}
