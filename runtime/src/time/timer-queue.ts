/** A registered timer. `target` is whatever its owner needs to fire it. */
export interface Timer<T> {
  readonly time: number;
  readonly target: T;
  /** Its place in the order of registration. */
  readonly order: number;
  /** False once fired or deleted. */
  waiting: boolean;
  /** The owner's: chains timers that it wants to find again. */
  next: Timer<T> | undefined;
}

/** The timers of one time, in the order of registration. */
interface Bucket<T> {
  readonly time: number;
  timers: Timer<T>[];
  /** Place of the first that may be waiting. */
  head: number;
  waiting: number;
}

/** An array this much longer than what waits in it is made anew. */
const SLACK = 16;

/**
 * Timers by time, then by registration. Telling equal ones apart is the owner's business. Times are whole milliseconds
 * and mostly near each other, so that many timers share one: only times are in a heap.
 */
export class TimerQueue<T> {
  readonly #buckets = new Map<number, Bucket<T>>();
  /** A heap by time; the first bucket, if there is one, is not empty. */
  readonly #heap: Bucket<T>[] = [];
  #size = 0;
  #registered = 0;

  get size(): number {
    return this.#size;
  }

  /** Time of the first timer, `Infinity` if there is none. */
  get nextTime(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0]!.time;
  }

  /** Time of the last timer, `-Infinity` if there is none. Looks at all times. */
  get lastTime(): number {
    return this.#heap.reduce(
      (last, { time, waiting }) => (waiting > 0 ? Math.max(last, time) : last),
      -Infinity,
    );
  }

  /** @param order its place when it was registered, if that was in an earlier life; `settle` follows then */
  add(time: number, target: T, order = ++this.#registered): Timer<T> {
    const timer: Timer<T> = { time, target, order, waiting: true, next: undefined };
    let bucket = this.#buckets.get(time);
    if (bucket === undefined) {
      // Most times have one timer: an array that is made with it has room for one, and not for seventeen.
      bucket = { time, timers: [timer], head: 0, waiting: 0 };
      this.#buckets.set(time, bucket);
      this.#push(bucket);
    } else bucket.timers.push(timer);
    bucket.waiting++;
    this.#size++;
    return timer;
  }

  /** Puts timers that were added with their places in the order of these. */
  settle(): void {
    for (const { timers } of this.#heap) {
      timers.sort((a, b) => a.order - b.order);
      this.#registered = Math.max(this.#registered, timers.at(-1)?.order ?? 0);
    }
  }

  /** Takes the first timer if it is due at `now`. */
  poll(now: number): Timer<T> | undefined {
    const bucket = this.#heap[0];
    if (bucket === undefined || bucket.time > now) return undefined;
    const { timers } = bucket;
    let timer = timers[bucket.head++]!;
    while (!timer.waiting) timer = timers[bucket.head++]!;
    timer.waiting = false;
    this.#taken(bucket);
    return timer;
  }

  /** Deletes a timer; one that is gone already is left alone. */
  delete(timer: Timer<T>): void {
    if (!timer.waiting) return;
    timer.waiting = false;
    const bucket = this.#buckets.get(timer.time)!;
    this.#taken(bucket);
    if (bucket.timers.length <= 2 * bucket.waiting + SLACK) return;
    bucket.timers = bucket.timers.filter(({ waiting }) => waiting);
    bucket.head = 0;
  }

  /** All timers in firing order. */
  sorted(): Timer<T>[] {
    const buckets = [...this.#heap].sort((a, b) => a.time - b.time);
    return buckets.flatMap(({ timers }) => timers.filter(({ waiting }) => waiting));
  }

  #taken(bucket: Bucket<T>): void {
    this.#size--;
    // An empty bucket stays until it is the first: it may be filled again.
    if (--bucket.waiting > 0) return;
    while (this.#heap.length > 0 && this.#heap[0]!.waiting === 0) this.#pop();
  }

  #push(bucket: Bucket<T>): void {
    const heap = this.#heap;
    let at = heap.push(bucket) - 1;
    while (at > 0) {
      const above = heap[(at - 1) >> 1]!;
      if (above.time < bucket.time) break;
      heap[at] = above;
      at = (at - 1) >> 1;
    }
    heap[at] = bucket;
  }

  #pop(): void {
    const heap = this.#heap;
    this.#buckets.delete(heap[0]!.time);
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.time < heap[child]!.time) child++;
      if (last.time < heap[child]!.time) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}
