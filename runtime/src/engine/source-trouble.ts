import type { Branch } from './branch.ts';
import type { LaneRunner } from './lane-runner.ts';
import type { SessionHost } from './session-host.ts';

/** Says under the cells of these lanes what their source has to wait for, once, and when that is over. */
export function sayTrouble(
  host: SessionHost,
  branches: Iterable<Branch>,
  runners: readonly LaneRunner[],
  trouble: Error | undefined,
): void {
  for (const { runner, cell, sink } of branches) {
    if (!runner || !runners.includes(runner)) continue;
    const text = trouble === undefined ? `${sink.name} goes on: its source answers again.` : trouble.message;
    host.inCell(cell, () => host.warn(text));
  }
}
