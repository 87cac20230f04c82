import { asyncTimedOut } from '../errors.ts';
import { TimerQueue, type Timer } from '../time/timer-queue.ts';
import type { AsyncResults, AsyncRetryStrategy, ResultFuture } from './async-function.ts';
import { refuseState } from './function-host.ts';
import { Operator } from './operator.ts';
import { splitEvenly } from './redistribute-beside.ts';
import type { RuntimeContext } from './rich-function.ts';
import { keylessRuntimeContext } from './runtime-context.ts';

/** The user's part: how to ask, and what stands in for an answer that does not come. */
export interface AsyncCalls {
  readonly request: (
    value: unknown,
    future: ResultFuture<unknown>,
  ) => PromiseLike<AsyncResults<unknown>> | void;
  readonly onTimeout?: (value: unknown, future: ResultFuture<unknown>) => AsyncResults<unknown>;
  /** Called before the first request with what a rich function is given, and after the last. */
  readonly open?: (context: RuntimeContext) => void;
  readonly close?: () => void;
}

export interface AsyncWaitOptions {
  readonly ordered: boolean;
  /** Requests under way at once, at most. */
  readonly capacity: number;
  /** ms from the first request for a record to its answer, repetitions included; `Infinity` for no limit. */
  readonly timeout: number;
  readonly retry?: AsyncRetryStrategy;
}

interface WaitingRecord {
  readonly kind: 'record';
  readonly value: unknown;
  readonly timestamp: number | undefined;
  /** Counts requests; 0 while it waits for its turn. */
  attempts: number;
  /** There once it is answered. */
  results: readonly unknown[] | undefined;
  timeoutTimer: Timer<Due> | undefined;
  retryTimer: Timer<Due> | undefined;
}

type Entry =
  | WaitingRecord
  | { readonly kind: 'watermark'; readonly timestamp: number }
  | { readonly kind: 'idle'; readonly idle: boolean };

interface Due {
  readonly record: WaitingRecord;
  readonly what: 'timeout' | 'retry';
}

interface Answer {
  readonly record: WaitingRecord;
  readonly attempt: number;
  readonly results?: AsyncResults<unknown>;
  readonly failure?: { readonly error: unknown };
}

type SavedEntry =
  | { readonly kind: 'record'; readonly value: unknown; readonly timestamp: number | undefined }
  | Exclude<Entry, WaitingRecord>;

/**
 * Requests something for each record and emits what is answered, with the record's timestamp. Ordered: in the order of
 * the records. Unordered: as answers come, but none passes a watermark. Records beyond the capacity wait their turn, and
 * the lane takes no more meanwhile. Its state is the records that are not through; after a restore they are requested
 * again. Answers depend on the world outside, and so does the order of unordered results (law 11 ends here).
 */
export class AsyncWaitOperator extends Operator {
  override readonly isAsync = true;
  readonly #createCalls: (strict: boolean) => AsyncCalls;
  #calls!: AsyncCalls;
  readonly #options: AsyncWaitOptions;
  readonly #timers = new TimerQueue<Due>();
  #queue: Entry[] = [];
  /** Records that wait for their turn, in order; part of the queue. */
  #unrequested: WaitingRecord[] = [];
  #answers: Answer[] = [];
  /** Records that were requested and have not left. */
  #underWay = 0;
  #promises = 0;
  #closed = false;

  /** @param createCalls makes the user's part of this copy; `strict` refuses an instance that was opened before */
  constructor(createCalls: (strict: boolean) => AsyncCalls, options: AsyncWaitOptions) {
    super();
    this.#createCalls = createCalls;
    this.#options = options;
  }

  override open(): void {
    this.#calls = this.#createCalls(this.runtime.strictInstances);
    this.#calls.open?.(keylessRuntimeContext(this, refuseState));
    this.#requestMore();
  }

  override close(): void {
    this.#closed = true;
    this.#calls?.close?.();
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    this.#enqueue(value, timestamp);
    this.#requestMore();
  }

  override processWatermark(timestamp: number): void {
    // What the operator's clock shows is what has left it: windows behind it must not be ahead of results.
    if (this.#queue.length === 0) super.processWatermark(timestamp);
    else this.#queue.push({ kind: 'watermark', timestamp });
  }

  override processIdle(idle: boolean): void {
    if (this.#queue.length === 0) super.processIdle(idle);
    else this.#queue.push({ kind: 'idle', idle });
  }

  override get inFlight(): number {
    return this.#queue.length;
  }

  override get answersAwaited(): number {
    return this.#promises + this.#answers.length;
  }

  override get blocked(): boolean {
    return this.#unrequested.length > 0 || this.#underWay >= this.#options.capacity;
  }

  /** Takes the answers that have come; called in a slice of the lane. */
  override onMail(): void {
    const answers = this.#answers;
    this.#answers = [];
    for (const answer of answers) this.#take(answer);
    this.#settle();
  }

  override get nextProcessingTime(): number {
    return this.#timers.nextTime;
  }

  override onProcessingTime(time: number): void {
    for (let timer = this.#timers.poll(time); timer !== undefined; timer = this.#timers.poll(time)) {
      const { record, what } = timer.target;
      if (what === 'retry') this.#request(record);
      else this.#timeOut(record);
    }
    this.#settle();
  }

  override get timerCount(): number {
    return this.#timers.size;
  }

  override get stateEntryCount(): number {
    return this.#queue.length;
  }

  override snapshot(): SavedEntry[] {
    return this.#queue.map((entry) =>
      entry.kind === 'record' ? { kind: entry.kind, value: entry.value, timestamp: entry.timestamp } : entry,
    );
  }

  override restore(state: unknown): void {
    for (const entry of state as readonly SavedEntry[]) {
      if (entry.kind === 'record') this.#enqueue(entry.value, entry.timestamp);
      else this.#queue.push(entry);
    }
  }

  /** Requests are made again by whoever gets them; what they held back between them comes again with the next watermark. */
  override redistribute(states: readonly unknown[], parallelism: number): unknown[] {
    const records = states.flatMap((state) =>
      (state as readonly SavedEntry[]).filter(({ kind }) => kind === 'record'),
    );
    return splitEvenly(records, parallelism);
  }

  #enqueue(value: unknown, timestamp: number | undefined): void {
    const record: WaitingRecord = {
      kind: 'record',
      value,
      timestamp,
      attempts: 0,
      results: undefined,
      timeoutTimer: undefined,
      retryTimer: undefined,
    };
    this.#queue.push(record);
    this.#unrequested.push(record);
  }

