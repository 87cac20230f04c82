import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
  await kernel.execute('env.pause()', { cellId: 'pause' });
  await kernel.execute(
    `const orders = env.fromDataStream(
       env.fromSequence(1, 100).map((n) => ({ item: n % 2 === 0 ? 'tea' : 'cake', price: BigInt(n) })),
       'item STRING, price BIGINT',
     ); 0`,
    { cellId: 'orders' },
  );
});
afterAll(() => kernel.stop());

interface Change {
  readonly change: string;
  readonly changed?: readonly string[];
  readonly replays?: { readonly records: number };
}

async function query(text: string) {
  const cell = await kernel.execute(`%%sql\n${text}`, { cellId: 'query' });
  expect(cell.status).toBe('ok');
  const { changes } = cell.reply.metadata['tidemark'] as { changes: readonly Change[] };
  const tables = cell
    .of('display_data')
    .map(({ data }) => String((data as Record<string, unknown>)['text/plain']));
  return { changes, said: tables.at(-1) ?? '' };
}

test('law 4: a query with the same stateful parts keeps their state and shows all of it; another says what it rebuilds', async () => {
  await query('SELECT item, COUNT(*) AS n FROM orders GROUP BY item');
  await kernel.execute('await env.step(10)', { cellId: 'step' });

  const renamed = await query('SELECT item, COUNT(*) AS orders_seen\n  FROM orders GROUP BY item');
  expect(renamed.changes).toMatchObject([{ change: 'carried' }]);
  expect(renamed.changes[0]!.replays).toBeUndefined();
  expect(renamed.said).toContain('edited, keeps its state');

  const filtered = await query(
    "SELECT UPPER(item) AS item, COUNT(*) * 10 AS n FROM orders GROUP BY item HAVING item <> 'cake'",
  );
  expect(filtered.changes).toMatchObject([{ change: 'carried' }]);

  const summed = await query('SELECT item, SUM(price) AS n FROM orders GROUP BY item');
  expect(summed.changes).toMatchObject([
    { change: 'rebuilt', changed: [expect.stringContaining('GroupAggregate')] },
  ]);
  expect(summed.said).toMatch(/rebuilt from the recording[^]*GroupAggregate/);
});
