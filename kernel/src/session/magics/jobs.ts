import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%jobs` lists the session's jobs. */
export const jobs: Magic = {
  name: '%jobs',
  run: (context) => callEnv('%jobs', context, 'jobs'),
};
