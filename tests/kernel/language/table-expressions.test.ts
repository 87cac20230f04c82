import { afterAll, beforeAll, expect, test } from 'vitest';
import { StreamExecutionEnvironment } from 'tidemark';
import { readFileSync } from 'node:fs';
import { allTokens, isReserved } from '../../../runtime/src/table/parse/tokens.ts';
import { rowTypeText } from '../../../runtime/src/table/assist/row-type-text.ts';
import { CellRunner } from './cell-runner.ts';

/** Expressions by the type of their values, as the compiler knows it; the planner must agree with each. */
const TYPED: Readonly<Record<string, readonly string[]>> = {
  'string | null': [
    'user',
    '`user`',
    'price',
    "user || '!'",
    "user || ' -- no comment' || ' is /* none */ '",
    'UPPER(user)',
    "REPLACE(user, 'amont', 'it''s usr')",
    "CASE WHEN amount > 3 THEN 'big' WHEN ok THEN 'fine' ELSE 'small' END",
    "CASE user WHEN 'ann' THEN 'a' END",
    'price * 2',
    'CAST(amount AS STRING)',
    'cast(amount as varchar(20))',
    'TRY_CAST(amount AS DECIMAL(10, 2))',
    "TRIM(BOTH ' ' FROM user)",
    'SUBSTRING(user FROM 1 FOR 2)',
    "OVERLAY(user PLACING 'x' FROM 1 FOR 1)",
    "DATE_FORMAT(ts, 'yyyy')",
    "IF(ok, 'yes', user)",
    "NULLIF(user, 'ann')",
    'MIN(user) OVER (PARTITION BY amount ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)',
    'LAG(user, 1) OVER (ORDER BY ts)',
    "user -- usr\n || '!'",
    'user /* usr */',
    "GREATEST(user, 'b')",
    "JSON_OBJECT('name' VALUE user)",
  ],
  string: ["'it''s `usr`'", "COALESCE(user, 'nobody')", '1.5'],
  'number | null': [
    'amount',
    'amount * 2 + 1',
    '-amount % 7',
    'amount / 2',
    'ratio * 1e3',
    'ABS(amount)',
    'FLOOR(ratio)',
    'FLOOR(ts TO HOUR)',
    'CHAR_LENGTH(user)',
    "POSITION('a' IN user)",
    "ts + INTERVAL '1' SECOND",
    "ts - INTERVAL '1' DAY",
    'CAST(user AS INT)',
    'TRY_CAST(user AS DOUBLE PRECISION)',
    'CAST(ts AS TIMESTAMP(3) WITH LOCAL TIME ZONE)',
    'TIMESTAMPDIFF(SECOND, ts, ts)',
    'TIMESTAMPADD(HOUR, 1, ts)',
    "SUM(amount) OVER (PARTITION BY user ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)",
    'CASE WHEN amount > 3 THEN amount END',
    'NULLIF(amount, 0)',
    '((((((((((amount))))))))))',
    'CARDINALITY(tags)',
    'TO_TIMESTAMP(user)',
  ],
  number: [
    '42',
    'COALESCE(amount, 0)',
    "DATE '2020-01-01'",
    "TIMESTAMP '2020-01-01 00:00:00'",
    'CURRENT_TIMESTAMP',
  ],
  'number | bigint | null': [
    'big',
    'big + amount',
    'CAST(amount AS BIGINT)',
    'EXTRACT(YEAR FROM ts)',
    'EXTRACT(EPOCH FROM ts)',
    'YEAR(ts)',
    'UNIX_TIMESTAMP(user)',
  ],
  'number | bigint': ['ROW_NUMBER() OVER (PARTITION BY user ORDER BY ts)', '12345678901'],
  'boolean | null': [
    'ok',
    'amount > 3',
    'amount >= 3 AND NOT ok OR user IS NULL',
    'amount IN (1, 2, 3)',
    "user NOT LIKE 'a!_%' ESCAPE '!'",
    'amount BETWEEN 1 AND 5',
    'ok IS NOT TRUE',
    'amount <> 3',
    'amount != 3',
    "user SIMILAR TO 'a|b'",
    'user IS DISTINCT FROM tags[1]',
    "STARTSWITH(user, 'a')",
    'user IS JSON',
    "(amount, user) = (1, 'a')",
    'ARRAY_CONTAINS(tags, user)',
  ],
  boolean: ['TRUE', 'NOT FALSE', '1 < 2'],
  unknown: [
    'addr.city',
    '`addr`.`city`',
    'addr',
    'tags[1]',
    'GREATEST(user, tags[1])',
    "ARRAY[user, 'x']",
    "MAP['a', amount]",
    'ROW(user, amount)',
    'shout(user)',
    'shout(UPPER(user))',
    '`my col`',
    'CAST(addr AS ROW<town STRING>)',
    'CAST(tags AS ARRAY<STRING>)',
    "JSON_VALUE(user, '$.a' RETURNING INT NULL ON EMPTY ERROR ON ERROR)",
    'CASE WHEN ok THEN addr.city END',
  ],
};

