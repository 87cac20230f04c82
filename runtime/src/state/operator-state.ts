import { CellListState, type ListState, type ListStateDescriptor } from './list-state.ts';
import { CellBroadcastState, type BroadcastState } from './broadcast-state.ts';
import type { MapStateDescriptor } from './map-state.ts';
import { cellIn, type StateCell } from './state-cell.ts';
import { migrationOf, type DescribedState } from './state-schema.ts';

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
  /** Versions above 1 of what the others hold. */
  readonly versions?: ReadonlyMap<string, number>;
}

/** Operator state in memory. */
export class OperatorStates implements OperatorStateStore {
  readonly #lists = new Map<string, unknown>();
  readonly #unions = new Map<string, unknown>();
  readonly #broadcast = new Map<string, unknown>();
  readonly #versions = new Map<string, number>();

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return new CellListState(this.#cell(this.#lists, descriptor));
  }

  getUnionListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return new CellListState(this.#cell(this.#unions, descriptor));
  }

  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V> {
    return new CellBroadcastState(this.#cell(this.#broadcast, descriptor));
  }

  snapshot(): OperatorStateSnapshot {
    const versions = this.#versions;
    return { lists: this.#lists, unions: this.#unions, broadcast: this.#broadcast, versions };
  }

  restore({ lists, unions, broadcast, versions = new Map() }: OperatorStateSnapshot): void {
    for (const [name, list] of lists) this.#lists.set(name, list);
    for (const [name, list] of unions) this.#unions.set(name, list);
    for (const [name, map] of broadcast) this.#broadcast.set(name, map);
    for (const [name, version] of versions) this.#versions.set(name, version);
  }

  /** Where a state is kept; what it was restored with becomes what the descriptor describes. */
  #cell(states: Map<string, unknown>, descriptor: DescribedState): StateCell {
    const { name, kind, version } = descriptor;
    const held = states.get(name);
    if (held !== undefined) {
      const was = { kind, version: this.#versions.get(name) ?? 1 };
      const migrated = migrationOf(was, descriptor, [held], false)?.(held);
      if (migrated !== undefined) states.set(name, migrated);
    }
    if (version > 1) this.#versions.set(name, version);
    return cellIn(name, () => states);
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
