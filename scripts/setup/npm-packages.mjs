// node_modules as package-lock.json says, by `npm ci`, and only when they differ.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { own, root, windows } from './paths.mjs';
import { runCommand } from './run-command.mjs';
import { readStamp, removeStamp, writeStamp } from './stamp.mjs';

// Left behind when `npm ci` was interrupted: then node_modules cannot be trusted, whatever it looks like.
const underWay = join(own, 'npm-ci-under-way');

/**
 * Install scripts stay off: the two packages that have one do without (zeromq ships its binaries; `node` is completed
 * by the next step), and so does a machine on which npm does not run them at all.
 */
export async function setUpNpmPackages(progress) {
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  if (readStamp(underWay) === undefined && sameAs(wanted)) return 'up to date';

  // Optional ones are mostly for other platforms.
  const paths = Object.keys(wanted).filter((path) => wanted[path].optional !== true);
  const count = paths.length;
  progress(`${count} packages`);
  writeStamp(underWay, String(process.pid));
  // npm says nothing while it works, when its output is not a terminal; so look at what it has done.
  const looking = setInterval(() => {
    const there = paths.filter((path) => existsSync(join(root, path))).length;
    progress(`${there} of ${count} packages`);
  }, 1000);
  const done = runCommand(
    windows ? 'npm.cmd' : 'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: root,
      nextStep:
        "check the network connection (and npm's proxy settings), then start again; what was downloaded is kept.",
    },
  );
  await done.finally(() => clearInterval(looking));
  removeStamp(underWay);
  return `${count} packages installed`;
}

/** npm writes node_modules/.package-lock.json when an installation is complete: it must name what the lock file names. */
function sameAs(wanted) {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const present = lockedPackages(hidden);
  return Object.entries(wanted).every(([path, entry]) => {
    const installed = present[path];
    // A package for another platform is in the lock file and rightly not on this disk.
    if (installed === undefined) return entry.optional === true;
    return installed.version === entry.version && installed.integrity === entry.integrity;
  });
}

function lockedPackages(file) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  return Object.fromEntries(Object.entries(packages).filter(([path]) => path.startsWith('node_modules/')));
}
