import type { Branch } from './branch.ts';
import type { Engine } from './engine.ts';
import { interruptedBranch } from './engine-errors.ts';
import type { SessionCuts } from './session-cuts.ts';

/**
 * After the thread was terminated (law 10): a lane whose slice was cut short goes back to before the entry that it was at,
 * and is held there, so that what ran away does not run away again. From the last cut on disk it replays up to there: it
 * is as if the slice had not begun (law 11).
 * @returns the name of its branch
 */
export function takeBackInterrupted(
  engine: Engine,
  branches: ReadonlySet<Branch>,
  cuts: SessionCuts,
  warn: (message: string) => void,
): string | undefined {
  const interrupted = engine.takeInterrupted();
  const branch = [...branches].find(({ runner }) => runner === interrupted);
  const runner = branch?.runner;
  if (runner === undefined) return undefined;
  cuts.giveUp(runner.lane);
  runner.holdCutShort(interruptedBranch(branch!.sink.name));
  const replay = async (): Promise<void> => {
    const last = await cuts.lastAt(branch!);
    // Meanwhile it may have been edited or restored.
    if (branch!.runner === runner && runner.cutShort) runner.replay(last?.cut.load());
  };
  replay().catch((error: unknown) => warn(String(error)));
  return branch!.sink.name;
}
