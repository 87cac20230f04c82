// The whole of set-up, in order. Every step looks first whether it has anything to do, and writes its stamp last: run it
// as often as you like, and after an interruption it goes on where it stopped.
import { existsSync } from 'node:fs';
import { buildRooms } from './build-rooms.mjs';
import { checkMachine } from './check-machine.mjs';
import { withSetupLock } from './lock.mjs';
import { setUpNode24 } from './node-24.mjs';
import { setUpNpmPackages } from './npm-packages.mjs';
import { venvPython } from './paths.mjs';
import { setUpPythonEnvironment } from './python-environment.mjs';
import { registerWithJupyter } from './register-with-jupyter.mjs';
import { seconds, step } from './step.mjs';

export async function setUp() {
  const started = Date.now();
  console.log(
    existsSync(venvPython)
      ? 'Checking what is set up'
      : 'Setting up Tidemark in this folder: one to three minutes the first time, most of it downloads',
  );
  await withSetupLock(async () => {
    await step('Machine', checkMachine);
    await step('npm packages', setUpNpmPackages);
    await step('Node 24', setUpNode24);
    await step('JupyterLab', setUpPythonEnvironment);
    await step('Build', buildRooms);
    await step('Kernel', registerWithJupyter);
  });
  console.log(`All set up (${seconds(started)}).`);
}
