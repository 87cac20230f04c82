/** Takes the results of a function. */
export interface Collector<T> {
  /** Emits a result, with the timestamp of what is being handled. */
  collect(value: T): void;
}

/** What a function that makes any number of results may return: nothing (it used its collector), or the results. */
export type Results<R> = void | undefined | (Iterable<R> & object);
