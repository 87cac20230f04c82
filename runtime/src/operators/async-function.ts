import { RichFunction } from './rich-function.ts';

/** What a request for a record comes to: one result, or an array of any number of them. Nothing at all is no result. */
export type AsyncResults<R> = R | readonly R[] | void;

/** Requests something from outside for each record. */
export type AsyncRequest<T, R> = (value: T) => PromiseLike<AsyncResults<R>>;

/** Takes the answer of a request that returns no promise; only the first call counts. */
export interface ResultFuture<R> {
  /** Answers with results, any number of them. */
  complete(results: Iterable<R>): void;
  /** Says that the request has failed. */
  completeExceptionally(error: unknown): void;
}

/**
 * An asynchronous function with a life: it opens its connection once.
 * @example
 * class Lookup extends AsyncFunction<string, number> {
 *   #known = new Map<string, number>();
 *   override open() {
 *     this.#known.set('Oslo', 717_710);
 *   }
 *   async asyncInvoke(city: string) {
 *     return this.#known.get(city) ?? [];
 *   }
 * }
 * const asked = AsyncDataStream.unorderedWait(env.fromData('Oslo', 'Atlantis'), new Lookup());
 * await asked.executeAndCollect(); // → [717710]
 */
export abstract class AsyncFunction<I, O> extends RichFunction {
  /** Makes the request for a record. Its answer is what the promise it returns comes to; without one, what the future is given. */
  abstract asyncInvoke(value: I, resultFuture: ResultFuture<O>): PromiseLike<AsyncResults<O>> | void;

  /** Called instead of failing when the request has taken too long; its results take the place of the answer. */
  timeout?(value: I, resultFuture: ResultFuture<O>): AsyncResults<O>;
}

/** When a request is made again. */
export interface AsyncRetryStrategy {
  /** How often it is made again at most, after the first time. */
  readonly retries: number;
  /** ms to the first repetition. */
  readonly delay: number;
  /** By what the delay grows with every repetition; 1 keeps it. */
  readonly factor: number;
  /** ms the delay grows to at most. */
  readonly maxDelay: number;
  /** Which errors are worth another try; all when left out. */
  readonly ifException?: (error: unknown) => boolean;
  /** Which results, as an array, are worth another try; none when left out. */
  readonly ifResult?: (results: readonly unknown[]) => boolean;
}
