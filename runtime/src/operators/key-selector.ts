import type { FusionScope } from './fusion-scope.ts';

/** How a record's key is found: a function, or the name of a field (or index of a tuple). */
export class KeySelector {
  readonly #field: string | number | undefined;
  readonly #function: ((value: unknown) => unknown) | undefined;

  /** @param selector `undefined` puts all records under one key, for windows over a whole stream */
  constructor(selector: string | number | ((value: unknown) => unknown) | undefined) {
    if (typeof selector === 'function') this.#function = selector;
    else this.#field = selector;
  }

  /** False if there is one key for all records. */
  get keyed(): boolean {
    return this.#function !== undefined || this.#field !== undefined;
  }

  keyOf(value: unknown): unknown {
    if (this.#function !== undefined) return this.#function(value);
    if (this.#field === undefined) return 0;
    return (value as Record<string | number, unknown>)[this.#field];
  }

  /** An expression for the key of `value`. */
  write(scope: FusionScope, value: string): string {
    if (this.#function !== undefined) return `${scope.bind(this.#function)}(${value})`;
    return this.#field === undefined ? '0' : `${value}[${JSON.stringify(this.#field)}]`;
  }

  get parameters(): Readonly<Record<string, unknown>> {
    return this.#field === undefined ? {} : { keyField: this.#field };
  }

  get functions(): readonly unknown[] {
    return this.#function === undefined ? [] : [this.#function];
  }
}
