import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { localCheckpoints } from '../../../runtime/src/checkpoint/local-checkpoints.ts';
import { fileSinkOn } from '../../../runtime/src/connectors/file-sink/file-sink.ts';
import { createLocalBackend } from '../../../runtime/src/engine/local-backend.ts';
import { StreamExecutionEnvironment } from '../../../runtime/src/index.ts';
import { Notebook } from '../engine/notebook.ts';
import { holds } from '../property.ts';
import { randomNumbers } from './random-numbers.ts';
import { batchesOf, DISORDER, SimulatedInput, type Batch, type Reading } from './simulated-input.ts';
import { buildJob, MEETINGS, STAGES, type Meeting, type SimulatedJob, type Stage } from './simulated-job.ts';
import { SimulatedWorld, type Damage, type Death, type Fate } from './simulated-world.ts';

/** One run of a job in a world that has it in for it. */
interface Run {
  readonly job: SimulatedJob;
  readonly records: number;
  readonly keys: number;
  readonly late: boolean;
  readonly splits: number;
  /** True if the first input is not to be had again. */
  readonly once: boolean;
  readonly observed: 'view' | 'sink' | 'both';
  /** Bytes of a finished file. */
  readonly fileSize: number;
  readonly failures: readonly number[];
  readonly fate: Fate;
  readonly seed: number;
}

const names = <T extends object>(of: T) => Object.keys(of) as (keyof T)[];
const stage = fc.constantFrom<Stage>(...names(STAGES));
const job: fc.Arbitrary<SimulatedJob> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({
        stages: fc.array(stage, { minLength: 1, maxLength: 3 }),
        parallelism: fc.constantFrom(1, 1, 1, 3),
      })
      // Of several subtasks nobody says which answer comes first.
      .map((said) => (said.stages.includes('requests') ? { ...said, parallelism: 1 } : said)),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      meeting: fc.constantFrom<Meeting>(...names(MEETINGS)),
      stages: fc.subarray<Stage>(['stateless', 'requests']),
      parallelism: fc.constant(1),
    }),
  },
);
const power = fc.boolean();
const death: fc.Arbitrary<Death> = fc.oneof(
  fc.record({ by: fc.constant('read' as const), at: fc.integer({ min: 1, max: 40 }), power }),
  fc.record({
    by: fc.constant('store' as const),
    at: fc.integer({ min: 1, max: 40 }),
    carriedOut: fc.boolean(),
    power,
  }),
);
const file = fc.constantFrom('' as const, '-wal' as const);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('cut off' as const), file, share }),
  fc.record({
    kind: fc.constant('corrupt' as const),
    file,
    places: fc.array(share, { minLength: 1, maxLength: 4 }),
  }),
);
const diskError = fc.record({
  at: fc.integer({ min: 1, max: 30 }),
  what: fc.constantFrom('short write' as const, 'failed sync' as const, 'failed read' as const),
});
const fate: fc.Arbitrary<Fate> = fc.record({
  deaths: fc.array(death, { maxLength: 4 }),
  faults: fc.array(
    fc.tuple(
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom('failure' as const, 'crash' as const, 'power cut' as const),
    ),
    { maxLength: 3 },
  ),
  diskErrors: fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(diskError, { minLength: 1, maxLength: 2 }) },
  ),
  pages: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 12, max: 60 }) },
  ),
  damages: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.option(damage, { nil: undefined, freq: 1 }), { maxLength: 3 }) },
  ),
  cuts: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }),
});
const run: fc.Arbitrary<Run> = fc
  .record({
    job,
    records: fc.integer({ min: 1, max: 60 }),
    keys: fc.constantFrom(1, 3, 7),
    late: fc.boolean(),
    splits: fc.constantFrom(1, 1, 2),
    once: fc.constantFrom(false, false, true),
    observed: fc.constantFrom('view' as const, 'sink' as const, 'both' as const, 'both' as const),
    fileSize: fc.constantFrom(1, 60, 400, 1_000_000),
    failures: fc.array(fc.nat({ max: 59 }), { maxLength: 1 }),
    fate,
    seed: fc.nat(),
  })
  // What is lost of a socket is no split's end.
  .map((one) => (one.once ? { ...one, splits: 1 } : one));

