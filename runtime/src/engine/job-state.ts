import { duplicateUid, stateNotRestored } from './checkpoint-errors.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { LaneCut } from './lane-runner.ts';
import type { NodeSnapshot } from './lane-snapshot.ts';
import { nodesBehind } from './named-variables.ts';
import type { SavedSource } from './saved-sources.ts';

/** All of a job outside a notebook: where its sources stand, and what its operators hold. */
export interface JobState {
  readonly sources: readonly SavedSource[];
  readonly lane: Pick<LaneCut, 'lane' | 'views'>;
}

/** What a savepoint is known by: its contents, wherever the file is moved. */
export interface SavepointName {
  readonly id: string;
  /** Where it was found, absolute. */
  readonly path: string;
}

/** A savepoint whose bytes have been read. */
export interface OpenedSavepoint extends SavepointName {
  /** Makes the state anew with each call. @throws {TidemarkError} `savepoint-damaged`, `savepoint-too-new` */
  read(): JobState;
}

/** Savepoints on disk. */
export interface SavepointFiles {
  /** The absolute path of a file. */
  resolve(path: string): string;
  /** @throws {TidemarkError} `no-savepoint` */
  open(path: string): OpenedSavepoint;
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
 * Refuses a savepoint with state of operators that a job does not have.
 * @param known keys of the operators that it has
 * @throws {TidemarkError} `state-not-restored`
 */
export function checkRestorable({ lane: { lane } }: JobState, known: ReadonlySet<string>): void {
  const has = (key: string): boolean => known.has(key) || known.has(key.replace(/#\d+$/, ''));
  const left = Object.entries(lane?.nodes ?? {}).filter(
    ([key, saved]) => !has(operatorKey(key)) && holdsState(saved),
  );
  if (left.length === 0) return;
  throw stateNotRestored(left.map(([key, { name }]) => ({ key: operatorKey(key), name })));
}

/** The key of the operator that a subtask, or an exchange before it, belongs to. */
export function operatorKey(key: string): string {
  return key.replace(/\/(\d+|exchange\/.*)$/, '');
}

function holdsState({ state, tables = {} }: NodeSnapshot): boolean {
  const hasEntries = Object.values(tables).some((entries) => entries.some(({ keys }) => keys.some(isThere)));
  return hasEntries || holdsSomething(state);
}

function isThere(key: unknown): boolean {
  return key !== undefined;
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
