import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileSink } from '../../../runtime/src/index.ts';
import type { SessionEnvironment } from '../../../runtime/src/session.ts';
import { Notebook, temporaryFolder } from '../engine/notebook.ts';
import { PushedSource } from '../engine/pushed-source.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => folder.remove());

/** Lines of the finished files of a folder, in the order in which they were begun. */
function finished(name: string): string[] {
  const number = (file: string) => Number(/-(\d+)\.\w+$/.exec(file)![1]);
  const names = readdirSync(folder.path(name)).filter((file) => /^part.*jsonl$/.test(file));
  return names
    .sort((a, b) => number(a) - number(b))
    .flatMap((file) =>
      readFileSync(folder.path(`${name}/${file}`), 'utf8')
        .split('\n')
        .slice(0, -1),
    );
}

/** What a process that was killed leaves: files that its last snapshot knows, and others. Returns those that are not the sink's. */
async function killed(source: PushedSource): Promise<string[]> {
  const crashing = await Notebook.open(folder.path('session.sqlite'));
  crashing.cell('a', (env) => {
    env.fromSource(source).sinkTo(fileSink(folder.path('before'), { rolling: { size: 5 } }));
  });
  await source.push(1, 2, 3, 4);
  await crashing.session.beginCut({ label: 'last' })!.durable;
  // The last of them goes on behind what the snapshot holds.
  await source.push(5);
  await crashing.crash();
  const [inProgress] = readdirSync(folder.path('before')).filter((file) => file.startsWith('.'));
  const [, stem] = /^\.(.*)-1\.jsonl\.inprogress$/.exec(inProgress!)!;
  const foreign = [
    `.${stem}-7.txt`,
    `.${stem}0-7.jsonl.inprogress`,
    '.part-0-7.jsonl.inprogress',
    'mine.jsonl',
  ];
  for (const name of [`.${stem}-7.jsonl.inprogress`, ...foreign])
    writeFileSync(folder.path(`before/${name}`), 'x\n');
  return foreign;
}

test.each([
  [
    'writes elsewhere',
    (env: SessionEnvironment, source: PushedSource) =>
      void env.fromSource(source).sinkTo(fileSink(folder.path('after'), { rolling: { size: 1 } })),
  ],
  ['no longer writes', () => undefined],
] as const)(
  'law 5: a cell that %s after a crash has what its sink had written in finished files, and nothing of it lies about',
  async (_, edited) => {
    mkdirSync(folder.path('after'));
    const source = new PushedSource();
    const foreign = await killed(source);
    const resumed = await Notebook.open(folder.path('session.sqlite'), true);
    resumed.cell('a', (env) => edited(env, source));
    await resumed.session.beginCut({ label: 'test' })!.durable;
    expect(finished('before')).toEqual(['1', '2', '3', '4']);
    expect(
      readdirSync(folder.path('before'))
        .filter((file) => !/^part/.test(file))
        .sort(),
    ).toEqual(foreign.sort());
    expect(resumed.warnings).toEqual([]);
    await resumed.crash();
  },
);

test('law 8: a process that dies when this is half done does it again', async () => {
  const source = new PushedSource();
  await killed(source);
  for (let time = 0; time < 2; time++) {
    const resumed = await Notebook.open(folder.path('session.sqlite'), true);
    // The snapshot after the cell is not written.
    resumed.session.beginCut = () => undefined;
    resumed.cell('a', () => undefined);
    await resumed.session.settled();
    await resumed.crash();
  }
  const again = await Notebook.open(folder.path('session.sqlite'), true);
  again.cell('a', (env) => {
    env.fromSource(source).sinkTo(fileSink(folder.path('before'), { rolling: { size: 5 } }));
  });
  await source.push(6, 7);
  await again.session.beginCut({ label: 'test' })!.durable;
  expect(finished('before').slice(0, 6)).toEqual(['1', '2', '3', '4', '5', '6']);
  await again.crash();
});
