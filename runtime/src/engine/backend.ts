import type { StreamNode } from '../graph/stream-node.ts';
import type { JobClient } from '../api/job-client.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import type { View, ViewOptions } from './view.ts';

/** What `execute` was asked for. */
export interface ExecuteRequest {
  readonly name?: string;
  readonly fromSavepoint?: string;
  readonly allowNonRestoredState?: boolean;
  /** In a session: name these alone, and let the end of the cell start them as it starts all it made. */
  readonly sinks?: readonly StreamNode[];
}

/**
 * Who runs an environment's graph: the local backend starts jobs on `execute` alone; a session's backend starts what a
 * cell made observable at the end of the cell (law 2).
 */
export interface ExecutionBackend {
  /** Called for every node the API makes, in order. */
  onNode(node: StreamNode): void;
  execute(request: ExecuteRequest): Promise<JobClient>;
  /** Changes settings of what is executed from now on. */
  configure?(settings: ExecutionSettings): void;
  show(node: StreamNode, options: ViewOptions): View;
  /** Runs what `node` hangs on, alone, and collects its records. Rejects on failure. */
  collect(node: StreamNode, options: { limit?: number; timeout?: number }): Promise<unknown[]>;
}
