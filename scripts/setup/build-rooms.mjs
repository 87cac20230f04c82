// Compiles the rooms: TypeScript to lib/ with TypeScript 7; what runs of the runtime to runtime/dist; the prebuilt JupyterLab extension
// to labextension/dist.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { node24, root } from './paths.mjs';
import { runCommand } from './run-command.mjs';
import { contentStamp, filesBelow, readStamp, removeStamp, writeStamp } from './stamp.mjs';

const ROOMS = ['runtime', 'kernel', 'labextension'];
const tsc = join(root, 'node_modules', 'typescript7', 'bin', 'tsc');
const packageLock = join(root, 'package-lock.json');
const configs = ['tsconfig.base.json', 'tsconfig.json'].map((name) => join(root, name));

/** Builds what changed since the last complete build; `force` builds all of it. */
export async function buildRooms(progress, { force = false } = {}) {
  const compiled = await compile(progress, force);
  const done = [
    ...(compiled ? ['TypeScript compiled'] : []),
    ...((await bundleRuntime(progress, force)) ? ['runtime bundled'] : []),
    ...((await bundleExtension(progress, force)) ? ['extension bundled'] : []),
  ];
  return done.join(', ') || 'up to date';
}

async function compile(progress, force) {
  const inputs = ROOMS.flatMap((room) =>
    ['src', 'package.json', 'tsconfig.json'].map((name) => join(root, room, name)),
  );
  const wanted = contentStamp([...inputs, ...configs, packageLock]);
  // A stamp in each lib folder: whoever deletes one has it built again.
  const stamps = ROOMS.map((room) => join(root, room, 'lib', '.tidemark-stamp'));
  if (!force && stamps.every((stamp) => readStamp(stamp) === wanted)) return false;
  progress('compiling TypeScript');
  for (const stamp of stamps) removeStamp(stamp);
  // Not incremental: what tsc remembers about its outputs may be wrong after an interruption, and all of it takes seconds.
  await runCommand(node24, [tsc, '-b', '--force'], {
    cwd: root,
    nextStep: 'mend the errors above, then build again (npm run build).',
  });
  for (const room of ROOMS) removeOrphans(join(root, room));
  for (const stamp of stamps) writeStamp(stamp, wanted);
  return true;
}

/** Deletes outputs whose source is gone; an installed kernel would still find and load them. */
function removeOrphans(room) {
  const lib = join(room, 'lib');
  for (const file of filesBelow(lib)) {
    const stem = /^(.*?)(\.d)?\.(ts|js)(\.map)?$/.exec(file)?.[1];
    if (stem === undefined) continue;
    const source = join(room, 'src', stem.slice(lib.length + 1));
    if (!['.ts', '.tsx'].some((ending) => existsSync(source + ending))) rmSync(file);
  }
}

async function bundleRuntime(progress, force) {
  const folder = join(root, 'runtime');
  const stamp = join(folder, 'dist', '.tidemark-stamp');
  const config = join(folder, 'rolldown.config.js');
  const wanted = contentStamp([join(folder, 'src'), config, packageLock]);
  if (!force && readStamp(stamp) === wanted) return false;
  progress('bundling the runtime');
  removeStamp(stamp);
  const rolldown = join(root, 'node_modules', 'rolldown', 'bin', 'cli.mjs');
  await runCommand(node24, [rolldown, '-c', config], {
    cwd: folder,
    nextStep: 'mend the errors above, then build again (npm run build).',
  });
  writeStamp(stamp, wanted);
  return true;
}

async function bundleExtension(progress, force) {
  const folder = join(root, 'labextension');
  const output = join(folder, 'dist', 'labextensions', '@tidemark', 'labextension');
  const stamp = join(folder, 'dist', '.tidemark-stamp');
  const inputs = [join(folder, 'lib'), ...besides(folder), join(root, 'kernel', 'lib', 'protocol')];
  const wanted = contentStamp([...inputs, packageLock]);
  if (!force && readStamp(stamp) === wanted && existsSync(join(output, 'package.json'))) return false;
  progress('bundling the JupyterLab extension');
  removeStamp(stamp);
  const builder = join(root, 'node_modules', '@jupyter', 'builder', 'lib', 'build-labextension.js');
  const core = join(root, 'node_modules', '@jupyterlab', 'core-meta', 'core.package.json');
  await runCommand(node24, [builder, '--core-package-file', core, '.'], {
    cwd: folder,
    nextStep: 'mend the errors above, then build again (npm run build).',
  });
  writeStamp(stamp, wanted);
  return true;
}

/** The extension's files that tsc does not carry to lib: package.json, style sheets, settings schemas. */
function besides(folder) {
  const made = new Set(['lib', 'dist', 'node_modules', 'src']);
  return readdirSync(folder)
    .filter((name) => !made.has(name) && !name.endsWith('.tsbuildinfo') && !name.startsWith('.'))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() || statSync(path).isDirectory());
}
