// Node 24 for a machine with an older one. The npm package `node` only names the version; the program itself lies in a
// package for each platform, which `node` fetches by an install script. Where scripts are off, this does the same.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { node24, own, root, windows } from './paths.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './step.mjs';

/** Makes node_modules/node/bin/node and the link node_modules/.bin/node; answers with Node's version. */
export async function setUpNode24(progress) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'node', 'package.json'), 'utf8'));
  if (versionOf(node24) === version) {
    linkIntoBin();
    return `${version}, up to date`;
  }
  const kept = join(own, 'node', version, windows ? 'node.exe' : 'node');
  if (versionOf(kept) !== version) await download(version, kept, progress);
  mkdirSync(dirname(node24), { recursive: true });
  put(kept, node24);
  linkIntoBin();
  return version;
}

async function download(version, target, progress) {
  const name = platformPackage();
  progress(`fetching ${name}@${version}, about 50 MB`);
  const stage = join(own, 'node', `${version}.partial`);
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  writeFileSync(join(stage, 'package.json'), '{ "private": true }\n');
  await runCommand(
    windows ? 'npm.cmd' : 'npm',
    ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`],
    {
      cwd: stage,
      nextStep: `check the network connection, then start again. If there is no package '${name}', Node has no build for this machine: install Node 24 yourself and run the scripts with it.`,
    },
  );
  const program = join(stage, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  chmodSync(program, 0o755);
  if (versionOf(program) !== version) {
    throw new SetupError(
      `The Node ${version} of the npm package '${name}' does not run on this machine.`,
      'Tidemark needs Linux with glibc 2.28 or newer, macOS 13.5 or newer, or Windows 10; on Alpine Linux use a glibc-based image.',
    );
  }
  mkdirSync(dirname(target), { recursive: true });
  put(program, target);
  rmSync(stage, { recursive: true, force: true });
}

/** As the package `node` names them. */
function platformPackage() {
  const platform = windows ? 'win' : process.platform;
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return [prefix, platform, process.arch].join('-');
}

function versionOf(program) {
  if (!existsSync(program)) return undefined;
  const answer = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return answer.status === 0 ? answer.stdout.trim().replace(/^v/, '') : undefined;
}

/** In one move, so that an interrupted run leaves no half of a program behind; a link where the file system can. */
function put(from, to) {
  const partial = `${to}.partial`;
  rmSync(partial, { force: true });
  try {
    linkSync(from, partial);
  } catch {
    copyFileSync(from, partial);
  }
  chmodSync(partial, 0o755);
  renameSync(partial, to);
}

function linkIntoBin() {
  const link = join(root, 'node_modules', '.bin', 'node');
  // npm makes this link itself, even before the program is there; Windows finds `node` by the shims npm wrote.
  if (windows || existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(join('..', 'node', 'bin', 'node'), link);
}
