/** A registered timer. `target` is whatever its owner needs to fire it. */
export interface Timer<T> {
  readonly time: number;
  /** Order of registration: timers of one time fire in it. */
  readonly seq: number;
  readonly target: T;
  /** Place in the heap, −1 once fired or deleted. */
  at: number;
  /** The owner's: chains timers that it wants to find again. */
  next: Timer<T> | undefined;
}

/** Timers by time, then by registration. Telling equal ones apart is the owner's business. */
export class TimerQueue<T> {
  readonly #heap: Timer<T>[] = [];
  #nextSeq = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** Time of the first timer, `Infinity` if there is none. */
  get nextTime(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0]!.time;
  }

  /** Time of the last timer, `-Infinity` if there is none. Looks at all of them. */
  get lastTime(): number {
    return this.#heap.reduce((last, { time }) => Math.max(last, time), -Infinity);
  }

  add(time: number, target: T): Timer<T> {
    const timer: Timer<T> = { time, seq: this.#nextSeq++, target, at: this.#heap.length, next: undefined };
    this.#heap.push(timer);
    this.#up(timer);
    return timer;
  }

  /** Takes the first timer if it is due at `now`. */
  poll(now: number): Timer<T> | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.time > now) return undefined;
    this.delete(first);
    return first;
  }

  /** Deletes a timer; one that is gone already is left alone. */
  delete(timer: Timer<T>): void {
    const at = timer.at;
    if (at < 0) return;
    timer.at = -1;
    const last = this.#heap.pop()!;
    if (last === timer) return;
    this.#heap[at] = last;
    last.at = at;
    this.#down(last);
    this.#up(last);
  }

  /** All timers in firing order. */
  sorted(): Timer<T>[] {
    return [...this.#heap].sort((a, b) => a.time - b.time || a.seq - b.seq);
  }

  #up(timer: Timer<T>): void {
    const heap = this.#heap;
    let at = timer.at;
    while (at > 0) {
      const above = heap[(at - 1) >> 1]!;
      if (before(above, timer)) break;
      heap[at] = above;
      above.at = at;
      at = (at - 1) >> 1;
    }
    heap[at] = timer;
    timer.at = at;
  }

  #down(timer: Timer<T>): void {
    const heap = this.#heap;
    let at = timer.at;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (before(timer, heap[child]!)) break;
      heap[at] = heap[child]!;
      heap[at]!.at = at;
      at = child;
    }
    heap[at] = timer;
    timer.at = at;
  }
}

function before(a: Timer<unknown>, b: Timer<unknown>): boolean {
  return a.time < b.time || (a.time === b.time && a.seq < b.seq);
}
