import { interrupted } from '../errors.ts';

/** What top-level awaits of the running cells wait for, so that an interrupt can end the wait. */
const waiting = new Set<(error: Error) => void>();

/** Waits for a value like `await`, and rejects with `interrupted` when the user interrupts. */
export function guard<T>(value: T | PromiseLike<T>): T | PromiseLike<T> {
  const then: unknown = isObject(value) ? (value as { then?: unknown }).then : undefined;
  if (typeof then !== 'function') return value;
  return new Promise<T>((resolve, reject) => {
    waiting.add(reject);
    Promise.resolve(value).then(
      (result) => {
        waiting.delete(reject);
        resolve(result);
      },
      (error: unknown) => {
        waiting.delete(reject);
        reject(error as Error);
      },
    );
  });
}

/** What a top-level `for await` reads: each step of it can be interrupted like an `await`. */
export function guardIterable<T>(
  iterable: AsyncIterable<T> | Iterable<T | PromiseLike<T>>,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const source = Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : stepwise(iterable);
      return {
        next: async () => await guard(source.next()),
        return: async () => (await source.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}

async function* stepwise<T>(iterable: Iterable<T | PromiseLike<T>>): AsyncGenerator<T> {
  for (const value of iterable) yield await value;
}

/** Ends every guarded wait. */
export function rejectGuarded(): void {
  const rejects = [...waiting];
  waiting.clear();
  for (const reject of rejects) reject(interrupted());
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
