import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ViewEvent } from '../../kernel/src/protocol/index.ts';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

const sql = (text: string, cellId: string) => kernel.execute(`%%sql\n${text}`, { cellId });

test('a %%sql cell makes tables and views, and says what there is', async () => {
  const made = await sql(
    `CREATE TABLE numbers (n INT, word STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '5', 'fields.n.kind' = 'sequence');
     CREATE TEMPORARY VIEW even AS SELECT n FROM numbers WHERE n % 2 = 0`,
    'ddl',
  );
  expect(made.result).toBe('OK');
  expect((await sql('SHOW TABLES', 'show')).result).toBe('name\neven\nnumbers');
  expect((await sql('DESCRIBE numbers', 'describe')).result).toBe('name  type\nn     INT\nword  STRING');
  expect((await sql('EXPLAIN SELECT n FROM even', 'explain')).result).toContain(
    'Filter(where=[((n % 2) = 0)])',
  );
});

test('a cell that makes tables can run again', async () => {
  const again = (rows: number) =>
    sql(
      `CREATE TABLE again (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '${rows}');\nDESCRIBE again`,
      'again',
    );
  for (const rows of [1, 2]) expect((await again(rows)).result).toBe('name  type\nn     INT');
  const { error } = await sql("CREATE TABLE again (n INT) WITH ('connector' = 'datagen')", 'elsewhere');
  expect(error?.evalue).toContain("There is a table 'again' already.");
  await sql('DROP TABLE again', 'drop');
});

test('an error is underlined at its line of the cell', async () => {
  const { error } = await sql('SELECT n,\n  wrd\nFROM numbers', 'wrong');
  expect(error?.evalue).toContain(
    "There is no column 'wrd' here. Perhaps 'word' is meant. (line 3, column 3)",
  );
  expect(error?.evalue).toContain('3   wrd\n    ~~~');
});

test('an error of the plan is underlined as well, and no stack of ours stands below it', async () => {
  const { error } = await sql('SELECT word,\n  RANK() OVER (ORDER BY n) AS place\nFROM numbers', 'rank');
  expect(error?.evalue).toContain("RANK() ordered by 'n' cannot be done on a stream");
  expect(error?.evalue).toContain('3   RANK() OVER (ORDER BY n) AS place\n    ~~~~');
  expect(error?.traceback).not.toMatch(/^ +at /m);
});

test('INSERT INTO starts a job under its cell', async () => {
  await sql("CREATE TABLE out (n INT) WITH ('connector' = 'print')", 'out');
  const cell = await sql('INSERT INTO out SELECT n FROM even', 'insert');
  await kernel.until(() =>
    kernel
      .published(cell.id)
      .some(({ type, content }) => type === 'stream' && String(content['text']).includes('+I[4]')),
  );
});

test('the job of INSERT INTO is shown until it has ended, and is no job of other cells', async () => {
  await sql("CREATE TABLE kept (n INT) WITH ('connector' = 'blackhole')", 'kept');
  await sql('SELECT n FROM even', 'looks-on');
  const cell = await sql('INSERT INTO kept SELECT n FROM even', 'follow');
  const texts = () =>
    kernel.published(cell.id).flatMap(({ type, content }) => {
      if (type !== 'display_data' && type !== 'update_display_data') return [];
      return [(content['data'] as Record<string, string>)['text/plain'] ?? ''];
    });
  await kernel.until(() => texts().some((text) => text.includes('finished · 5 read · 3 written')));
  expect(texts().every((text) => text.startsWith('INSERT INTO kept SELECT n FROM even: '))).toBe(true);
  const jobs = String((await kernel.execute('%jobs')).result);
  const ran = String(cell.reply.content['execution_count']);
  expect(jobs.match(/^insert into kept +\[(\d+)\]/m)?.[1]).toBe(ran);
  expect(jobs.match(/^insert into kept /gm)).toHaveLength(1);
});

test('a cell can wait for the job that it starts', async () => {
  const { result } = await kernel.execute(
    `const inserted = await env.executeSql('INSERT INTO kept SELECT n FROM even').job;
     (await inserted!.finished()).name`,
  );
  expect(result).toContain('insert into kept');
});

