import { badArgument } from '../errors.ts';
import {
  AsyncFunction,
  type AsyncRequest,
  type AsyncResults,
  type AsyncRetryStrategy,
} from '../operators/async-function.ts';
import { AsyncWaitOperator, type AsyncCalls } from '../operators/async-wait-operator.ts';
import { FunctionSource } from '../operators/function-source.ts';
import { toMillis, type DurationLike } from '../time/duration.ts';
import { DataStream } from './data-stream.ts';

/** How often and when a request is made again. */
export interface AsyncRetryOptions {
  /** How often it is made again at most, after the first time. */
  readonly retries: number;
  /** How long until it is made again. Default: at once. */
  readonly delay?: DurationLike;
  /** By what the delay grows with every repetition. Default: 1. */
  readonly factor?: number;
  /** What the delay grows to at most. */
  readonly maxDelay?: DurationLike;
  /** Which errors are worth another try. Default: all. */
  readonly ifException?: (error: unknown) => boolean;
  /** Which results, as an array, are worth another try. Default: none. */
  readonly ifResult?: (results: readonly unknown[]) => boolean;
}

type RetryPredicates = Pick<AsyncRetryOptions, 'ifException' | 'ifResult'>;

/**
 * Flink's names for the usual ways to try again; a plain object of options does as well.
 * @example
 * let tries = 0;
 * const flaky = async (n: number) => {
 *   tries += 1;
 *   if (tries < 3) throw new Error('out of reach');
 *   return n * 2;
 * };
 * const doubled = AsyncDataStream.orderedWait(env.fromData(4), flaky, {
 *   retry: AsyncRetryStrategies.fixedDelay(5, 1),
 * });
 * await doubled.executeAndCollect(); // → [8]
 * tries; // → 3
 */
export const AsyncRetryStrategies = {
  /** Tries again up to `retries` times, each time after `delay`. */
  fixedDelay: (retries: number, delay: DurationLike, when: RetryPredicates = {}): AsyncRetryOptions => ({
    retries,
    delay,
    ...when,
  }),
  /**
   * Tries again up to `retries` times, first after `delay`, then after `factor` times the delay before, up to `maxDelay`.
   */
  exponentialBackoff: (
    retries: number,
    delay: DurationLike,
    maxDelay: DurationLike,
    factor: number,
    when: RetryPredicates = {},
  ): AsyncRetryOptions => ({ retries, delay, maxDelay, factor, ...when }),
} as const;

/** How long, how many at once and how often requests are made. */
export interface AsyncWaitOptions<T, R> {
  /** From the first request for a record to its answer, repetitions included. Default: no limit. */
  readonly timeout?: DurationLike;
  /** Records under way at once, at most; then the stream is held back. Default: 100. */
  readonly capacity?: number;
  /** When a request is made again. Default: never. */
  readonly retry?: AsyncRetryOptions;
  /** What stands in for an answer that has not come in time. Default: the stream fails. */
  readonly onTimeout?: (value: T) => AsyncResults<R>;
}

/**
 * Streams that ask the world outside. For each record a promise is made; what it comes to is one result, or an array
 * of any number of them (a tuple goes into an array of its own), and has the record's timestamp. A promise that is
 * rejected fails the stream. Requests that are under way are part of a snapshot, and are made again when it is
 * restored.
 * @throws {TidemarkError} `bad-argument`; while it runs, `async-timed-out`
 * @example
 * const population = async (city: string) => city.length * 1000;
 * const asked = AsyncDataStream.orderedWait(env.fromData('Oslo', 'Bergen'), population, {
 *   timeout: '1 s',
 * });
 * await asked.executeAndCollect(); // → [4000, 6000]
 */
