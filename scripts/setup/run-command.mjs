// Starts a program, hands its output over line by line, and keeps the last lines for the error message.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SetupError } from './step.mjs';

const KEPT_LINES = 30;

/** Resolves with the exit code 0; otherwise throws a SetupError that shows the program's last lines. */
export async function runCommand(command, args, { cwd, env, onLine = () => {}, nextStep }) {
  const tail = [];
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      tail.push(line);
      if (tail.length > KEPT_LINES) tail.shift();
      onLine(line);
    });
  }
  // A child left behind would go on writing into folders that the next run is about to make anew.
  const stop = () => child.kill('SIGTERM');
  process.once('exit', stop);
  const ended = await new Promise((settle) => {
    child.once('error', (error) => settle({ error }));
    child.once('close', (code, signal) => settle({ code, signal }));
  });
  process.off('exit', stop);
  if (ended.error !== undefined) {
    throw new SetupError(`'${command}' could not be started: ${ended.error.message}.`, nextStep);
  }
  if (ended.code !== 0) {
    const how = ended.signal === null ? `ended with exit code ${ended.code}` : `was ended by ${ended.signal}`;
    throw new SetupError(
      `'${[command, ...args].join(' ')}' ${how}. It said last:\n${tail.map((line) => `    ${line}`).join('\n')}`,
      nextStep,
    );
  }
}
