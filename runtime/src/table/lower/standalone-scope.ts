import type { FusionScope, RecordInParts } from '../../operators/fusion-scope.ts';
import type { KeySelector } from '../../operators/key-selector.ts';

/** Compiles a function that is no part of a chain, of code that is written for chains. */
export class StandaloneScope implements FusionScope {
  readonly #bound: unknown[] = [];
  #locals = 0;

  bind(object: unknown): string {
    return `b${this.#bound.push(object) - 1}`;
  }

  local(): string {
    return `v${this.#locals++}`;
  }

  keyOf(selector: KeySelector, value: string): string {
    return selector.write(this, value);
  }

  nameParts(): string {
    throw new TypeError('there is nothing behind it to hand a record on to');
  }

  nameMade(): string {
    return this.local();
  }

  shared(): never {
    throw new TypeError('there is nothing beside it to share with');
  }

  partsOf(): RecordInParts | undefined {
    return undefined;
  }

  compile<F>(parameters: readonly string[], body: string): F {
    const names = this.#bound.map((_object, at) => `b${at}`);
    const text = `"use strict"; return (${parameters.join(', ')}) => {\n${body}\n};`;
    return (new Function(...names, text) as (...bound: readonly unknown[]) => F)(...this.#bound);
  }
}
