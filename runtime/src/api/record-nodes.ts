import { badArgument } from '../errors.ts';
import type { NewNode } from '../graph/stream-graph.ts';
import type { Results } from '../operators/collector.ts';
import { FilterOperator } from '../operators/filter-operator.ts';
import { FlatMapOperator } from '../operators/flat-map-operator.ts';
import { FunctionSource } from '../operators/function-source.ts';
import type { KeySelector } from '../operators/key-selector.ts';
import { KeyedProcessOperator } from '../operators/keyed-process-operator.ts';
import { MapOperator } from '../operators/map-operator.ts';
import type { Operator } from '../operators/operator.ts';
import { ProcessOperator } from '../operators/process-operator.ts';
import { RecordFunctionOperator } from '../operators/record-function-operator.ts';
import { RichFunction } from '../operators/rich-function.ts';
import {
  RichRecordAdapter,
  type MaybeFactory,
  type PassOn,
  type RichRecordFunction,
} from '../operators/rich-record-functions.ts';

/** One of the operators that run a function a record. */
interface RecordMethod {
  readonly kind: string;
  readonly method: string;
  /** The operator of a plain function. */
  readonly operatorOf: (fn: (value: unknown) => unknown) => Operator;
  /** What becomes of the result, where a plain function is not told from a factory beforehand. */
  readonly pass: PassOn;
}

const METHODS = {
  map: {
    kind: 'map',
    method: 'map',
    operatorOf: (fn) => new MapOperator(fn),
    pass: (_value, result, out) => out.collect(result),
  },
  filter: {
    kind: 'filter',
    method: 'filter',
    operatorOf: (fn) => new FilterOperator(fn),
    pass: (value, result, out) => {
      if (result) out.collect(value);
    },
  },
  flatMap: {
    kind: 'flat-map',
    method: 'flatMap',
    operatorOf: (fn) => new FlatMapOperator(fn),
    pass: (_value, results) => results as Results<unknown>,
  },
} as const satisfies Record<string, RecordMethod>;

/**
 * The node of `map`, `filter` or `flatMap`, by a plain function, by a function object, or by a factory of such.
 * @param keySelector on a keyed stream, whose function objects may keep state
 * @throws {TidemarkError} `bad-argument` for anything else
 */
export function recordNode(
  name: keyof typeof METHODS,
  given: unknown,
  keySelector: KeySelector | undefined,
): NewNode {
  const { kind, method, operatorOf, pass }: RecordMethod = METHODS[name];
  if (typeof given === 'function' && given.length > 0) {
    const fn = given as (value: unknown) => unknown;
    return { kind, functions: [fn], createOperator: () => operatorOf(fn) };
  }
  if (typeof given !== 'function' && !(given instanceof RichFunction)) {
    throw badArgument(method, given, 'It takes a function.', `Write ${method}((value) => …).`);
  }
  // A function without parameters may be a factory; an instance has to be made anew for every copy.
  const rich = typeof given === 'function' ? undefined : new FunctionSource(given);
  const create = (strict: boolean): RichRecordAdapter =>
    new RichRecordAdapter((rich?.create(strict) ?? given) as RichRecordFunction | MaybeFactory, pass);
  return {
    kind,
    parameters: keySelector?.parameters ?? {},
    functions: [...(keySelector?.functions ?? []), given],
    createOperator: () => {
      if (keySelector !== undefined) return new KeyedProcessOperator(keySelector, { create });
      return name === 'flatMap' ? new ProcessOperator({ create }) : new RecordFunctionOperator(name, create);
    },
  };
}
