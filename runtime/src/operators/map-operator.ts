import type { FusionScope, WriteNext } from './fusion-scope.ts';
import { Operator } from './operator.ts';

/** One record for each record. */
export class MapOperator extends Operator {
  override readonly fusable = true;
  override readonly timeless = true;
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  readonly #map: (value: unknown) => unknown;

  constructor(map: (value: unknown) => unknown) {
    super();
    this.#map = map;
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    this.output.collect(this.#map(value), timestamp);
  }

  override fuse(scope: FusionScope, value: string, _timestamp: string, next: WriteNext): string {
    const result = scope.local();
    return `const ${result} = ${scope.bind(this.#map)}(${value});\n${next(result)}`;
  }
}
