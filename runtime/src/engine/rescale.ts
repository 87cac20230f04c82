import type { Operator } from '../operators/operator.ts';
import { keyGroupOf, subtaskOf } from '../state/key-group.ts';
import { redistributeTables } from '../state/redistribute.ts';
import type { NodeSnapshot } from './lane-snapshot.ts';

/** The subtasks of a node in a snapshot, in their order. */
export function savedSubtasks(nodes: Readonly<Record<string, NodeSnapshot>>, key: string): NodeSnapshot[] {
  const saved: NodeSnapshot[] = [];
  for (let at = 0; ; at++) {
    const subtask = nodes[at === 0 ? key : `${key}/${at}`];
    if (subtask === undefined) return saved;
    saved.push(subtask);
  }
}

/** What was kept of a node's subtasks, spread over another number of them. */
export function rescaled(
  saved: readonly NodeSnapshot[],
  operator: Operator,
  parallelism: number,
  maxParallelism: number,
): NodeSnapshot[] {
  const tables = redistributeTables(
    saved.map((subtask) => subtask.tables ?? {}),
    parallelism,
    maxParallelism,
  );
  const beside = operator.redistribute(
    saved.map(({ state }) => state),
    parallelism,
  );
  const unsorted = saved.flatMap((subtask) => subtask.unsorted ?? []);
  const sum = (count: (subtask: NodeSnapshot) => number): number =>
    saved.reduce((total, subtask) => total + count(subtask), 0);
  return tables.map((ofSubtask, at) => ({
    name: saved[0]!.name,
    watermark: Math.min(...saved.map(({ watermark }) => watermark)),
    idle: saved.every(({ idle }) => idle),
    // Counts are those of all together: the first subtask has them.
    lateRecords: at === 0 ? sum(({ lateRecords }) => lateRecords) : 0,
    lateSideOutputs: at === 0 ? sum(({ lateSideOutputs = 0 }) => lateSideOutputs) : 0,
    recordsIn: at === 0 ? sum(({ recordsIn }) => recordsIn) : 0,
    maxParallelism,
    ...(saved[0]!.schemas === undefined ? {} : { schemas: saved[0]!.schemas }),
    unsorted: unsorted.filter(
      ({ key }) => subtaskOf(keyGroupOf(key, maxParallelism), maxParallelism, parallelism) === at,
    ),
    state: beside[at],
    tables: ofSubtask,
  }));
}
