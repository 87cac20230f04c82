import { Session } from 'node:inspector';
import type { Runtime } from 'node:inspector';

/** How an evaluation ended. `value` is what was thrown when `threw`. */
export interface Evaluation {
  readonly threw: boolean;
  readonly value: unknown;
}

/** Evaluates scripts in the session's global scope, with top-level await, by V8's own read-eval-print mode. */
export class Evaluator {
  readonly #session = new Session();
  #group = 0;

  constructor() {
    this.#session.connect();
  }

  /** `receive` runs `take`, upon which the global `__tidemark.receive(value)` is called, and returns that value. */
  evaluate(script: string, receive: (take: () => void) => unknown): Promise<Evaluation> {
    const objectGroup = `cell-${this.#group++}`;
    return new Promise((resolve) => {
      this.#session.post(
        'Runtime.evaluate',
        { expression: script, replMode: true, awaitPromise: true, objectGroup, includeCommandLineAPI: false },
        (error, params) => {
          // `replMode` is experimental, and Node's types do not know it.
          const answer = params as Runtime.EvaluateReturnType | undefined;
          if (error || !answer) return resolve({ threw: true, value: error });
          const threw = answer.exceptionDetails !== undefined;
          const remote = answer.exceptionDetails?.exception ?? answer.result;
          const value = this.#localValue(remote, receive);
          // Unreleased results keep everything they refer to.
          this.#session.post('Runtime.releaseObjectGroup', { objectGroup }, () => undefined);
          resolve({ threw, value });
        },
      );
    });
  }

  /** Names of the script scope: what cells have declared. */
  names(): Promise<string[]> {
    return new Promise((resolve) => {
      this.#session.post('Runtime.globalLexicalScopeNames', {}, (error, answer) => {
        resolve(error ? [] : answer.names);
      });
    });
  }

  #localValue(remote: Runtime.RemoteObject, receive: (take: () => void) => unknown): unknown {
    if (remote.objectId === undefined) return primitive(remote);
    const objectId = remote.objectId;
    return receive(() => {
      this.#session.post(
        'Runtime.callFunctionOn',
        {
          objectId,
          functionDeclaration: `function () { 'use strict'; globalThis.__tidemark.receive(this); }`,
        },
        () => undefined,
      );
    });
  }
}

function primitive(remote: Runtime.RemoteObject): unknown {
  if (remote.type === 'undefined') return undefined;
  if (remote.subtype === 'null') return null;
  const text = remote.unserializableValue;
  if (text === undefined) return remote.value;
  if (text.endsWith('n') && text !== 'NaN') return BigInt(text.slice(0, -1));
  return Number(text);
}
