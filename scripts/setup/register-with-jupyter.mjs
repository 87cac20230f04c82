// Makes JupyterLab in .venv know the kernel and the extension.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { node24, root, venv, windows } from './paths.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './step.mjs';

const built = join(root, 'labextension', 'dist', 'labextensions', '@tidemark', 'labextension');
const linked = join(venv, 'share', 'jupyter', 'labextensions', '@tidemark', 'labextension');
const kernelspec = join(venv, 'share', 'jupyter', 'kernels', 'tidemark', 'kernel.json');
const kernelMain = join(root, 'kernel', 'lib', 'install', 'main.js');

export async function registerWithJupyter(progress) {
  progress('kernelspec');
  await runCommand(node24, [kernelMain, '--prefix', venv], {
    cwd: root,
    nextStep: 'build again with: npm run build -- --force',
  });
  if (!existsSync(kernelspec)) {
    throw new SetupError(
      `The kernelspec is not at ${kernelspec}.`,
      'build again with: npm run build -- --force',
    );
  }
  progress('extension');
  link();
  return `kernel '${JSON.parse(readFileSync(kernelspec, 'utf8')).display_name}' and its extension`;
}

/** A link, so that JupyterLab always serves the extension as it was last built. */
function link() {
  const target = windows ? built : relative(dirname(linked), built);
  const present = lstatSync(linked, { throwIfNoEntry: false });
  if (present?.isSymbolicLink() && readlinkSync(linked) === target) return;
  mkdirSync(dirname(linked), { recursive: true });
  const partial = `${linked}.partial`;
  rmSync(partial, { recursive: true, force: true });
  symlinkSync(target, partial, windows ? 'junction' : 'dir');
  if (present !== undefined) rmSync(linked, { recursive: true, force: true });
  renameSync(partial, linked);
}
