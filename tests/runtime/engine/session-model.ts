import fc from 'fast-check';
import { expect } from 'vitest';
import {
  generatorSource,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  WatermarkStrategy,
} from '../../../runtime/src/index.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { holds } from '../property.ts';
import { Notebook, temporaryFolder } from './notebook.ts';

/** What the cells of the notebook say, as data, so that a cell can be edited and an undisturbed run be made of the same. */
interface CellText {
  readonly windows: 'tumbling' | 'sliding' | 'none';
  /** Seconds. */
  readonly size: number;
  readonly keys: keyof typeof KEYS;
}

/** What happens to a session. `after` is how many further results of a cell are awaited first. */
type Event =
  | { readonly kind: 'run'; readonly cell: number; readonly text: CellText }
  | { readonly kind: 'rerun'; readonly cell: number }
  | { readonly kind: 'wait'; readonly cell: number; readonly after: number }
  | { readonly kind: 'cut' }
  | { readonly kind: 'crash' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'restore'; readonly back: number };

const CELLS = 3;
const EVENTS = 6_000;

const text: fc.Arbitrary<CellText> = fc.record({
  windows: fc.constantFrom('tumbling' as const, 'sliding' as const, 'none' as const),
  size: fc.constantFrom(2, 4, 10),
  keys: fc.constantFrom(1 as const, 3 as const, 7 as const),
});
const cell = fc.nat({ max: CELLS - 1 });
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('run' as const), cell, text }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rerun' as const), cell }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), cell, after: fc.nat({ max: 300 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'cut' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'crash' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore' as const), back: fc.nat({ max: 3 }) }) },
);

/** Functions that differ in their text: without a kernel, a session cannot see what a closure captures. */
const KEYS = {
  1: () => 0,
  3: ({ n }: { n: number }) => n % 3,
  7: ({ n }: { n: number }) => n % 7,
};

function build(env: SessionEnvironment, { windows, size, keys }: CellText): void {
  const readings = env.fromSource(
    // Up to 1.6 s out of order, so that some come late.
    generatorSource((n) => ({ n, at: n * 10 - ((n * 7919) % 17) * 100 }), { count: EVENTS }),
    WatermarkStrategy.forBoundedOutOfOrderness<{ n: number; at: number }>('1 s').withTimestampAssigner(
      (event) => event.at,
    ),
    'readings',
  );
  const keyed = readings.keyBy(KEYS[keys]);
  const counting = {
    createAccumulator: () => 0,
    add: (_: unknown, count: number) => count + 1,
    getResult: (count: number) => count,
  };
  if (windows === 'none')
    keyed
      .sum(({ n }) => n)
      .filter((sum) => sum % 5 === 0)
      .show();
  else if (windows === 'tumbling')
    keyed
      .window(TumblingEventTimeWindows.of(size * 1_000))
      .aggregate(counting)
      .show();
  else
    keyed
      .window(SlidingEventTimeWindows.of(size * 2_000, size * 1_000))
      .aggregate(counting)
      .show();
}

async function undisturbed(folder: string, cellText: CellText): Promise<unknown[]> {
  const notebook = await Notebook.open(folder);
  notebook.cell('0', (env) => build(env, cellText));
  await notebook.view('0/0').until((view) => view.status === 'finished');
  const { values } = notebook.view('0/0');
  await notebook.crash();
  return values;
}

async function disturbed(
  path: string,
  events: readonly Event[],
): Promise<Map<number, { text: CellText; values: unknown[] }>> {
  let notebook = await Notebook.open(path);
  const texts = new Map<number, CellText>();
  const run = (at: number): void => {
    const said = texts.get(at);
    if (said) notebook.cell(String(at), (env) => build(env, said));
  };
  const viewOf = (at: number) => notebook.views.get(`${at}/0`);
  for (const happens of events) {
    if (happens.kind === 'run') {
      texts.set(happens.cell, happens.text);
      run(happens.cell);
    } else if (happens.kind === 'rerun') run(happens.cell);
    else if (happens.kind === 'cut') notebook.session.cut({ label: 'test' });
    else if (happens.kind === 'wait') {
      const view = viewOf(happens.cell);
      const rows = (view?.values.length ?? 0) + happens.after;
      await view?.until(({ status, values }) => status === 'finished' || values.length >= rows);
    } else if (happens.kind === 'restore') {
      const cuts = notebook.env.snapshots();
      const cut = cuts[cuts.length - 1 - happens.back];
      if (cut) await notebook.env.restore(cut.id);
    } else {
      await notebook.crash();
      notebook = await Notebook.open(path, happens.kind === 'crash');
      if (happens.kind === 'crash') for (const at of texts.keys()) run(at);
      else texts.clear();
    }
  }
  const results = new Map<number, { text: CellText; values: unknown[] }>();
  for (const [at, said] of texts) {
    run(at);
    const view = notebook.view(`${at}/0`);
    await view.until(({ status }) => status === 'finished');
    results.set(at, { text: said, values: view.values });
  }
  expect(notebook.warnings).toEqual([]);
  await notebook.crash();
  return results;
}

/** Whatever happens to a session, each view ends as it would have undisturbed (laws 4 to 8). */
export async function checkDisturbedSessions(runs: number): Promise<void> {
  const folder = temporaryFolder();
  const known = new Map<string, Promise<unknown[]>>();
  let sessions = 0;
  const expected = (said: CellText): Promise<unknown[]> => {
    const name = JSON.stringify(said);
    const result = known.get(name) ?? undisturbed(folder.path(`undisturbed-${known.size}.sqlite`), said);
    known.set(name, result);
    return result;
  };
  try {
    await holds(
      fc.array(event, { minLength: 2, maxLength: 10 }),
      async (events) => {
        const results = await disturbed(folder.path(`session-${(sessions += 1)}.sqlite`), events);
        for (const { text: said, values } of results.values()) expect(values).toEqual(await expected(said));
      },
      runs,
      runs,
    );
  } finally {
    folder.remove();
  }
}
