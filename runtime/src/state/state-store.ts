import { TidemarkError, unsupported } from '../errors.ts';
import {
  CellAggregatingState,
  type AggregatingState,
  type AggregatingStateDescriptor,
} from './aggregating-state.ts';
import { CellListState, type ListState, type ListStateDescriptor } from './list-state.ts';
import { CellMapState, type MapState, type MapStateDescriptor } from './map-state.ts';
import { CellReducingState, type ReducingState, type ReducingStateDescriptor } from './reducing-state.ts';
import type { StateCell } from './state-cell.ts';
import { StateColumn } from './state-column.ts';
import type { TtlDescriptor } from './ttl-descriptor.ts';
import { TtlCell } from './ttl-cell.ts';
import { TtlListState } from './ttl-list-state.ts';
import { TtlMapState } from './ttl-map-state.ts';
import { Ttl, type TtlScope } from './ttl.ts';
import {
  CellValueState,
  ColumnValueState,
  type ValueState,
  type ValueStateDescriptor,
} from './value-state.ts';

/** Any descriptor of keyed state. */
export type StateDescriptor =
  | ValueStateDescriptor<unknown>
  | ListStateDescriptor<unknown>
  | MapStateDescriptor<unknown, unknown>
  | ReducingStateDescriptor<unknown>
  | AggregatingStateDescriptor<unknown, unknown, unknown>;

/** Hands out states by their descriptors; each always speaks of the key (and window) that is current. */
export interface StateStore {
  /**
   * One value a key.
   * @throws {TidemarkError} `state-kind-differs` if a state of another kind has the name
   */
  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>;
  /**
   * A list a key.
   * @throws {TidemarkError} `state-kind-differs` if a state of another kind has the name
   */
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>;
  /**
   * A map a key.
   * @throws {TidemarkError} `state-kind-differs` if a state of another kind has the name
   */
  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V>;
  /**
   * One value a key, combined from all that were added.
   * @throws {TidemarkError} `state-kind-differs` if a state of another kind has the name
   */
  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T>;
  /**
   * One result a key, aggregated from all that were added.
   * @throws {TidemarkError} `state-kind-differs` if a state of another kind has the name
   */
  getAggregatingState<IN, ACC, OUT>(
    descriptor: AggregatingStateDescriptor<IN, ACC, OUT>,
  ): AggregatingState<IN, OUT>;
}

type Described = Pick<TtlDescriptor, 'timeToLive' | 'version' | 'migrate'> & {
  readonly kind: string;
  readonly name: string;
};

/** The name of a state's cell. Entries that expire are laid out differently, so they are not taken for others. */
export function cellNameOf({ name, timeToLive }: Pick<Described, 'name' | 'timeToLive'>): string {
  return timeToLive === undefined ? name : `${name}${EXPIRING}`;
}

/** Whether what is kept in a cell of this name expires. */
export function isExpiring(cellName: string): boolean {
  return cellName.endsWith(EXPIRING);
}

/** The name that its descriptor gives the state in a cell. */
export function stateNameOf(cellName: string): string {
  return isExpiring(cellName) ? cellName.slice(0, -EXPIRING.length) : cellName;
}

/** What a cell holds, without the times at which it expires. */
export function unexpired(cellName: string, held: unknown): unknown {
  if (!isExpiring(cellName)) return held;
  const valueOf = (entry: unknown): unknown => (entry as { readonly value: unknown }).value;
  if (Array.isArray(held)) return held.map(valueOf);
  if (held instanceof Map) return new Map(Array.from(held, ([key, entry]) => [key, valueOf(entry)]));
  return valueOf(held);
}

const EXPIRING = ' (expiring)';

/** A state store on cells that `cellOf` finds by name. */
export class CellStateStore implements StateStore {
  readonly #cellOf: (name: string) => StateCell;
  readonly #ttlScope: TtlScope | undefined;
  readonly #states = new Map<string, { readonly kind: string; readonly state: unknown }>();

  /** @param ttlScope where states may expire: their clock, and who takes them away */
  constructor(cellOf: (name: string) => StateCell, ttlScope?: TtlScope) {
    this.#cellOf = cellOf;
    this.#ttlScope = ttlScope;
  }

  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    return this.#stateOf(descriptor, (cell, ttl) =>
      ttl === undefined && cell instanceof StateColumn
        ? new ColumnValueState(cell, descriptor)
        : new CellValueState(expiring(cell, ttl), descriptor),
    ) as ValueState<T>;
  }

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return this.#stateOf(descriptor, (cell, ttl) =>
      ttl === undefined ? new CellListState(cell) : new TtlListState(cell, ttl),
    ) as ListState<T>;
  }

  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V> {
    return this.#stateOf(descriptor, (cell, ttl) =>
      ttl === undefined ? new CellMapState(cell) : new TtlMapState(cell, ttl),
    ) as MapState<K, V>;
  }

  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T> {
    return this.#stateOf(
      descriptor,
      (cell, ttl) => new CellReducingState(expiring(cell, ttl), descriptor),
    ) as ReducingState<T>;
  }

  getAggregatingState<IN, ACC, OUT>(
    descriptor: AggregatingStateDescriptor<IN, ACC, OUT>,
  ): AggregatingState<IN, OUT> {
    const make = (cell: StateCell, ttl?: Ttl) => new CellAggregatingState(expiring(cell, ttl), descriptor);
    return this.#stateOf(descriptor, make) as AggregatingState<IN, OUT>;
  }

  #stateOf(descriptor: Described, make: (cell: StateCell, ttl?: Ttl) => unknown): unknown {
    const { kind, name } = descriptor;
    let entry = this.#states.get(name);
    if (entry === undefined) this.#states.set(name, (entry = { kind, state: this.#make(descriptor, make) }));
    if (entry.kind !== kind) {
      throw new TidemarkError(
        'state-kind-differs',
        `The state '${name}' is asked for as a ${kind} state, but it is a ${entry.kind} state already. Two descriptors share ` +
          'the name. Give one of them another name.',
        { details: { name, kind, was: entry.kind } },
      );
    }
    return entry.state;
  }

  #make(descriptor: Described, make: (cell: StateCell, ttl?: Ttl) => unknown): unknown {
    const { name, timeToLive } = descriptor;
    const cell = this.#cellOf(cellNameOf(descriptor));
    if (cell.describe !== undefined) cell.describe(descriptor);
    else if (descriptor.version > 1) {
      throw unsupported(
        `A version of the state '${name}'`,
        'state of windows and triggers ends with its window, and is not migrated.',
        'Give the changed state another name.',
      );
    }
    if (timeToLive === undefined) return make(cell);
    const scope = this.#ttlScope;
    if (scope === undefined) {
      throw unsupported(
        `A time to live of the state '${name}'`,
        'what it is kept in has an end of its own.',
        'Leave it out, or keep the state in a process function on a keyed stream.',
      );
    }
    return make(cell, new Ttl(timeToLive, scope));
  }
}

function expiring(cell: StateCell, ttl: Ttl | undefined): StateCell {
  return ttl === undefined ? cell : new TtlCell(cell, ttl);
}