/** Whatever happens while a job runs, it comes to what it would have come to undisturbed (laws 5, 8, 9 and 11). */
export async function checkWholeJobs(runs: number): Promise<void> {
  // In memory where there is such a folder: power cuts are simulated.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tidemark-jobs-'));
  let jobs = 0;
  try {
    await holds(run, (one) => checkRun(one, join(folder, `job${(jobs += 1)}`)), runs, runs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkRun(one: Run, path: string): Promise<void> {
  const random = randomNumbers(one.seed);
  const inputs = inputsOf(one, random);
  const world = new SimulatedWorld(path, one.fate, random);
  const results = await disturbed(one, inputs, world);
  const { job: said } = one;
  const inOrder = (values: readonly unknown[]): string[] => {
    const lines = values.map((value) => JSON.stringify(value));
    return said.meeting === undefined ? lines : lines.sort();
  };
  const survived = inputs.map((input) =>
    input.once ? survivors(input.batches, results.witnessed) : input.batches,
  );
  const expected = inOrder(await withinTurns(undisturbed(said, inputs, survived), 'the undisturbed run'));
  if (one.observed !== 'sink') expect(inOrder(results.shown)).toEqual(expected);
  if (one.observed !== 'view' && !(world.degraded && one.once)) {
    const written = linesIn(world).sort();
    if (world.degraded) expect([...new Set(written)]).toEqual([...new Set(expected)].sort());
    else expect(written).toEqual([...expected].sort());
  }
  const { diskErrors, pages, damages } = one.fate;
  if (diskErrors.length === 0 && pages === undefined && damages.length === 0)
    expect(world.warnings).toEqual([]);
}

function inputsOf({ job: said, records, keys, late, splits, once }: Run, random: () => number) {
  const disorder = late && said.meeting === undefined ? 3 * DISORDER : DISORDER;
  const left = new SimulatedInput('left', batchesOf(records, keys, disorder, random), { splits, once });
  if (said.meeting === undefined) return [left];
  return [left, new SimulatedInput('right', batchesOf(records, keys, disorder, random))];
}

/** What the same job comes to outside of a notebook, where nothing happens. */
function undisturbed(
  said: SimulatedJob,
  inputs: readonly SimulatedInput[],
  batches: readonly (readonly Batch[])[],
): Promise<Reading[]> {
  const env = new StreamExecutionEnvironment(createLocalBackend(localCheckpoints));
  const always = { mayRead: () => true };
  const sources = inputs.map(({ name, splits }, at) =>
    new SimulatedInput(name, batches[at]!, { splits }).source(always),
  );
  return buildJob(env, said, sources).executeAndCollect();
}

interface Results {
  readonly shown: readonly unknown[];
  /** What came of an input that is not to be had again. */
  readonly witnessed: readonly unknown[];
}

async function disturbed(
  one: Run,
  inputs: readonly SimulatedInput[],
  world: SimulatedWorld,
): Promise<Results> {
  const failures = new Set(one.failures);
  const { files } = world;
  const sink = () => fileSinkOn<Reading>(files, () => 0, '/out', { rolling: { size: one.fileSize } });
  for (let processes = 0; ; processes++) {
    const notebook = await open(world, processes > 0);
    if (notebook === undefined) continue;
    world.onCutDue = () => void notebook.session.cut({ label: 'now and then' });
    const runCells = (): void => {
      if (one.once) {
        notebook.cell('witness', (env) => {
          env.fromSource(inputs[0]!.source(world)).show();
        });
      }
      notebook.cell('job', (env) => {
        const sources = inputs.map((input) => input.source(world));
        const stream = buildJob(env, one.job, sources, failures);
        if (one.observed !== 'sink') stream.show();
        if (one.observed !== 'view') stream.sinkTo(sink());
      });
    };
    runCells();
    await ended(notebook, world, runCells);
    const shown = notebook.views.get('job/0')?.values ?? [];
    const witnessed = notebook.views.get('witness/0')?.values ?? [];
    const isOver = !world.dead;
    world.dead = true;
    notebook.session.close();
    if (isOver) {
      world.end();
      return { shown, witnessed };
    }
    world.bury();
  }
}

/** The most turns of the event loop that anything takes. */
const TURNS = 5_000;

/** What would take for ever fails. */
async function withinTurns<R>(work: Promise<R>, what: string): Promise<R> {
  let over = false;
  const count = async (): Promise<never> => {
    for (let turn = 0; turn < TURNS; turn++) {
      await new Promise<void>(setImmediate);
      if (over) return new Promise<never>(() => undefined);
    }
    throw new Error(`${what} takes for ever`);
  };
  return Promise.race([work, count()]).finally(() => (over = true));
}

/** Opens the notebook in another process, which may die of it. */
async function open(world: SimulatedWorld, resume: boolean): Promise<Notebook | undefined> {
  // The store is there before anything can happen.
  const store = world.open();
  const opening = Notebook.open(world.path, resume, () => Promise.resolve(store));
  const notebook = await withinTurns(world.unlessDead(opening), 'the opening of a session');
  if (notebook === undefined) world.bury();
  return notebook;
}

/** Resolves when all streams have ended, or the process has died; a cell whose function has failed runs again. */
async function ended(notebook: Notebook, world: SimulatedWorld, runCells: () => void): Promise<void> {
  let failed = 0;
  for (let turns = 0; !world.dead; turns++) {
    await withinTurns(world.unlessDead(notebook.session.settled()), 'branches that wait');
    const all = notebook.session.jobs().map(({ status }) => status);
    if (all.every((status) => status === 'finished')) return;
    if (turns > TURNS) throw new Error(`it does not end: ${all.join()}`);
    if (all.includes('failed')) {
      failed += 1;
      if (failed > 10) throw new Error(`it fails again and again: ${String(failureIn(notebook))}`);
      runCells();
    }
    await new Promise<void>(setImmediate);
  }
}

function failureIn({ views, notices }: Notebook): unknown {
  return [...views.values()].find(({ error }) => error)?.error ?? [...notices.values()][0]?.error;
}

/** The batches that were recorded before their process died; of each batch all is there, or nothing. */
function survivors(batches: readonly Batch[], witnessed: readonly unknown[]): readonly Batch[] {
  const seen = (witnessed as readonly Reading[]).map(({ n }) => n);
  const survived = batches.filter(([first]) => seen.includes(first!.n));
  expect(survived.flat().map(({ n }) => n)).toEqual(seen);
  return survived;
}

function linesIn({ files }: SimulatedWorld): string[] {
  return [...files.files].flatMap(([path, { bytes }]) =>
    path.includes('/.') ? [] : new TextDecoder().decode(bytes).split('\n').slice(0, -1),
  );
}
