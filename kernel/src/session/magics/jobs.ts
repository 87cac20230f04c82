import { RowTable } from '../../display/row-table.ts';
import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%jobs` lists the session's jobs. */
export const jobs: Magic = {
  name: '%jobs',
  run(context) {
    const branches = callEnv('%jobs', context, 'jobs') as readonly Record<string, unknown>[];
    return new RowTable(
      branches.map(({ job, ...rest }) => ({ job: job === '' ? '–' : job, ...rest })),
      'No views or sinks yet. stream.show(), print() and sinkTo() make them.',
    );
  },
};
