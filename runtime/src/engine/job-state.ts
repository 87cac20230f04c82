import { duplicateUid, stateNotRestored } from './checkpoint-errors.ts';
import type { SourcePlace } from './engine.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { LaneCut } from './lane-runner.ts';
import type { NodeSnapshot } from './lane-snapshot.ts';
import { nodesBehind } from './named-variables.ts';

/** All of a job outside a notebook: where its sources stand, and what its operators hold. */
export interface JobState {
  readonly sources: readonly SourcePlace[];
  readonly lane: Pick<LaneCut, 'lane' | 'views'>;
}

/** Savepoints on disk. */
export interface SavepointFiles {
  /** @returns the absolute path when the file would outlive a power cut */
  write(path: string, state: JobState): string;
  read(path: string): JobState;
  /** The parts of a file: what is not in tables as it was encoded, and the chunks of these. */
  pack(beside: Uint8Array, chunks: readonly Uint8Array[]): readonly Uint8Array[];
  unpack(parts: readonly Uint8Array[]): JobState;
  /** As `write`, in the background. */
  writeParts(path: string, parts: readonly Uint8Array[]): Promise<string>;
}

/**
 * What a job takes up of a savepoint: state of operators by their uids.
 * @param known keys of the operators that it has
 * @throws {TidemarkError} `state-not-restored` for state of an operator that it does not have
 */
export function restorable(
  state: JobState,
  known: ReadonlySet<string>,
  allowNonRestoredState: boolean,
): JobState {
  const { lane } = state.lane;
  if (lane === undefined) return state;
  const left = Object.entries(lane.nodes).filter(
    ([key, saved]) => !known.has(operatorKey(key)) && holdsState(saved),
  );
  if (left.length > 0 && !allowNonRestoredState)
    throw stateNotRestored(left.map(([key, { name }]) => ({ key: operatorKey(key), name })));
  return { ...state, lane: { lane, views: [] } };
}

/** The key of the operator that a subtask, or an exchange before it, belongs to. */
export function operatorKey(key: string): string {
  return key.replace(/\/(\d+|exchange\/.*)$/, '');
}

function holdsState({ state, tables = {} }: NodeSnapshot): boolean {
  const hasEntries = Object.values(tables).some((entries) => entries.some(({ slots }) => slots.length > 0));
  return hasEntries || holdsSomething(state);
}

/** False for what is there with every operator of a kind, such as lists without elements. */
function holdsSomething(state: unknown): boolean {
  if (state instanceof Map || state instanceof Set) return [...state.values()].some(holdsSomething);
  if (Array.isArray(state)) return state.length > 0;
  if (typeof state === 'object' && state !== null) return Object.values(state).some(holdsSomething);
  return false;
}

/** What the operators of a job are called in its state. */
export function operatorsOf(sinks: readonly StreamNode[], keyOf: (node: StreamNode) => string): Set<string> {
  const names = new Set<string>();
  const visit = (node: StreamNode): void => {
    if (names.has(keyOf(node))) return;
    names.add(keyOf(node));
    for (const { from } of node.inputs) visit(from);
  };
  for (const sink of sinks) visit(sink);
  return names;
}

/**
 * Flink's rule: state is found again by uid, so no two operators of a job have the same.
 * @throws {TidemarkError} `duplicate-uid`
 */
export function checkUids(sinks: readonly StreamNode[]): void {
  const named = new Map<string, StreamNode>();
  for (const node of new Set(sinks.flatMap(nodesBehind))) {
    const { uid } = node;
    if (uid === undefined) continue;
    const other = named.get(uid);
    if (other) throw duplicateUid(uid, other.name, node.name);
    named.set(uid, node);
  }
}
