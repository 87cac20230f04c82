// Runs a check that either holds or does not (lint, types), showing what it prints.
import { spawn } from 'node:child_process';
import { node24, root } from '../setup/paths.mjs';
import { seconds } from '../setup/step.mjs';

/** Runs the program `script` of node_modules on Node 24; answers whether it ended well. */
export async function runCheck(title, script, args) {
  const started = Date.now();
  console.log(`\n${title}`);
  const child = spawn(node24, [script, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((settle) => {
    child.once('error', () => settle(1));
    child.once('close', settle);
  });
  console.log(`  ${code === 0 ? '✓' : '✗'} ${title} (${seconds(started)})`);
  return code === 0;
}
