import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { json, kafkaSink, kafkaTopic } from '../../../../runtime/src/index.ts';
import { Notebook, temporaryFolder } from '../../engine/notebook.ts';
import { PushedSource } from '../../engine/pushed-source.ts';

let folder: ReturnType<typeof temporaryFolder>;
let notebook: Notebook;
let other: ChildProcess | undefined;

beforeEach(async () => {
  folder = temporaryFolder();
  notebook = await Notebook.open(folder.path('n.sqlite'));
});
afterEach(async () => {
  other?.kill('SIGKILL');
  await notebook.crash();
  folder.remove();
});

/** Another session, as far as the prefix goes: its sink has written, and its transaction is open. */
async function otherSession(brokers: string): Promise<ChildProcess> {
  const entry = new URL('../../../../runtime/src/index.ts', import.meta.url).href;
  const code = `
    const { generatorSource, json, kafkaSink, kafkaTopic, StreamExecutionEnvironment } = await import('${entry}');
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.enableCheckpointing('1 h');
    env.fromSource(generatorSource((n) => n, { rate: 100 })).sinkTo(kafkaSink({
      brokers: '${brokers}', topic: 'out', format: json(), deliveryGuarantee: 'exactly-once', transactionalIdPrefix: 'mine' }));
    const running = await env.execute();
    const topic = kafkaTopic({ brokers: '${brokers}', topic: 'out', format: json() });
    while ((await topic.records('read_uncommitted')).length === 0);
    console.log('writes');
    await running.finished();`;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  return child;
}

test('a session is told that another one has the prefix, does it no harm, and has it when that is killed', async () => {
  const brokers = `embedded:${folder.path('log.sqlite')}`;
  const topic = kafkaTopic<number>({ brokers, topic: 'out', format: json() });
  await topic.create();
  other = await otherSession(brokers);
  const source = new PushedSource();
  const cell = () =>
    notebook.cell('a', (env) =>
      env
        .fromSource(source)
        .sinkTo(
          kafkaSink<number>({
            brokers,
            topic: 'out',
            format: json(),
            deliveryGuarantee: 'exactly-once',
            transactionalIdPrefix: 'mine',
          }),
        )
        .name('out'),
    );
  cell();
  await notebook.untilNotice('a/0', (notice) => notice !== undefined);
  const { error, passes } = notebook.notices.get('a/0')!;
  expect(passes).toBe(false);
  expect(error.cause ?? error).toMatchObject({ code: 'kafka-prefix-taken' });
  expect(String(error.cause ?? error)).toContain(`Another session on this machine (process ${other.pid}`);
  // The other goes on with the transaction that it had.
  const before = (await topic.records('read_uncommitted')).length;
  while ((await topic.records('read_uncommitted')).length < before + 10);

  other.kill('SIGKILL');
  await once(other, 'exit');
  cell();
  await source.push(-1);
  await notebook.session.beginCut({ label: 'written' })!.durable;
  let records = await topic.records();
  while (records.length === 0) records = await topic.records();
  // What the other had not committed is gone.
  expect(records.map(({ value }) => value)).toEqual([-1]);
});