export const AsyncDataStream = {
  /** Results come in the order of the records. */
  orderedWait<T, R>(
    stream: DataStream<T>,
    fn: AsyncRequest<T, R> | AsyncFunction<T, R>,
    options: AsyncWaitOptions<T, R> = {},
  ): DataStream<R> {
    return asyncWait(stream, fn, options, true);
  },

  /** Results come as they are answered, but none passes a watermark. */
  unorderedWait<T, R>(
    stream: DataStream<T>,
    fn: AsyncRequest<T, R> | AsyncFunction<T, R>,
    options: AsyncWaitOptions<T, R> = {},
  ): DataStream<R> {
    return asyncWait(stream, fn, options, false);
  },
} as const;

function asyncWait<T, R>(
  stream: DataStream<T>,
  fn: AsyncRequest<T, R> | AsyncFunction<T, R>,
  { timeout, capacity = 100, retry, onTimeout }: AsyncWaitOptions<T, R>,
  ordered: boolean,
): DataStream<R> {
  if (typeof fn !== 'function' && !(fn instanceof AsyncFunction)) {
    throw badArgument(
      'The function',
      fn,
      'It takes a value and returns a promise.',
      'Write async (value) => ….',
    );
  }
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw badArgument('capacity', capacity, 'It must be a whole number > 0.', 'Leave it out for 100.');
  }
  const limit = timeout === undefined ? Infinity : toMillis(timeout);
  if (limit <= 0) throw badArgument('timeout', timeout, 'It must be > 0.', "Give a duration such as '5 s'.");
  const strategy = retry === undefined ? undefined : retryStrategy(retry);
  const { ifException, ifResult, ...numbers } = strategy ?? {};
  const createCalls = callsOf(fn, onTimeout);
  const node = stream.graph.add({
    kind: 'async-wait',
    name: ordered ? 'ordered wait' : 'unordered wait',
    inputs: [{ from: stream.node }],
    parameters: { ordered, timeout: limit, capacity, retry: strategy && numbers },
    functions: [fn, onTimeout, ifException, ifResult].filter((given) => given !== undefined),
    createOperator: () =>
      new AsyncWaitOperator(createCalls, { ordered, capacity, timeout: limit, retry: strategy }),
  });
  return new DataStream<R>(stream.graph, node);
}

function callsOf<T, R>(
  fn: AsyncRequest<T, R> | AsyncFunction<T, R>,
  onTimeout: ((value: T) => AsyncResults<R>) | undefined,
): (strict: boolean) => AsyncCalls {
  if (typeof fn === 'function') {
    const calls = { request: fn, onTimeout } as AsyncCalls;
    return () => calls;
  }
  const source = new FunctionSource(fn as unknown as AsyncFunction<unknown, unknown>);
  return (strict) => {
    const instance = source.create(strict);
    const given = onTimeout as AsyncCalls['onTimeout'];
    return {
      request: (value, future) => instance.asyncInvoke(value, future),
      onTimeout:
        instance.timeout === undefined ? given : (value, future) => instance.timeout?.(value, future),
      open: (context) => {
        instance.setRuntimeContext(context);
        instance.open();
      },
      close: () => instance.close(),
    };
  };
}

function retryStrategy(options: AsyncRetryOptions): AsyncRetryStrategy {
  const { retries, delay = 0, factor = 1, maxDelay, ifException, ifResult } = options;
  if (!Number.isInteger(retries) || retries < 1) {
    throw badArgument('retries', retries, 'It must be a whole number > 0.', 'Leave retry out to try once.');
  }
  if (!(factor >= 1) || factor === Infinity) {
    throw badArgument(
      'factor',
      factor,
      'Delays do not shrink: it must be ≥ 1.',
      'Leave it out for a fixed delay.',
    );
  }
  const first = toMillis(delay);
  if (first < 0) throw badArgument('delay', delay, 'It must be ≥ 0.', "Give a duration such as '100 ms'.");
  const most = maxDelay === undefined ? Infinity : toMillis(maxDelay);
  return { retries, delay: first, factor, maxDelay: most, ifException, ifResult };
}
