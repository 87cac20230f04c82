/** How often to look (ms). */
const EVERY_MS = 1_000;

/** Calls `gone` when the process that started this one is dead, as when JupyterLab was killed. */
export function watchParent(gone: () => void): void {
  const parent = process.ppid;
  // Under a process manager the first parent may already be init.
  if (parent <= 1) return;
  setInterval(() => {
    if (process.ppid !== parent) gone();
  }, EVERY_MS).unref();
}