test('a query is shown live, and names a table in a variable', async () => {
  await kernel.execute("const letters = env.fromDataStream(env.fromData('a', 'b', 'a'), 'letter STRING')", {
    cellId: 'letters',
  });
  const cell = await sql('SELECT letter, COUNT(*) AS n FROM letters GROUP BY letter', 'query');
  expect(cell.status).toBe('ok');
  const shown = kernel.published(cell.id).find(({ type }) => type === 'display_data');
  expect(Object.keys((shown?.content['data'] ?? {}) as object)).toContain(
    'application/vnd.tidemark.view.v1+json',
  );
  const { result } = await kernel.execute('letters.columns', { cellId: 'columns' });
  expect(result).toContain("name: 'letter'");
});

/** A view's rows as a page has them, from what the kernel sends it. */
function rowsOn(comm: string, title: string): Record<string, unknown>[] {
  const rows = new Map<string, Record<string, unknown>>();
  const events = kernel.messages
    .filter(({ type, content }) => type === 'comm_msg' && content['comm_id'] === comm)
    .map(({ content }) => content['data'] as unknown as ViewEvent);
  const viewId = events
    .flatMap((event) =>
      event.type === 'views' ? event.views : event.type === 'opened' ? [event.summary] : [],
    )
    .find(({ view }) => view.title.startsWith(title))?.view.viewId;
  for (const delta of events.flatMap((event) => (event.type === 'tick' ? event.deltas : []))) {
    if (delta.viewId !== viewId) continue;
    if (delta.reset) rows.clear();
    for (const id of delta.remove) rows.delete(id);
    for (const row of delta.upsert) rows.set(row._id, row);
  }
  return [...rows.values()];
}

/** Opens a page that follows the view with that title. */
async function follow(comm: string, title: string): Promise<void> {
  kernel.send('shell', 'comm_open', { comm_id: comm, target_name: 'tidemark.views', data: {} });
  const first = await kernel.waitFor(
    ({ type, content }) => type === 'comm_msg' && content['comm_id'] === comm,
  );
  const { views } = first.content['data'] as unknown as ViewEvent & { type: 'views' };
  const { viewId } = views.find(({ view }) => view.title.startsWith(title))!.view;
  kernel.send('shell', 'comm_msg', { comm_id: comm, data: { type: 'follow', viewIds: [viewId] } });
}

test('a query whose answer changes is a table of its rows, not of its changes', async () => {
  await sql('SELECT letter, COUNT(*) AS times FROM letters GROUP BY letter', 'changing');
  await follow('changing', 'SELECT letter, COUNT(*) AS times');
  await kernel.until(() =>
    rowsOn('changing', 'SELECT letter, COUNT(*) AS times').some((row) => row['times'] === 2),
  );
  expect(
    rowsOn('changing', 'SELECT letter, COUNT(*) AS times').map(({ letter, times, op }) => [
      letter,
      times,
      op,
    ]),
  ).toEqual([
    ['a', 2, undefined],
    ['b', 1, undefined],
  ]);
});

test('a query that keeps state for ever says how much it is, and nothing of the kind with a time to live', async () => {
  const text = `SELECT letter, COUNT(*) AS growing FROM letters GROUP BY letter`;
  await sql(text, 'growing');
  await follow('growing', text.slice(0, 40));
  const warnings = (comm: string) =>
    kernel.messages
      .filter(({ type, content }) => type === 'comm_msg' && content['comm_id'] === comm)
      .map(({ content }) => content['data'] as unknown as ViewEvent)
      .flatMap((event) => (event.type === 'tick' ? event.deltas : []))
      .flatMap(({ progress }) => (progress === undefined ? [] : [progress.warning]));
  await kernel.until(() =>
    warnings('growing').some((warning) => warning?.includes('2 entries by now') === true),
  );
  expect(warnings('growing').at(-1)).toContain('GroupAggregate keeps one entry a group, for ever');

  await sql("SET 'table.exec.state.ttl' = '1 h'", 'ttl');
  const bounded = text.replace('growing', 'bounded');
  await sql(bounded, 'bounded');
  await follow('bounded', bounded.slice(0, 40));
  await kernel.until(() => rowsOn('bounded', bounded.slice(0, 40)).length === 2);
  expect(warnings('bounded').every((warning) => warning === undefined)).toBe(true);
  await sql("RESET 'table.exec.state.ttl'", 'ttl');
});

