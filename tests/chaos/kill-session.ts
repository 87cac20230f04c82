import { expect } from 'vitest';
import { HeadlessNotebook } from '../browser/harness/headless-notebook.ts';
import { killSessionProcess } from '../browser/harness/kernel-processes.ts';
import { earthquakeModel } from '../notebooks/earthquake-model.ts';
import { FollowedViews } from '../notebooks/followed-views.ts';
import { earthquakesFile, startNotebookServer } from '../notebooks/notebook-server.ts';

const COUNTS = 'Earthquakes in six hours';

/**
 * Runs notebook 01, kills its session process so many times at random moments (kill -9) and runs the cells again each time:
 * what it shows in the end must be what an undisturbed run shows (law 8).
 * @param seed of the moments; printed, so that a failure can be tried again
 */
export async function killSessionProcessAndResume(kills: number, seed: number): Promise<void> {
  console.log(`kill -9 of the session process: seed ${seed} (TIDEMARK_SEED replays it)`);
  const random = randomNumbers(seed);
  const server = await startNotebookServer();
  try {
    const notebook = await HeadlessNotebook.open(server, '01-first-stream.ipynb');
    const views = await FollowedViews.of(notebook.kernel);
    await runAll(notebook);
    for (let kill = 0; kill < kills; kill++) {
      // A moment is a number of rows' changes away, since what is awaited is an event and not the clock.
      await someChanges(views, 1 + Math.floor(random() * 12));
      killSessionProcess(notebook.kernel.id);
      await views.until(() => views.titled(COUNTS)?.status === 'waiting');
      await runAll(notebook);
    }
    // What is left takes no more kills: it may go by faster.
    await notebook.execute('env.speed(20)', 'pace');
    await views.finished(COUNTS);
    await views.finished('How many came too late');
    await views.finished('Strongest earthquake of the last day');
    const model = earthquakeModel(earthquakesFile);
    const rows = (title: string) => views.titled(title)?.rows ?? [];
    expect(
      new Map(rows(COUNTS).map((row) => [`${String(row['key'])}@${String(row['start'])}`, row['value']])),
    ).toEqual(model.tumbling);
    expect(new Map(rows('How many came too late').map((row) => [row['strength'], row['tooLate']]))).toEqual(
      model.tooLate,
    );
    expect(
      new Map(rows('Strongest earthquake of the last day').map((row) => [row['start'], row['value']])),
    ).toEqual(model.strongest);
    await notebook.close();
  } finally {
    await server.stop();
  }
}

async function runAll(notebook: HeadlessNotebook): Promise<void> {
  for (const cell of await notebook.runAll())
    expect(cell.status, `${cell.id}: ${JSON.stringify(cell.reply)}`).toBe('ok');
}

async function someChanges(views: FollowedViews, count: number): Promise<void> {
  let left = count;
  await views.until(() => left-- <= 0);
}

/** mulberry32, a small generator of Tommy Ettinger's: numbers in [0, 1) that a seed replays. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The seed that TIDEMARK_SEED names, or one of its own. */
export function seedOfRun(): number {
  const given = process.env['TIDEMARK_SEED'];
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
