// npm run build: compiles what changed; `npm run build -- --force` compiles everything.
import { buildRooms } from './setup/build-rooms.mjs';
import { withSetupLock } from './setup/lock.mjs';
import { runEntry } from './setup/run-entry.mjs';
import { step } from './setup/step.mjs';

const force = process.argv.includes('--force');
await runEntry(() => withSetupLock(() => step('Build', (progress) => buildRooms(progress, { force }))));
