import type { Collector } from './collector.ts';
import { Operator, type Output, type OperatorRuntime } from './operator.ts';
import { ResultCollector } from './result-collector.ts';

/** Any number of records for each record: returned, yielded or collected. */
export class FlatMapOperator extends Operator {
  readonly #flatMap: (value: unknown, out: Collector<unknown>) => unknown;
  #collector!: ResultCollector;

  constructor(flatMap: (value: unknown, out: Collector<unknown>) => unknown) {
    super();
    this.#flatMap = flatMap;
  }

  override setup(output: Output, runtime: OperatorRuntime): void {
    super.setup(output, runtime);
    this.#collector = new ResultCollector(output);
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const collector = this.#collector;
    collector.timestamp = timestamp;
    const results = this.#flatMap(value, collector);
    if (results !== undefined) collector.drain(results);
  }
}
