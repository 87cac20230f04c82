import type { SessionEnvironment } from 'tidemark/session';
import { RowTable } from '../../display/row-table.ts';
import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

type Snapshot = ReturnType<SessionEnvironment['snapshots']>[number];

/** `%snapshots` lists the session's cuts, as `env.snapshots()` does. */
export const snapshots: Magic = {
  name: '%snapshots',
  run(context) {
    const cuts = callEnv('%snapshots', context, 'snapshots') as readonly Snapshot[];
    return new RowTable(
      cuts.map(({ id, after, time, bytes, branches }) => ({
        id,
        after,
        time: time.toISOString().slice(0, 19).replace('T', ' '),
        bytes,
        holds: branches.join(', '),
      })),
      'No snapshots yet. One is taken after every cell.',
    );
  },
};
