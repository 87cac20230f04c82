import { expect, test } from 'vitest';
import { StreamExecutionEnvironment } from 'tidemark';
import { planPicture, readPlan, type PlanNode } from '../../../kernel/src/display/plan-picture.ts';

const SCHEMA = "id INT, k STRING, n BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND";

function explained(query: string): string {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  for (const name of ['t', 'u'])
    env.createTemporaryView(name, env.fromDataStream(env.fromData<unknown>().name(name), SCHEMA));
  return env.explainSql(query);
}

const names = ({ name, inputs }: PlanNode): unknown =>
  inputs.length === 0 ? name : [name, ...inputs.map(names)];
const nodes = (node: PlanNode): PlanNode[] => [node, ...node.inputs.flatMap(nodes)];

test.each([
  ['SELECT k FROM t WHERE n > 1', ['Project', ['Filter', 'TableScan']]],
  ['SELECT k, SUM(n) FROM t GROUP BY k', ['Project', ['GroupAggregate', 'TableScan']]],
  [
    'SELECT a.k FROM t a JOIN u b ON a.id = b.id JOIN t c ON c.id = b.id',
    ['Project', ['Join', ['Join', expect.anything(), expect.anything()], expect.anything()]],
  ],
  ["SELECT k FROM t WHERE k = 'a) changelogMode=[D]'", ['Filter', 'TableScan']],
])('the plan of %s is a tree', (query, tree) => {
  const plan = readPlan(explained(query));
  expect(plan && names(plan.root)).toEqual(tree);
});

test('an operator says what it lets out and keeps, and a plan what grows', () => {
  const plan = readPlan(explained("SELECT k, COUNT(*) FILTER (WHERE k <> '<b>') AS c FROM t GROUP BY k"))!;
  const aggregate = nodes(plan.root).find(({ name }) => name === 'GroupAggregate')!;
  expect(aggregate).toMatchObject({
    details: ['groupBy=[k]', expect.stringContaining('select=[COUNT(*)')],
    modes: ['I', 'UB', 'UA'],
    state: 'one entry a group, for ever',
  });
  const html = planPicture(plan);
  expect(html).toContain('keeps one entry a group, for ever');
  expect(html).toContain('title="takes the old version of a row back">−U</span>');
  expect(html).toContain('<div class="tm-warning">Warning: GroupAggregate keeps');
  expect(html).not.toContain('<b>');
});

test('what is no plan is not drawn', () => {
  expect(readPlan('')).toBeUndefined();
  expect(readPlan('some text\n+- of another kind')).toBeUndefined();
});
