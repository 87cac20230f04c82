import type { JobClient } from '../api/job-client.ts';
import { nothingToExecute } from './engine-errors.ts';
import { Fingerprints, laneKeys } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { RuntimeClock } from '../time/runtime-clock.ts';
import type { ExecuteRequest, ExecutionBackend } from './backend.ts';
import { BranchView } from './branch-view.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { collectRecords } from './collect.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import { checkRestorable, checkUids, operatorsOf, type JobState } from './job-state.ts';
import { LocalJob, type LocalJobOptions } from './local-job.ts';
import { RestartStrategies } from './restart-strategies.ts';
import { placesOf } from './saved-sources.ts';
import { afterRealTime } from './slice-loop.ts';
import { NO_ROWS, type View, type ViewObserver } from './view.ts';

/**
 * Runs jobs outside a notebook: `execute` starts all sinks made since the last one as one lane that reads its sources
 * straight through, with nothing recorded. `print` writes through `console.log`.
 */
export function createLocalBackend(store: CheckpointStore): ExecutionBackend {
  const clock = new RuntimeClock();
  const fingerprints = new Fingerprints();
  const sinks = new Set<StreamNode>();
  const views = new Map<StreamNode, BranchView>();
  let settings: ExecutionSettings = {};

  const run = (
    nodes: readonly StreamNode[],
    openView: (node: StreamNode) => ViewObserver,
    options: Pick<LocalJobOptions, 'name' | 'settings' | 'from'>,
  ): LocalJob =>
    new LocalJob({
      ...options,
      sinks: nodes,
      clock,
      store,
      sourceKey: laneKeys(fingerprints),
      lane: { keyOf: laneKeys(fingerprints), print: (_node, text) => console.log(text) },
      openView,
    });

  return {
    onNode: (node) => {
      if (node.isSink) sinks.add(node);
    },
    configure: (changed) => {
      settings = { ...settings, ...changed };
      // As in Flink: with checkpoints to go on from a job is started again unless it was said otherwise.
      if (settings.checkpointing) settings = { restart: RestartStrategies.exponentialDelay(), ...settings };
    },
    show: (node): View => {
      const view = new BranchView(
        `view-${node.id}`,
        () => undefined,
        () => sinks.delete(node),
      );
      views.set(node, view);
      return view;
    },
    // Asynchronous, so that what cannot be restored is a rejection.
    execute: async ({
      name,
      fromSavepoint,
      allowNonRestoredState = false,
    }: ExecuteRequest): Promise<JobClient> => {
      if (sinks.size === 0) throw nothingToExecute();
      const saved = fromSavepoint === undefined ? undefined : store.savepoints.read(fromSavepoint);
      const nodes = [...sinks];
      checkUids(nodes);
      if (saved && !allowNonRestoredState) checkRestorable(saved, operatorsOf(nodes, laneKeys(fingerprints)));
      const from = saved && startOf(saved, nodes, fingerprints);
      sinks.clear();
      return run(nodes, (node) => views.get(node)?.tap(NO_ROWS) ?? NO_ROWS, { name, settings, from });
    },
    collect: (node, options) =>
      collectRecords(
        node,
        options,
        (sink, observer) => {
          const job = run([sink], () => observer, { settings: {} });
          return () => void job.cancel();
        },
        afterRealTime,
      ),
  };
}

/** What a job takes up of a savepoint, its sources as they are named now. */
function startOf(
  { sources, lane: { lane } }: JobState,
  nodes: readonly StreamNode[],
  fingerprints: Fingerprints,
): JobState {
  const keyOf = laneKeys(fingerprints);
  const places = placesOf(nodes, sources, keyOf, (node) => fingerprints.ofSource(node));
  return {
    sources: Array.from(places, ([node, place]) => ({ ...place, source: keyOf(node) })),
    lane: { views: [], ...(lane && { lane }) },
  };
}
