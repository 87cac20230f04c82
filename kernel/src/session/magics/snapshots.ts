import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%snapshots` lists the session's cuts, as `env.snapshots()` does. */
export const snapshots: Magic = {
  name: '%snapshots',
  run: (context) => callEnv('%snapshots', context, 'snapshots'),
};
