import type { OperatorRuntime } from './operator.ts';

/**
 * A process function that wants to know what becomes of checkpoints; in a notebook, of snapshots.
 * @example
 * const complete: number[] = [];
 * class Listening extends ProcessFunction<number, number> implements CheckpointListener {
 *   *processElement(value: number) {
 *     yield value;
 *   }
 *   notifyCheckpointComplete(checkpointId: number) {
 *     complete.push(checkpointId);
 *   }
 * }
 * await testJob([element(1), snapshot(), element(2)], (numbers) =>
 *   numbers.process(() => new Listening()),
 * );
 * complete[0]; // → 1
 */
export interface CheckpointListener {
  /** Called when a checkpoint that holds the function's state is durable. It may come late, and not for every one. */
  notifyCheckpointComplete(checkpointId: number): void;
  /** Called when a checkpoint that was begun will never be. */
  notifyCheckpointAborted?(checkpointId: number): void;
}

/** Tells a lane of a function that listens. */
export function registerListener(fn: object, runtime: OperatorRuntime): void {
  const { notifyCheckpointComplete } = fn as Partial<CheckpointListener>;
  if (typeof notifyCheckpointComplete === 'function') runtime.listen(fn as CheckpointListener);
}
