/** Time as the views need it, so that tests can move it by hand. */
export interface ViewClock {
  /** Ms, monotonous. */
  now(): number;
  /** Calls once after `delay` ms; the function it returns cancels. */
  after(delay: number, callback: () => void): () => void;
}

/** The machine's clock. Its timers do not keep the process alive. */
export const SYSTEM_CLOCK: ViewClock = {
  now: () => performance.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
