import { CellListState, type ListState, type ListStateDescriptor } from './list-state.ts';
import { CellBroadcastState, type BroadcastState } from './broadcast-state.ts';
import type { MapStateDescriptor } from './map-state.ts';
import { cellIn } from './state-cell.ts';

/** State of a running copy of an operator, whatever the key. */
export interface OperatorStateStore {
  /** A list of this copy alone. */
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>;
  /** A list of this copy; after a restore every copy has the elements of all. */
  getUnionListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>;
  /** A map that is to be alike in all copies. */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V>;
}

/** Operator state in a cut, by names. */
export interface OperatorStateSnapshot {
  readonly lists: ReadonlyMap<string, unknown>;
  readonly unions: ReadonlyMap<string, unknown>;
  readonly broadcast: ReadonlyMap<string, unknown>;
}

/** Operator state in memory. */
export class OperatorStates implements OperatorStateStore {
  readonly #lists = new Map<string, unknown>();
  readonly #unions = new Map<string, unknown>();
  readonly #broadcast = new Map<string, unknown>();

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return new CellListState(cellIn(descriptor.name, () => this.#lists));
  }

  getUnionListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return new CellListState(cellIn(descriptor.name, () => this.#unions));
  }

  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V> {
    return new CellBroadcastState(cellIn(descriptor.name, () => this.#broadcast));
  }

  snapshot(): OperatorStateSnapshot {
    return { lists: this.#lists, unions: this.#unions, broadcast: this.#broadcast };
  }

  restore({ lists, unions, broadcast }: OperatorStateSnapshot): void {
    for (const [name, list] of lists) this.#lists.set(name, list);
    for (const [name, list] of unions) this.#unions.set(name, list);
    for (const [name, map] of broadcast) this.#broadcast.set(name, map);
  }
}

/** What each of several copies takes up: its own lists and maps, and the union of all union lists. */
export function withUnions(snapshots: readonly OperatorStateSnapshot[]): OperatorStateSnapshot[] {
  const all = new Map<string, unknown[]>();
  for (const { unions } of snapshots) {
    for (const [name, list] of unions) all.set(name, [...(all.get(name) ?? []), ...(list as unknown[])]);
  }
  // Copies: each may go on to change its own.
  return snapshots.map((snapshot) => ({
    ...snapshot,
    unions: new Map([...all].map(([name, list]) => [name, [...list]])),
  }));
}