test('a query over windows is a chart of them', async () => {
  await kernel.execute(
    `const timed = env.fromDataStream(env.fromData(['a', 1000], ['b', 2000], ['a', 11000], ['a', 12000]),
       'letter STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts')`,
    { cellId: 'timed' },
  );
  const cell = await sql(
    `SELECT letter, COUNT(*) AS seen, window_start, window_end
     FROM TABLE(TUMBLE(TABLE timed, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY letter, window_start, window_end`,
    'windows',
  );
  const shown = kernel.published(cell.id).find(({ type }) => type === 'display_data');
  expect(JSON.stringify(shown?.content['data'])).toContain('10 s windows');
  await follow('windows', 'SELECT letter, COUNT(*) AS seen');
  await kernel.until(() => rowsOn('windows', 'SELECT letter, COUNT(*) AS seen').length === 3);
  const rows = rowsOn('windows', 'SELECT letter, COUNT(*) AS seen');
  expect(rows.map(({ key, start, end, value }) => [key, start, end, value])).toEqual([
    ['a', 0, 10_000, 1],
    ['b', 0, 10_000, 1],
    ['a', 10_000, 20_000, 2],
  ]);
});

test('a stream without columns says how to give it some', async () => {
  await kernel.execute('const plain = env.fromData(1).map((n): unknown => n)', { cellId: 'plain' });
  const { error } = await sql('SELECT * FROM plain', 'no-columns');
  expect(error?.evalue).toContain("stream 'plain' has no schema");
});

/** What is completed, or explained, at `|` of a cell. */
function ask(type: 'complete' | 'inspect', cell: string) {
  return kernel.ask('shell', `${type}_request`, {
    code: cell.replace('|', ''),
    cursor_pos: [...cell].indexOf('|'),
    detail_level: 0,
  });
}

test('tables, columns, functions and keywords are completed in a cell of SQL', async () => {
  await sql('CREATE TEMPORARY VIEW wide AS SELECT n AS first_one, word AS `two words` FROM numbers', 'wide');
  await kernel.execute("const people = env.fromData({ name: 'ann', age: 3 })", { cellId: 'people' });
  const completed = async (cell: string) => (await ask('complete', cell)).content;
  expect((await completed('%%sql\nSELECT * FROM wi|'))['matches']).toEqual(['wide']);
  expect((await completed('%%sql SELECT * FROM peo|'))['matches']).toEqual(['people']);
  const columns = await completed("%%sql\nSELECT '😀', w.| FROM wide w");
  expect(columns).toMatchObject({ matches: ['first_one', '`two words`'], cursor_start: 20, cursor_end: 20 });
  expect((await completed('%%sql\nSELECT ag| FROM people'))['matches']).toEqual(['age']);
  expect((await completed('%%sql\nSELECT COUN| FROM wide'))['matches']).toEqual(['COUNT']);
  expect((await completed('%%sql\nSELECT n FROM numbers gro|'))['matches']).toEqual(['group']);
  expect(columns['metadata']).toMatchObject({
    _jupyter_types_experimental: [{ text: 'first_one', type: 'column', signature: 'INT' }, {}],
  });
});

test('a name in a cell of SQL is explained, also while another cell is busy', async () => {
  const busy = kernel.execute('await new Promise((go) => { globalThis.go = go; })', { cellId: 'busy' });
  const explained = await ask('inspect', '%%sql\nSELECT first_|one FROM wide');
  expect(explained.content).toMatchObject({
    found: true,
    data: { 'text/plain': '(column) wide.first_one INT' },
  });
  expect((await ask('inspect', '%%sql\nSELECT * FROM wi|de')).content['data']).toMatchObject({
    'text/plain': '(view) wide (\n  first_one INT,\n  two words STRING\n)',
  });
  kernel.send('control', 'interrupt_request', {});
  await busy;
});
