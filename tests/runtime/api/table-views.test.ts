import { expect, test } from 'vitest';
import { StreamExecutionEnvironment } from 'tidemark';

const QUERY = 'SELECT letter, COUNT(*) AS n FROM letters GROUP BY letter HAVING COUNT(*) < 3';

function environment() {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.createTemporaryView('letters', env.fromData('a', 'b', 'a', 'b', 'b'), 'letter STRING');
  return env;
}

test('a view of a table that changes has its rows as they stand', async () => {
  const env = environment();
  const view = env.sqlQuery(QUERY).show();
  const taken = view.take(10);
  await env.execute();
  expect(await taken).toEqual([
    { letter: 'a', n: 1 },
    { letter: 'b', n: 1 },
    { letter: 'a', n: 2 },
    { letter: 'b', n: 2 },
  ]);
  expect(view.latest()).toEqual([{ letter: 'a', n: 2 }]);
});

test('a view of a table without a key has equal rows as often as there are', async () => {
  const env = environment();
  const view = env.sqlQuery('SELECT COUNT(*) AS n FROM letters GROUP BY letter').show();
  const taken = view.take(10);
  await env.execute();
  await taken;
  expect(view.latest()).toEqual([{ n: 2 }, { n: 3 }]);
});

test('a view that is to add rows only lists the changes', async () => {
  const env = environment();
  const view = env.sqlQuery(QUERY).show({ mode: 'append' });
  const taken = view.take(10);
  await env.execute();
  expect((await taken).at(-1)).toEqual({ op: '-U', letter: 'b', n: 2 });
});
