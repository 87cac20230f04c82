import type { NewNode } from '../graph/stream-graph.ts';
import { fieldReduce, reducing, reducingNumbers, type FieldName } from '../operators/field-aggregate.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import { RollingAggregateOperator } from '../operators/rolling-aggregate-operator.ts';
import type { AggregateFunction } from '../state/aggregating-state.ts';
import type { ReduceFunction } from '../state/reducing-state.ts';

/** The node of a running reduction a key. */
export function rollingReduce(selector: KeySelector, fn: unknown): NewNode {
  return rolling(selector, 'reduce', {}, [fn], reducing(fn as ReduceFunction<unknown>));
}

/** The node of a running sum, minimum or maximum a key: of a field, or of what a function returns. */
export function rollingNumber(
  selector: KeySelector,
  aggregation: 'sum' | 'min' | 'max',
  field: unknown,
): NewNode {
  if (typeof field === 'function') {
    const aggregate = reducingNumbers(aggregation, field as (value: unknown) => number);
    return rolling(selector, aggregation, { aggregation }, [field], aggregate);
  }
  const aggregate = reducing(fieldReduce(aggregation, field as FieldName));
  return rolling(selector, aggregation, { aggregation, field }, [], aggregate);
}

/** The node that keeps the record with the lowest or highest value a key. */
export function rollingRecord(
  selector: KeySelector,
  aggregation: 'minBy' | 'maxBy',
  field: unknown,
): NewNode {
  const aggregate = reducing(fieldReduce(aggregation, field as FieldName | ((value: unknown) => unknown)));
  return typeof field === 'function'
    ? rolling(selector, aggregation, { aggregation }, [field], aggregate)
    : rolling(selector, aggregation, { aggregation, field }, [], aggregate);
}

function rolling(
  selector: KeySelector,
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  functions: readonly unknown[],
  aggregate: AggregateFunction<unknown, unknown, unknown>,
): NewNode {
  return {
    kind: 'reduce',
    name,
    parameters: { ...selector.parameters, ...parameters },
    functions: [...selector.functions, ...functions],
    createOperator: () => new RollingAggregateOperator(selector, aggregate),
  };
}
