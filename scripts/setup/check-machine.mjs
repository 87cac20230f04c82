// What must be on the machine before anything else can be set up.
import { spawnSync } from 'node:child_process';
import { findPython } from './python.mjs';
import { SetupError } from './step.mjs';
import { existsSync } from 'node:fs';
import { venvPython, windows } from './paths.mjs';

const OLDEST_NODE = 20;

export async function checkMachine() {
  const node = process.versions.node;
  if (Number(node.split('.')[0]) < OLDEST_NODE) {
    throw new SetupError(
      `Set-up needs Node ${OLDEST_NODE} or newer and runs on Node ${node}.`,
      'install a newer Node from nodejs.org or your package manager, then start again.',
    );
  }
  const npm = spawnSync(windows ? 'npm.cmd' : 'npm', ['--version'], { encoding: 'utf8', shell: windows });
  if (npm.status !== 0) {
    throw new SetupError(
      'npm was not found on the PATH.',
      "install npm (with Node from nodejs.org, or 'sudo apt-get install npm').",
    );
  }
  const python = existsSync(venvPython) ? 'Python in .venv' : `Python ${findPython().version}`;
  return `Node ${node}, npm ${npm.stdout.trim()}, ${python}`;
}
