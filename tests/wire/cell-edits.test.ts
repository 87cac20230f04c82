import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
  await kernel.execute('env.pause()', { cellId: 'pause' });
});
afterAll(() => kernel.stop());

interface Report {
  kept: string[];
  rebuilt: string[];
  retired: string[];
  carried: string[];
  changes: { name: string; change: string; cell?: string; replays?: { records: number } }[];
}
const reportOf = ({ reply }: { reply: { metadata: Record<string, unknown> } }) =>
  reply.metadata['tidemark'] as Report;

test('law 4: a reply says what the cell kept, rebuilt and retired, as data and as a table', async () => {
  const cell = (factor: number, more = '') =>
    `env.fromSequence(1, 50).show({ title: 'all' });
     env.fromSequence(1, 50).map((n) => n * ${factor}).show({ title: 'times' });${more} 0`;
  const first = await kernel.execute(cell(2, "env.fromData('x').show({ title: 'gone' });"), { cellId: 'a' });
  expect(
    first.of('display_data').every(({ metadata }) => !JSON.stringify(metadata).includes('changes')),
  ).toBe(true);
  await kernel.execute('%step 20');
  const edited = await kernel.execute(cell(3), { cellId: 'a' });
  expect(reportOf(edited)).toMatchObject({
    kept: [expect.anything()],
    rebuilt: [expect.anything()],
    retired: [expect.anything()],
  });
  const table = edited.of('display_data').at(-1) as {
    data: Record<string, string>;
    metadata: { tidemark: Report };
  };
  expect(table.data['text/plain']).toMatch(
    /^view or sink +this run +replays +changed\n[^]*kept[^]*rebuilt from the recording +\d+ records, [^]* map *\n[^]*retired/,
  );
  expect(table.data['text/html']).toContain('<table>');
  expect(table.metadata.tidemark.changes).toMatchObject([
    { change: 'kept' },
    { change: 'rebuilt', replays: { records: expect.any(Number) as number } },
    { change: 'retired' },
  ]);
  const again = await kernel.execute(cell(3), { cellId: 'a' });
  expect(reportOf(again).kept).toHaveLength(2);
  expect(
    again.of('display_data').every(({ metadata }) => !JSON.stringify(metadata).includes('changes')),
  ).toBe(true);
});

test('law 3: a cell that changes a variable or function edits what names it, also through others', async () => {
  await kernel.execute('let limit = 3; const isHigh = (n: number) => n > limit;', { cellId: 'limit' });
  const high = 'const high = env.fromSequence(1, 9).filter((n) => isHigh(n)).show();';
  await kernel.execute(high, { cellId: 'high' });
  await kernel.execute('%step 30');
  expect((await kernel.execute('high.latest()')).result).toBe('[ 4, 5, 6, 7, 8, 9 ]');
  // Looking at it is no edit, nor is setting it to what it is.
  expect(reportOf(await kernel.execute('limit', { cellId: 'look' })).changes).toEqual([]);
  expect(reportOf(await kernel.execute('limit = 3', { cellId: 'look' })).changes).toEqual([]);
  const changed = await kernel.execute('limit = 7', { cellId: 'look' });
  expect(reportOf(changed).changes).toMatchObject([
    { cell: 'high', change: 'rebuilt', replays: { records: 9 } },
  ]);
  await kernel.execute('%step 0');
  expect((await kernel.execute('high.latest()')).result).toBe('[ 8, 9 ]');
  expect(reportOf(await kernel.execute(high, { cellId: 'high' })).kept).toHaveLength(1);
});

test('law 3: an execution without a cell id is a cell of its own; a deleted cell retires; cut and paste keeps', async () => {
  const code = 'env.fromSequence(1, 5).map((n) => -n).show({ title: "mine" }); 0';
  await kernel.execute(code);
  expect(reportOf(await kernel.execute(code)).changes).toMatchObject([{ change: 'new' }]);

  await kernel.execute(code.replace('-n', '-n - 1'), { cellId: 'cut' });
  const paste = kernel.send(
    'shell',
    'execute_request',
    {
      code: code.replace('-n', '-n - 1'),
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
    },
    { cellId: 'paste', deletedCells: ['cut'] },
  );
  expect(reportOf(await kernel.finished(paste)).changes).toMatchObject([{ change: 'kept' }]);

  const deletes = kernel.send(
    'shell',
    'execute_request',
    { code: '0', silent: false, store_history: true, user_expressions: {}, allow_stdin: false },
    { cellId: 'other', deletedCells: ['paste'] },
  );
  expect(reportOf(await kernel.finished(deletes)).retired).toEqual([]);
  expect(reportOf(await kernel.execute('1', { cellId: 'other' })).retired).toHaveLength(1);
});

test("law 9: the fixed cell resumes its branch from the last good snapshot; onEdit: 'keep' carries state", async () => {
  const summed = (bad: number, uid = '') => `
    import { KeyedProcessFunction, ValueStateDescriptor, type Collector, type ValueState } from 'tidemark';
    class Sum extends KeyedProcessFunction<number, number, number> {
      sum!: ValueState<number>;
      override open() { this.sum = this.getRuntimeContext().getState(new ValueStateDescriptor('sum', 0)); }
      override processElement(n: number, _: unknown, out: Collector<number>) {
        if (n === ${bad}) throw new Error('cannot take ' + n);
        this.sum.update((this.sum.value() ?? 0) + n);
        out.collect(this.sum.value() ?? 0);
      }
    }
    const sums = env.fromSequence(1, 6).keyBy(() => 0).process(new Sum())${uid}.show(); 0`;
  await kernel.execute(summed(4), { cellId: 'sums' });
  await kernel.execute('await env.step(60)', { cellId: 'step' });
  const failed = await kernel.execute('%jobs');
  expect(failed.result).toMatch(/process +failed/);
  const fixed = await kernel.execute(summed(-1), { cellId: 'sums' });
  expect(reportOf(fixed).changes).toMatchObject([{ change: 'resumed' }]);
  await kernel.execute('await env.step(10)', { cellId: 'step' });
  expect((await kernel.execute('sums.latest()')).result).toMatch(/10, 15, 21 \]$/);

  await kernel.execute(summed(-1, ".uid('sum', { onEdit: 'keep' })"), { cellId: 'sums' });
  const kept = await kernel.execute(summed(-2, ".uid('sum', { onEdit: 'keep' })"), { cellId: 'sums' });
  expect(reportOf(kept).changes).toMatchObject([{ change: 'carried' }]);
});
