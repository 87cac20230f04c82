import { instanceReused } from '../errors.ts';

const opened = new WeakSet<object>();

/**
 * Makes the function object of each running copy of an operator: by the user's factory, or from the instance given.
 * The instance itself serves the first copy; further ones are made by its constructor if that needs no arguments and
 * gives the same fields, else there is an error that asks for a factory.
 */
export class FunctionSource<F extends object> {
  readonly #factory: (() => F) | undefined;
  readonly #instance: F | undefined;
  readonly #fields: Readonly<Record<string, unknown>>;
  /** True once the instance serves the first copy of this operator; what opened it before was another job. */
  #openedHere = false;

  constructor(given: F | (() => F)) {
    if (typeof given === 'function') {
      this.#factory = given as () => F;
      this.#fields = {};
    } else {
      this.#instance = given;
      this.#fields = { ...(given as Record<string, unknown>) };
    }
  }

  /** For the fingerprint: what the user gave. */
  get given(): unknown {
    return this.#factory ?? this.#instance;
  }

  /** @throws {TidemarkError} `instance-reused` if a further copy cannot be made. */
  create(strict: boolean): F {
    const instance = this.#factory === undefined ? this.#next(strict) : this.#factory();
    if (opened.has(instance)) throw instanceReused(instance.constructor.name);
    opened.add(instance);
    return instance;
  }

  #next(strict: boolean): F {
    const instance = this.#instance!;
    if (!opened.has(instance)) {
      this.#openedHere = true;
      return instance;
    }
    const { constructor } = instance as { constructor: { new (): F; length: number; name: string } };
    if ((strict && !this.#openedHere) || constructor.length > 0) throw instanceReused(constructor.name);
    const fresh = new constructor();
    for (const [name, value] of Object.entries(this.#fields)) {
      const own: unknown = (fresh as Record<string, unknown>)[name];
      const comparable = typeof value !== 'object' && typeof value !== 'function';
      if (comparable && !Object.is(own, value)) throw instanceReused(constructor.name);
    }
    return fresh;
  }
}
