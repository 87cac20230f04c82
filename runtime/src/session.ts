// What a notebook kernel needs of the runtime beyond its public API.
export { SessionEnvironment } from './api/session-environment.ts';
export { setExecutionEnvironment } from './api/stream-execution-environment.ts';
export { setEmbeddedLogPath } from './connectors/kafka/open-cluster.ts';
export { openStore } from './checkpoint/open-store.ts';
export { openSession } from './engine/open-session.ts';
export type { JobProgress } from './engine/job-progress.ts';
export type { Session } from './engine/session.ts';
export type { BranchNotice } from './engine/branch-notices.ts';
export type { AnnouncedView, CellOutcome, SessionHost } from './engine/session-host.ts';
export { canonical, type DescribeFunction } from './graph/fingerprint.ts';
export type { StreamNode } from './graph/stream-node.ts';
export { Param, type ParamState } from './engine/params.ts';
export { WhatIf } from './engine/what-if.ts';
export { SnapshotDiff } from './engine/state-diff.ts';
export { StateTable } from './engine/state-lens.ts';
export { Recording } from './engine/recording.ts';
export { Why } from './engine/why.ts';
