/** Milliseconds of real time from some moment on, for measuring how long work takes; results never depend on it (law 11). */
export function stopwatch(): number {
  return performance.now();
}
