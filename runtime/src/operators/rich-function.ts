import { TidemarkError } from '../errors.ts';
import type { StateStore } from '../state/state-store.ts';

/** What a function object may ask of the operator that runs it. */
export interface RuntimeContext extends StateStore {
  getTaskName(): string;
}

/** A function with a life: `open` before the first record, `close` after the last. */
export abstract class RichFunction {
  #context: RuntimeContext | undefined;

  /** Called once before the first record; the place to get state. */
  open(): void {}

  close(): void {}

  /** State and facts of the operator, from `open` on. */
  getRuntimeContext(): RuntimeContext {
    if (this.#context === undefined) {
      throw new TidemarkError(
        'not-open',
        `getRuntimeContext() of ${this.constructor.name} was called before open(). Perhaps in the constructor. Call it in open().`,
      );
    }
    return this.#context;
  }

  /** Called by the operator before `open`. */
  setRuntimeContext(context: RuntimeContext): void {
    this.#context = context;
  }
}
