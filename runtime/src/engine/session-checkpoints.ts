import type { StreamNode } from '../graph/stream-node.ts';
import type { Clock } from '../time/runtime-clock.ts';
import type { Branch } from './branch.ts';
import type { CheckpointInfo } from './checkpoint-coordinator.ts';
import { branchBehind, checkpointAborted, savepointAborted } from './checkpoint-errors.ts';
import type { Chunk } from './cut-writer.ts';
import type { Engine } from './engine.ts';
import type { JobState } from './job-state.ts';
import type { JobCheckpoints } from './job.ts';
import type { LaneRunner } from './lane-runner.ts';
import type { LaneSnapshot } from './lane-snapshot.ts';
import { savedSources } from './saved-sources.ts';
import { samePlace, type CutBegun, type CutLabel, type SessionCuts } from './session-cuts.ts';
import type { SessionCut, SessionStore } from './session-store.ts';
import { afterRealTime } from './slice-loop.ts';
import type { StoredLaneCut } from './stored-lane-cut.ts';

/** Chunks looked into before the streams have their turn. */
const CHUNKS_AT_ONCE = 8;

/** What savepoints of jobs need of their session. */
export interface SessionOfJobs {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly branches: ReadonlySet<Branch>;
  beginCut(label: CutLabel): CutBegun | undefined;
  /** Of what a source node reads. */
  sourceFingerprint(node: StreamNode): string;
}

/** A session's cuts, as a job speaks of them. */
export function sessionCheckpoints(
  session: SessionOfJobs,
  cuts: SessionCuts,
  store: SessionStore,
): JobCheckpoints {
  return {
    async trigger() {
      const startedAt = session.clock.now();
      const id = session.beginCut({ label: 'a checkpoint' })?.id;
      const cut = id === undefined ? undefined : await cuts.durable(id);
      if (!cut) throw checkpointAborted(id);
      return { ...checkpointOf(cut), duration: session.clock.now() - startedAt };
    },
    async savepoint(path, runners) {
      const isOver = (): boolean =>
        !runners.some(({ goesOn }) => goesOn) ||
        runners.some(({ status }) => status === 'failed' || status === 'canceled');
      if (isOver()) throw savepointAborted(path);
      const behind = runners.find((runner) => runner.status === 'catching-up');
      if (behind !== undefined) throw branchBehind(behind.sinks.map(({ name }) => name).join(', '));
      // A snapshot of the session has it all, and what sinks have prepared is committed with that.
      const begun = session.beginCut({ label: 'a savepoint' });
      // A sink may fail just then.
      if (begun === undefined || isOver()) throw savepointAborted(path);
      const saved = runners.filter(({ goesOn }) => goesOn);
      const sources = savedSources(saved, session.engine.timeline, (node) => session.sourceFingerprint(node));
      const places = saved.map((runner) => placeOf(runner, session.branches));
      const letGo = cuts.hold(begun.id);
      try {
        await cuts.durable(begun.id);
        const read = await store.read(begun.id);
        if (read === undefined) throw savepointAborted(path);
        const { cut, lanes } = read;
        const of = places.flatMap(
          (place) => lanes[cut.branches.findIndex((other) => samePlace(place, other))] ?? [],
        );
        return await store.savepoints.writeParts(path, await partsOf(of, sources, store));
      } finally {
        letGo();
      }
    },
    list: () => cuts.list().map(checkpointOf),
  };
}

function placeOf(runner: LaneRunner, branches: ReadonlySet<Branch>): Pick<Branch, 'cell' | 'ordinal'> {
  const branch = [...branches].find((one) => one.runner === runner);
  if (branch === undefined) throw new RangeError('a lane without a branch');
  const { cell, ordinal } = branch;
  return { cell, ordinal };
}

/**
 * The parts of a savepoint, of what a snapshot has of some lanes: its chunks are of the same form, so that they are not even decoded
 * unless lanes share an operator.
 */
async function partsOf(
  lanes: readonly StoredLaneCut[],
  sources: JobState['sources'],
  store: SessionStore,
): Promise<readonly Uint8Array[]> {
  const nodes: Record<string, LaneSnapshot['nodes'][string]> = {};
  const owners = new Map<string, StoredLaneCut>();
  let now = 0;
  let shared = false;
  for (const lane of lanes) {
    const snapshot = lane.besideTables().lane;
    now = Math.max(now, snapshot?.now ?? 0);
    for (const [key, saved] of Object.entries(snapshot?.nodes ?? {})) {
      shared ||= owners.has(key);
      nodes[key] = saved;
      owners.set(key, lane);
    }
  }
  const chunks: Uint8Array[] = [];
  let looked = 0;
  for (const lane of lanes) {
    for (const chunk of lane.chunks()) {
      if (shared) {
        // Both hold the same, in slots of their own.
        if (owners.get((store.decode(chunk) as Chunk).node) === lane) chunks.push(chunk);
        if (++looked % CHUNKS_AT_ONCE === 0) await turn();
      } else chunks.push(chunk);
    }
  }
  const state: JobState = { sources, lane: { views: [], lane: { now, nodes } } };
  return store.savepoints.pack(store.encode(state, 'the savepoint'), chunks);
}

function turn(): Promise<void> {
  return new Promise((resolve) => afterRealTime(0, resolve));
}

function checkpointOf({ id, time, bytes }: SessionCut): CheckpointInfo {
  return { id, time: new Date(time), duration: 0, bytes };
}
