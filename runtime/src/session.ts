// What a notebook kernel needs of the runtime beyond its public API.
export { SessionEnvironment } from './api/session-environment.ts';
export { setExecutionEnvironment } from './api/stream-execution-environment.ts';
export { openStore } from './checkpoint/open-store.ts';
export { openSession } from './engine/open-session.ts';
export type { AnnouncedView, CellOutcome, Session, SessionHost } from './engine/session.ts';
export { canonical, type DescribeFunction } from './graph/fingerprint.ts';
export type { StreamNode } from './graph/stream-node.ts';