/** What names a column that is not there, and that name. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['usr', 'usr'],
  ['`usr`', 'usr'],
  ['usr AS name', 'usr'],
  ['USER', 'USER'],
  ['amount * tow', 'tow'],
  ['(amount + amont) * 2', 'amont'],
  ['UPPER(usr)', 'usr'],
  ['shout(usr)', 'usr'],
  ["REPLACE(user, 'usr', usr)", 'usr'],
  ["CASE WHEN amont > 3 THEN 'a' END", 'amont'],
  ['CASE WHEN amount > 3 THEN usr END', 'usr'],
  ['CAST(amont AS BIGINT)', 'amont'],
  ['amount BETWEEN 1 AND mx', 'mx'],
  ["usr NOT LIKE 'a%'", 'usr'],
  ['amount IN (1, amont)', 'amont'],
  ["tss + INTERVAL '1' SECOND", 'tss'],
  ['EXTRACT(YEAR FROM tss)', 'tss'],
  ['SUM(amount) OVER (PARTITION BY usr ORDER BY ts)', 'usr'],
  ['adr.city', 'adr.city'],
  ['tag[1]', 'tag'],
  ['amount /* x */ + amont', 'amont'],
  ['amount -- x\n + amont', 'amont'],
  ['COUNT(DISTINCT usr)', 'usr'],
];

const runner = new CellRunner();
const columns = {
  user: 'STRING',
  amount: 'INT',
  big: 'BIGINT',
  price: 'DECIMAL(10, 2)',
  ratio: 'DOUBLE',
  ok: 'BOOLEAN',
  ts: 'TIMESTAMP(3)',
  addr: 'ROW<city STRING>',
  tags: 'ARRAY<STRING>',
  'my col': 'MAP<STRING, INT>',
} as const;
const schema = { columns, watermark: { ts: 'ts' } } as const;

beforeAll(async () => {
  await runner.service.warm();
});
afterAll(() => runner.close());

/** A cell that has the table `t`, and a statement a line; what is said of each by its text. */
async function refusals(statements: readonly { readonly text: string; readonly code: string }[]) {
  const code = [
    `const t = env.fromDataStream(env.fromData({ user: 'ann' }), ${JSON.stringify(schema)});`,
    ...statements.map((one) => one.code),
  ].join('\n');
  const compiled = await runner.service.compile({ cellId: 'x', name: '', code, executionCount: 1 });
  return compiled.ok
    ? []
    : compiled.diagnostics.map(({ line, message }) => ({ text: statements[line - 2]?.text, message }));
}

test('the compiler knows the types of values, and the planner agrees', async () => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.createFunction('shout', (text: string) => `${text}!`);
  const orders = env.fromDataStream(env.fromData({ user: 'ann' }), schema);
  const wanted = `const wanted = <W,>() => <T,>(_: import('tidemark').Table<{ x: T }>, same: (<X>() => X extends T ? 1 : 2) extends (<X>() => X extends W ? 1 : 2) ? true : false): T => (same, null!);`;
  const statements = Object.entries(TYPED).flatMap(([type, texts]) =>
    texts.map((text) => {
      const item = JSON.stringify(`${text} AS x`);
      const planned = rowTypeText(orders.select(`${text} AS x` as string).relation.columns);
      // The planner's rows say of everything that it may be NULL.
      const value = `Exclude<${planned}['x'], null extends ${type} ? never : null>`;
      return { text, code: `{ let x = wanted<${type}>()(t.select(${item}), true); x = null! as ${value}; }` };
    }),
  );
  expect(await refusals([{ text: '', code: wanted }, ...statements])).toEqual([]);
});

test('a name that is no column is refused, wherever it stands', async () => {
  const found = await refusals(
    REFUSED.map(([text]) => ({ text, code: `t.select(${JSON.stringify(text)});` })),
  );
  expect(found.map(({ text, message }) => [text, /no column '([^']*)' in \(/.exec(message)?.[1]])).toEqual(
    REFUSED,
  );
});

test('the words that the compiler knows are those of the grammar', () => {
  const file = new URL('../../../runtime/src/api/table/expression/sql-words.ts', import.meta.url);
  const lists = readFileSync(file, 'utf8').split('export type').slice(1);
  const [reserved, placed] = lists.map((list) =>
    [...list.matchAll(/'(\w+)'/g)].map(([, word]) => word!).sort(),
  );
  const words = allTokens
    .map(({ name }) => name)
    .filter((name) => /^[A-Z_]+$/.test(name))
    .sort();
  expect(reserved).toEqual(words.filter((word) => isReserved(word)));
  expect(placed).toEqual(words.filter((word) => !isReserved(word)));
});
