import type { Clock } from '../time/runtime-clock.ts';
import type { CheckpointInfo } from './checkpoint-coordinator.ts';
import { branchBehind, checkpointAborted } from './checkpoint-errors.ts';
import type { Engine } from './engine.ts';
import type { SavepointFiles } from './job-state.ts';
import type { JobCheckpoints } from './job.ts';
import type { LaneSnapshot } from './lane-snapshot.ts';
import type { CutLabel, SessionCuts } from './session-cuts.ts';
import type { SessionCut } from './session-store.ts';

/** A session's cuts, as a job speaks of them. */
export function sessionCheckpoints(
  session: { readonly clock: Clock; readonly engine: Engine; cut(label: CutLabel): number | undefined },
  cuts: SessionCuts,
  savepoints: SavepointFiles,
): JobCheckpoints {
  return {
    async trigger() {
      const startedAt = session.clock.now();
      const id = session.cut({ label: 'a checkpoint' });
      const cut = id === undefined ? undefined : await cuts.durable(id);
      if (!cut) throw checkpointAborted(id);
      return { ...checkpointOf(cut), duration: session.clock.now() - startedAt };
    },
    async savepoint(path, runners) {
      const behind = runners.find((runner) => runner.status === 'catching-up');
      if (behind !== undefined) throw branchBehind(behind.sinks.map(({ name }) => name).join(', '));
      // What sinks have prepared is committed with a snapshot of the session.
      const id = session.cut({ label: 'a savepoint' });
      const { lane: first } = runners[0]!;
      const nodes = Object.assign(
        {},
        ...runners.map((runner) => runner.cut().lane?.nodes),
      ) as LaneSnapshot['nodes'];
      const written = savepoints.write(path, {
        sources: session.engine.places(),
        lane: { views: [], lane: { now: first.now, nodes } },
      });
      if (id === undefined || !(await cuts.durable(id))) throw checkpointAborted(id);
      return written;
    },
    list: () => cuts.list().map(checkpointOf),
  };
}

function checkpointOf({ id, time, bytes }: SessionCut): CheckpointInfo {
  return { id, time: new Date(time), duration: 0, bytes };
}
