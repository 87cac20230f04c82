// Finds a Python that can make virtual environments.
import { spawnSync } from 'node:child_process';
import { windows } from './paths.mjs';
import { SetupError } from './step.mjs';

const OLDEST = [3, 10];
const PROBE =
  'import sys, importlib.util as u; print(sys.executable, *sys.version_info[:3], all(u.find_spec(m) for m in ("venv", "ensurepip")), sep="|")';

/** `{ command, executable, version, canMakeVenv }` of one candidate, or undefined when it does not run. */
function probe(command) {
  const answer = spawnSync(command, ['-c', PROBE], { encoding: 'utf8', timeout: 20_000 });
  if (answer.status !== 0) return undefined;
  const [executable, major, minor, patch, canMakeVenv] = answer.stdout.trim().split('|');
  return {
    command,
    executable,
    version: `${major}.${minor}.${patch}`,
    newEnough: Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]),
    canMakeVenv: canMakeVenv === 'True',
  };
}

/** The Python to use: the one named by the variable PYTHON, else the first fit one on the PATH. */
export function findPython(environment = process.env) {
  const named = environment.PYTHON;
  const candidates = named
    ? [named]
    : [
        ...(windows ? ['py'] : []),
        'python3',
        ...[14, 13, 12, 11, 10].map((minor) => `python3.${minor}`),
        'python',
      ];
  const found = [];
  for (const command of candidates) {
    const python = probe(command);
    if (python === undefined) continue;
    if (python.newEnough && python.canMakeVenv) return python;
    found.push(python);
  }
  throw missing(named, found);
}

function missing(named, found) {
  const oldest = OLDEST.join('.');
  const withoutVenv = found.find((python) => python.newEnough);
  if (withoutVenv !== undefined) {
    const minor = withoutVenv.version.split('.').slice(0, 2).join('.');
    return new SetupError(
      `Python ${withoutVenv.version} (${withoutVenv.executable}) cannot make virtual environments: its 'venv' or 'ensurepip' module is missing. Debian and Ubuntu ship them as a package of their own.`,
      `run 'sudo apt-get install python${minor}-venv' (elsewhere: install Python from python.org), then start again.`,
    );
  }
  if (found.length > 0) {
    const list = found.map((python) => `${python.version} (${python.executable})`).join(', ');
    return new SetupError(
      `JupyterLab needs Python ${oldest} or newer; found only ${list}.`,
      `install Python ${oldest} or newer, or name it: PYTHON=/path/to/python3 npm start`,
    );
  }
  return named
    ? new SetupError(
        `The Python named by the variable PYTHON ('${named}') does not run.`,
        'correct PYTHON or unset it.',
      )
    : new SetupError(
        'No Python was found on the PATH.',
        `install Python ${oldest} or newer (with pip and venv), then start again.`,
      );
}
