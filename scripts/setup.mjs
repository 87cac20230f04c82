// npm run setup: sets everything up and starts nothing.
import { runEntry } from './setup/run-entry.mjs';
import { setUp } from './setup/set-up.mjs';

await runEntry(setUp);
