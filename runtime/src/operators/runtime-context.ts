import type { StateStore } from '../state/state-store.ts';
import type { Operator } from './operator.ts';
import type { RuntimeContext } from './rich-function.ts';

/** What a function object with keyed state may ask of its operator. */
export function keyedRuntimeContext(operator: Operator, store: StateStore): RuntimeContext {
  return {
    ...operatorFacts(operator),
    getState: (descriptor) => store.getState(descriptor),
    getListState: (descriptor) => store.getListState(descriptor),
    getMapState: (descriptor) => store.getMapState(descriptor),
    getReducingState: (descriptor) => store.getReducingState(descriptor),
    getAggregatingState: (descriptor) => store.getAggregatingState(descriptor),
  };
}

/** What a function object on streams without keys may ask: anything but keyed state, which `refuse` refuses. */
export function keylessRuntimeContext(operator: Operator, refuse: () => never): RuntimeContext {
  return {
    ...operatorFacts(operator),
    getState: refuse,
    getListState: refuse,
    getMapState: refuse,
    getReducingState: refuse,
    getAggregatingState: refuse,
  };
}

function operatorFacts(
  operator: Operator,
): Pick<RuntimeContext, 'getTaskName' | 'getTaskInfo' | 'getMetricGroup'> {
  const { name, subtask, parallelism } = operator.facts;
  return {
    getTaskName: () => name,
    getTaskInfo: () => ({
      getTaskName: () => name,
      getIndexOfThisSubtask: () => subtask,
      getNumberOfParallelSubtasks: () => parallelism,
    }),
    getMetricGroup: () => operator.ownMetrics().group,
  };
}
