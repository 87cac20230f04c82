import type { Clock } from '../time/runtime-clock.ts';
import type { CheckpointInfo } from './checkpoint-coordinator.ts';
import { checkpointAborted } from './checkpoint-errors.ts';
import type { JobCheckpoints } from './job.ts';
import type { CutLabel, SessionCuts } from './session-cuts.ts';
import type { SessionCut } from './session-store.ts';

/** A session's cuts, as a job speaks of them. */
export function sessionCheckpoints(
  session: { readonly clock: Clock; cut(label: CutLabel): number | undefined },
  cuts: SessionCuts,
): JobCheckpoints {
  return {
    async trigger() {
      const startedAt = session.clock.now();
      const id = session.cut({ label: 'a checkpoint' });
      const cut = id === undefined ? undefined : await cuts.durable(id);
      if (!cut) throw checkpointAborted(id);
      return { ...checkpointOf(cut), duration: session.clock.now() - startedAt };
    },
    list: () => cuts.list().map(checkpointOf),
  };
}

function checkpointOf({ id, time, bytes }: SessionCut): CheckpointInfo {
  return { id, time: new Date(time), duration: 0, bytes };
}