  #requestMore(): void {
    while (this.#unrequested.length > 0 && this.#underWay < this.#options.capacity) {
      const record = this.#unrequested.shift()!;
      this.#underWay += 1;
      const { timeout } = this.#options;
      if (timeout !== Infinity) {
        const at = this.runtime.currentProcessingTime() + timeout;
        record.timeoutTimer = this.#timers.add(at, { record, what: 'timeout' });
      }
      this.#request(record);
    }
  }

  #request(record: WaitingRecord): void {
    record.retryTimer = undefined;
    const attempt = ++record.attempts;
    const answered = (answer: Omit<Answer, 'record' | 'attempt'>): void => {
      this.#promises -= 1;
      if (this.#closed) return;
      this.#answers.push({ record, attempt, ...answer });
      this.runtime.announceMail();
    };
    this.#promises += 1;
    // Answers are taken up in a slice, also those that are there at once: a function is never called back within its call.
    new Promise<AsyncResults<unknown>>((resolve, reject) => {
      const { request } = this.#calls;
      const returned = request(record.value, {
        complete: (results) => resolve([...results]),
        completeExceptionally: reject,
      });
      // A function that takes the future answers by it, unless it returns a promise all the same.
      if (request.length < 2 || returned !== undefined) resolve(returned);
    }).then(
      (results) => answered({ results }),
      (error: unknown) => answered({ failure: { error } }),
    );
  }

  #take({ record, attempt, results, failure }: Answer): void {
    // Too late: it has timed out meanwhile.
    if (record.results !== undefined || attempt !== record.attempts) return;
    if (failure !== undefined) {
      if (this.#retries(record, (retry) => retry.ifException?.(failure.error) ?? true)) return;
      this.failedRecord = record.value;
      throw failure.error;
    }
    const all = asArray(results);
    if (this.#retries(record, (retry) => retry.ifResult?.(all) ?? false)) return;
    this.#finish(record, all);
  }

  /** True if the request is made again, after a while. */
  #retries(record: WaitingRecord, wanted: (retry: AsyncRetryStrategy) => boolean): boolean {
    const { retry } = this.#options;
    if (retry === undefined || record.attempts > retry.retries || !wanted(retry)) return false;
    const delay = Math.min(retry.maxDelay, Math.round(retry.delay * retry.factor ** (record.attempts - 1)));
    const at = this.runtime.currentProcessingTime() + delay;
    record.retryTimer = this.#timers.add(at, { record, what: 'retry' });
    return true;
  }

  #timeOut(record: WaitingRecord): void {
    record.timeoutTimer = undefined;
    const { onTimeout } = this.#calls;
    if (onTimeout === undefined) {
      this.failedRecord = record.value;
      throw asyncTimedOut(this.#options.timeout, record.attempts);
    }
    let results: AsyncResults<unknown>;
    const returned = onTimeout(record.value, {
      complete: (given) => (results ??= [...given]),
      completeExceptionally: (error) => {
        this.failedRecord = record.value;
        throw error;
      },
    });
    this.#finish(record, asArray(returned ?? results));
  }

  #finish(record: WaitingRecord, results: readonly unknown[]): void {
    record.results = results;
    if (record.timeoutTimer !== undefined) this.#timers.delete(record.timeoutTimer);
    if (record.retryTimer !== undefined) this.#timers.delete(record.retryTimer);
  }

  /** Emits what may leave now, and makes the requests that there is room for. */
  #settle(): void {
    if (this.#options.ordered) this.#emitInOrder();
    else this.#emitAnswered();
    this.#requestMore();
  }

  #emitInOrder(): void {
    let done = 0;
    for (; done < this.#queue.length; done++) {
      const entry = this.#queue[done]!;
      if (entry.kind === 'record' && entry.results === undefined) break;
      this.#emit(entry);
    }
    if (done > 0) this.#queue.splice(0, done);
  }

  #emitAnswered(): void {
    const waiting: Entry[] = [];
    let marked = false;
    for (const entry of this.#queue) {
      if (entry.kind === 'record') {
        // Behind a watermark that is held back, what is answered is held back too.
        if (entry.results === undefined || marked) waiting.push(entry);
        else this.#emit(entry);
      } else if (waiting.length > 0) {
        waiting.push(entry);
        marked = true;
      } else this.#emit(entry);
    }
    this.#queue = waiting;
  }

  #emit(entry: Entry): void {
    if (entry.kind === 'watermark') super.processWatermark(entry.timestamp);
    else if (entry.kind === 'idle') super.processIdle(entry.idle);
    else {
      this.#underWay -= 1;
      for (const result of entry.results!) this.output.collect(result, entry.timestamp);
    }
  }
}

function asArray(results: AsyncResults<unknown>): readonly unknown[] {
  if (results === undefined) return [];
  return Array.isArray(results) ? (results as readonly unknown[]) : [results];
}
