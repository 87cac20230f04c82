import type { StateDescriptor, StateStore } from './state-store.ts';

/** The state that a descriptor of any kind describes. */
export function stateBy(store: StateStore, descriptor: StateDescriptor): unknown {
  switch (descriptor.kind) {
    case 'value':
      return store.getState(descriptor);
    case 'list':
      return store.getListState(descriptor);
    case 'map':
      return store.getMapState(descriptor);
    case 'reducing':
      return store.getReducingState(descriptor);
    case 'aggregating':
      return store.getAggregatingState(descriptor);
  }
}
