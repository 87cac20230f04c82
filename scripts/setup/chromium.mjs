// A browser for the browser tests.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { runCommand } from './run-command.mjs';
import { SetupError } from './step.mjs';

const usualPaths = JSON.parse(
  readFileSync(join(root, 'tests', 'browser', 'harness', 'chromium-paths.json'), 'utf8'),
);

function find() {
  return [process.env.CHROME_PATH, ...usualPaths].find((path) => path && existsSync(path));
}

/** Finds Chromium or Chrome; installs Debian's when this is a machine of root's, such as a container. */
export async function setUpChromium(progress) {
  const present = find();
  if (present !== undefined) return present;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new SetupError(
      'The browser tests need Chromium or Chrome, and none was found.',
      "install one ('sudo apt-get install chromium', or from google.com/chrome), or name its program: CHROME_PATH=/path/to/chrome npm test",
    );
  }
  const nextStep = "install Chromium by hand ('apt-get install chromium') and start again.";
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  progress('apt-get update');
  await runCommand('apt-get', ['update'], { cwd: root, env, nextStep });
  progress('apt-get install chromium');
  await runCommand('apt-get', ['install', '-y', 'chromium'], { cwd: root, env, nextStep });
  const installed = find();
  if (installed === undefined)
    throw new SetupError("'apt-get install chromium' brought no Chromium.", nextStep);
  return `${installed} installed`;
}
