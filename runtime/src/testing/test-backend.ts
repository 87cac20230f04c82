import type { ExecutionBackend } from '../engine/backend.ts';
import { TidemarkError } from '../errors.ts';
import type { StreamNode } from '../graph/stream-node.ts';

/** Takes note of the sinks that `build` makes; they run with the job. */
export function testBackend(sinks: StreamNode[]): ExecutionBackend {
  const refuse = (what: string) =>
    new TidemarkError(
      'not-in-tests',
      `${what} has no place in testJob: the steps drive the job. Return the stream from build instead.`,
    );
  return {
    onNode: (node) => {
      if (node.isSink) sinks.push(node);
    },
    execute: () => Promise.reject(refuse('execute()')),
    show: () => {
      throw refuse('show()');
    },
    collect: () => Promise.reject(refuse('executeAndCollect()')),
  };
}
