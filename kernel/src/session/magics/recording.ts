import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%recording` lists what is recorded of each source, as `env.recording()` does. */
export const recording: Magic = {
  name: '%recording',
  run: (context) => callEnv('%recording', context, 'recording'),
};
