import type { JobClient } from '../api/job-client.ts';
import { nothingToExecute } from './engine-errors.ts';
import { Fingerprints, laneKeys } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { RuntimeClock } from '../time/runtime-clock.ts';
import type { ExecuteRequest, ExecutionBackend } from './backend.ts';
import { BranchView } from './branch-view.ts';
import { collectRecords } from './collect.ts';
import { Engine } from './engine.ts';
import { Job } from './job.ts';
import { LaneRunner } from './lane-runner.ts';
import { afterRealTime } from './slice-loop.ts';
import { Timeline } from './timeline.ts';
import type { View, ViewObserver } from './view.ts';

/** Keeps no rows: outside a notebook a view is what its `View` says of it. */
const NO_ROWS: ViewObserver = {
  onRecord: () => undefined,
  onWatermark: () => undefined,
  onProgress: () => undefined,
  snapshot: () => undefined,
  restore: () => undefined,
  onStatus: () => undefined,
};

/**
 * Runs jobs outside a notebook: `execute` starts all sinks made since the last one as one lane that reads its sources
 * straight through, with nothing recorded. `print` writes through `console.log`.
 */
export function createLocalBackend(): ExecutionBackend {
  const clock = new RuntimeClock();
  const fingerprints = new Fingerprints();
  const sinks = new Set<StreamNode>();
  const views = new Map<StreamNode, BranchView>();

  const run = (
    nodes: readonly StreamNode[],
    openView: (node: StreamNode) => ViewObserver,
  ): { runner: LaneRunner; engine: Engine } => {
    const timeline = new Timeline();
    const engine = new Engine({ clock, timeline, record: false });
    const runner = new LaneRunner({
      sinks: nodes,
      sourceKey: (node) => String(node.id),
      timeline,
      clock,
      startAfter: () => 0,
      lane: { keyOf: laneKeys(fingerprints), print: (_node, text) => console.log(text) },
      openView,
      onReady: engine.wake,
      readsAlone: engine.readsAlone,
    });
    engine.add(runner);
    runner.onSettled(() => {
      if (runner.status === 'finished' || runner.status === 'failed') engine.close();
    });
    return { runner, engine };
  };

  return {
    onNode: (node) => {
      if (node.isSink) sinks.add(node);
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
    execute: ({ name }: ExecuteRequest): Promise<JobClient> => {
      if (sinks.size === 0) return Promise.reject(nothingToExecute());
      const nodes = [...sinks];
      sinks.clear();
      const { runner, engine } = run(nodes, (node) => views.get(node)?.tap(NO_ROWS) ?? NO_ROWS);
      return Promise.resolve(new Job(name, [runner], clock, (gone) => engine.remove(gone)));
    },
    collect: (node, options) =>
      collectRecords(
        node,
        options,
        (sink, observer) => {
          const { runner, engine } = run([sink], () => observer);
          return () => engine.remove(runner);
        },
        afterRealTime,
      ),
  };
}
