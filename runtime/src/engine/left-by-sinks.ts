import { finishLeftFiles } from '../connectors/file-sink/left-files.ts';
import type { SinkState } from '../operators/sink-operator.ts';
import type { LaneCut } from './lane-cut.ts';

/** Kinds of sinks whose part of a cut says all that is needed to end it. Others need what only their cell can make. */
const FINISH: Readonly<Record<string, (writer: unknown, pending: readonly unknown[]) => Promise<void>>> = {
  file: (writer, pending) => finishLeftFiles(writer, pending),
};

/**
 * Ends what sinks have left in a cut, where after a crash the cell makes nothing that would go on with it: they commit what
 * they were given up to the cut, and the rest is gone (law 5).
 * @param failed is told what could not be ended
 */
export async function finishLeftInCut({ lane }: LaneCut, failed: (error: unknown) => void): Promise<void> {
  for (const { state } of Object.values(lane?.nodes ?? {})) {
    const left = sinkState(state);
    const committables = left?.transactions.pending.map(([, committable]) => committable) ?? [];
    try {
      await FINISH[left?.kind ?? '']?.(left?.writer, committables);
    } catch (error) {
      failed(error);
    }
  }
}

function sinkState(state: unknown): SinkState | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const { kind, transactions } = state as Partial<SinkState>;
  return typeof kind === 'string' && kind in FINISH && transactions !== undefined
    ? (state as SinkState)
    : undefined;
}
