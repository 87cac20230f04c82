// .venv at the root: JupyterLab in the versions of scripts/python, apart from any other Python on the machine.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, venv, venvPython } from './paths.mjs';
import { findPython } from './python.mjs';
import { runCommand } from './run-command.mjs';
import { contentStamp, readStamp, removeStamp, writeStamp } from './stamp.mjs';

const requirements = join(root, 'scripts', 'python', 'requirements.txt');
const constraints = join(root, 'scripts', 'python', 'constraints.txt');
const stampFile = join(venv, 'tidemark-stamp');

/** Makes or refreshes .venv. Without its stamp, a .venv was left by an interrupted run and is made anew. */
export async function setUpPythonEnvironment(progress) {
  // The root is part of the stamp: a virtual environment does not survive being moved.
  const wanted = contentStamp([requirements, constraints], root);
  const present = readStamp(stampFile);
  if (present === wanted && existsSync(venvPython)) return 'up to date';

  const python = venvRuns() && present !== undefined ? undefined : findPython();
  if (python !== undefined) {
    progress(`making .venv with Python ${python.version}`);
    rmSync(venv, { recursive: true, force: true });
    await runCommand(python.command, ['-m', 'venv', venv], {
      cwd: root,
      nextStep:
        'see what Python says above; on Debian and Ubuntu the package python3-venv must be installed.',
    });
  }
  // JupyterLab runs a CommonJS script inside .venv with Node; without this file the checkout's "type": "module" holds for it.
  writeStamp(join(venv, 'package.json'), '{ "type": "commonjs" }\n');
  removeStamp(stampFile);
  const expected = readFileSync(constraints, 'utf8')
    .split('\n')
    .filter((line) => line.includes('==')).length;
  const seen = new Set();
  let unpacking = false;
  const pip = [
    '-m',
    'pip',
    'install',
    '--no-input',
    '--disable-pip-version-check',
    '--progress-bar',
    'off',
    '-r',
    requirements,
  ];
  await runCommand(venvPython, pip, {
    cwd: root,
    nextStep:
      "check the network connection (and pip's proxy settings), then start again; what was downloaded is kept.",
    onLine: (line) => {
      const collecting = /^\s*Collecting ([\w.-]+)/.exec(line);
      if (collecting !== null) seen.add(collecting[1]);
      if (line.includes('Installing collected packages')) unpacking = true;
      if (unpacking) progress('unpacking');
      else if (seen.size > 0) progress(`package ${seen.size} of about ${expected}`);
    },
  });
  writeStamp(stampFile, wanted);
  return python === undefined ? 'brought up to date' : `JupyterLab and ${expected} packages installed`;
}

function venvRuns() {
  return (
    existsSync(venvPython) &&
    spawnSync(venvPython, ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0
  );
}
