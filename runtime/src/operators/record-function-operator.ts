import type { FusionScope, WriteNext } from './fusion-scope.ts';
import { ProcessOperator } from './process-operator.ts';
import type { RichRecordAdapter } from './rich-record-functions.ts';

/**
 * A map or filter by a function object, or by a function without parameters, which is a factory of one if its first call
 * says so. It is written into its chain as a plain function's is.
 */
export class RecordFunctionOperator extends ProcessOperator {
  override readonly fusable = true;
  readonly #method: 'map' | 'filter';
  /** Generated code reads what has no `#`; there once it is open. */
  adapter!: RichRecordAdapter;

  constructor(method: 'map' | 'filter', makeAdapter: (strict: boolean) => RichRecordAdapter) {
    super({ create: (strict) => (this.adapter = makeAdapter(strict)) });
    this.#method = method;
  }

  override fuse(scope: FusionScope, value: string, _timestamp: string, next: WriteNext): string {
    const [adapter, result] = [scope.local(), scope.local()];
    const call = `${adapter}.rich !== undefined ? ${adapter}.rich.${this.#method}(${value})
  : ${adapter}.plain !== undefined ? ${adapter}.plain(${value}) : ${adapter}.first(${value})`;
    const before = `const ${adapter} = ${scope.bind(this)}.adapter;\nconst ${result} = ${call};\n`;
    return this.#method === 'map'
      ? `${before}${next(result)}`
      : `${before}if (${result}) {\n${next(value)}\n}`;
  }
}
