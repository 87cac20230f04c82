import {
  generatorSource,
  StreamExecutionEnvironment,
  type ChangelogRow,
  type DataStream,
  type Sink,
  WatermarkStrategy,
} from 'tidemark';
import { RelationSum } from './nexmark-checksum.ts';
import { NEXMARK_SCHEMA, NEXMARK_VIEWS, nexmarkAt } from './nexmark-events.ts';
import { countChar, NEXMARK_QUERIES } from './nexmark-queries.ts';

/** The changes of a query over a stream of the benchmark's events. */
export function nexmarkChanges(name: string, events: DataStream<unknown>): DataStream<ChangelogRow> {
  const env = events.getExecutionEnvironment();
  env.createFunction('count_char', countChar, '(STRING, STRING) => BIGINT');
  env.createTemporaryView('events', events, NEXMARK_SCHEMA);
  for (const [view, sql] of Object.entries(NEXMARK_VIEWS)) env.createTemporaryView(view, env.sqlQuery(sql));
  return env.toChangelogStream(env.sqlQuery(NEXMARK_QUERIES[name]!.sql));
}

export function addChange(name: string, out: RelationSum, { kind, row }: ChangelogRow): void {
  NEXMARK_QUERIES[name]!.add(out, kind === '+I' || kind === '+U' ? 1 : -1, row as never);
}

function sumSink(name: string, out: RelationSum): Sink<ChangelogRow> {
  const { add } = NEXMARK_QUERIES[name]!;
  const write = ({ kind, row }: ChangelogRow) =>
    add(out, kind === '+I' || kind === '+U' ? 1 : -1, row as never);
  return { kind: 'relation-sum', createWriter: () => ({ write }) };
}

/** Runs a query over the first `n` events. @param cutEvery ms between cuts; none when left out */
export async function runNexmark(name: string, n: number, cutEvery?: number): Promise<RelationSum> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  if (cutEvery !== undefined) env.enableCheckpointing(cutEvery);
  const out = new RelationSum();
  const source = generatorSource(nexmarkAt, { count: n });
  nexmarkChanges(name, env.fromSource(source, WatermarkStrategy.noWatermarks(), 'events')).sinkTo(
    sumSink(name, out),
  );
  await (await env.execute(name)).finished();
  return out;
}
