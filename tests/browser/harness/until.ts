export interface UntilOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
  /** Named in the error when the time is over. */
  readonly what: string | (() => string);
}

/**
 * Waits for something outside this process that announces itself to nobody: asks `condition` again and again until it
 * answers with something other than undefined or false, and resolves with that. Inside the page and for kernel
 * messages wait for the event instead.
 */
export async function until<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 30_000, intervalMs = 50, what }: UntilOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await condition();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain for ${typeof what === 'string' ? what : what()}`);
    }
    await new Promise((resume) => setTimeout(resume, intervalMs));
  }
}
