import { TidemarkError } from '../errors.ts';
import {
  CellAggregatingState,
  type AggregatingState,
  type AggregatingStateDescriptor,
} from './aggregating-state.ts';
import { CellListState, type ListState, type ListStateDescriptor } from './list-state.ts';
import { CellMapState, type MapState, type MapStateDescriptor } from './map-state.ts';
import { CellReducingState, type ReducingState, type ReducingStateDescriptor } from './reducing-state.ts';
import type { StateCell } from './state-cell.ts';
import { CellValueState, type ValueState, type ValueStateDescriptor } from './value-state.ts';

/** Any descriptor of keyed state. */
export type StateDescriptor =
  | ValueStateDescriptor<unknown>
  | ListStateDescriptor<unknown>
  | MapStateDescriptor<unknown, unknown>
  | ReducingStateDescriptor<unknown>
  | AggregatingStateDescriptor<unknown, unknown, unknown>;

/** Hands out states by their descriptors; each always speaks of the key (and window) that is current. */
export interface StateStore {
  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T>;
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T>;
  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V>;
  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T>;
  getAggregatingState<IN, ACC, OUT>(
    descriptor: AggregatingStateDescriptor<IN, ACC, OUT>,
  ): AggregatingState<IN, OUT>;
}

/** A state store on cells that `cellOf` finds by name. */
export class CellStateStore implements StateStore {
  readonly #cellOf: (name: string) => StateCell;
  readonly #states = new Map<string, { readonly kind: string; readonly state: unknown }>();

  constructor(cellOf: (name: string) => StateCell) {
    this.#cellOf = cellOf;
  }

  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    return this.#stateOf(descriptor, (cell) => new CellValueState(cell, descriptor)) as ValueState<T>;
  }

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return this.#stateOf(descriptor, (cell) => new CellListState(cell)) as ListState<T>;
  }

  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V> {
    return this.#stateOf(descriptor, (cell) => new CellMapState(cell)) as MapState<K, V>;
  }

  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T> {
    return this.#stateOf(descriptor, (cell) => new CellReducingState(cell, descriptor)) as ReducingState<T>;
  }

  getAggregatingState<IN, ACC, OUT>(
    descriptor: AggregatingStateDescriptor<IN, ACC, OUT>,
  ): AggregatingState<IN, OUT> {
    const make = (cell: StateCell) => new CellAggregatingState(cell, descriptor);
    return this.#stateOf(descriptor, make) as AggregatingState<IN, OUT>;
  }

  #stateOf({ kind, name }: { kind: string; name: string }, make: (cell: StateCell) => unknown): unknown {
    let entry = this.#states.get(name);
    if (entry === undefined) this.#states.set(name, (entry = { kind, state: make(this.#cellOf(name)) }));
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
}
