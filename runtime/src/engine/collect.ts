import { collectTimedOut } from './engine-errors.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { ViewObserver } from './view.ts';

/** A sink node that no user made: somebody reads `from`. */
export function readerNode(from: StreamNode, name: string): StreamNode {
  return {
    // Behind every node that the API made: ids give the order of the graph.
    id: Number.MAX_SAFE_INTEGER,
    kind: 'view',
    name,
    parallelism: 1,
    inputs: [{ from }],
    parameters: {},
    functions: [],
    cell: from.cell,
    view: {},
    isSink: true,
  };
}

/** Starts a lane for `sink` that `observer` reads; returns how to stop it. */
export type StartReader = (sink: StreamNode, observer: ViewObserver) => () => void;

/**
 * Runs what `node` hangs on and collects its records: all of them when the input is bounded, at most `limit`.
 * @param options.timeout ms after which it rejects with `collect-timed-out`
 * @param after calls back after so many ms, returns how to prevent it
 */
export function collectRecords(
  node: StreamNode,
  options: { limit?: number; timeout?: number },
  start: StartReader,
  after: (ms: number, work: () => void) => () => void,
): Promise<unknown[]> {
  const limit = options.limit ?? Infinity;
  const sink = readerNode(node, `collect ${node.name}`);
  return new Promise((resolve, reject) => {
    const collected: unknown[] = [];
    let over = false;
    const end = (settle: () => void): void => {
      if (over) return;
      over = true;
      cancelTimeout?.();
      // Not from within the lane's own call.
      queueMicrotask(() => stop());
      settle();
    };
    const observer: ViewObserver = {
      onRecord: (value) => {
        if (over) return;
        collected.push(value);
        if (collected.length >= limit) end(() => resolve(collected));
      },
      onWatermark: () => undefined,
      onProgress: () => undefined,
      snapshot: () => undefined,
      restore: () => undefined,
      onStatus: (status, error) => {
        if (status === 'finished' || status === 'stopped') end(() => resolve(collected));
        else if (status === 'failed') end(() => reject(error ?? new Error(`${sink.name} failed`)));
      },
    };
    const { timeout } = options;
    const cancelTimeout =
      timeout === undefined
        ? undefined
        : after(timeout, () => end(() => reject(collectTimedOut(node.name, timeout, collected.length))));
    const stop = start(sink, observer);
  });
}
