import { FilterOperator } from '../operators/filter-operator.ts';
import type { SourceChain } from './chain-writer.ts';
import type { LaneConsumer } from './lane-vertex.ts';

/**
 * The first keyed vertex of a chain, if its operator can look ahead and nothing but filters lies before it: these see
 * records a few earlier than they would otherwise, and can neither make nor change any.
 */
export function vertexAhead(source: SourceChain): LaneConsumer | undefined {
  if (source.callsGenerator) return undefined;
  for (let { consumers } = source; ;) {
    const [consumer] = consumers;
    if (consumer === undefined || consumers.length > 1) return undefined;
    const { operator, sorter, node } = consumer.vertex;
    if (sorter !== undefined || node.inputs.length > 1) return undefined;
    if (operator!.ahead !== undefined) return consumer;
    if (!(operator instanceof FilterOperator)) return undefined;
    ({ consumers } = consumer.vertex);
  }
}

/** Two loops over the same records: record by record, and one that looks ahead, compiled when it first pays to. */
export class LoopChoice<F> {
  readonly #ahead: LaneConsumer | undefined;
  readonly #compile: (ahead?: LaneConsumer) => F;
  readonly #plain: F;
  #lookingAhead: F | undefined;

  constructor(ahead: LaneConsumer | undefined, compile: (ahead?: LaneConsumer) => F) {
    this.#ahead = ahead;
    this.#compile = compile;
    this.#plain = compile();
  }

  /** The one for the records that come next. */
  get loop(): F {
    if (this.#ahead?.vertex.operator!.ahead!.pays !== true) return this.#plain;
    return (this.#lookingAhead ??= this.#compile(this.#ahead));
  }
}
