import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WireKernel } from './wire-kernel.ts';

let kernel: WireKernel;
beforeAll(async () => {
  kernel = await WireKernel.start();
});
afterAll(() => kernel.stop());

const textOf = (content: Record<string, unknown>): string =>
  String((content['data'] as Record<string, unknown> | undefined)?.['text/plain']);

test('a sink that waits says so under its cell, at one place, and takes it back; one that fails says why', async () => {
  await kernel.execute(
    `import { generatorSource, json, kafkaSink, kafkaTopic } from 'tidemark';
     const topic = kafkaTopic({ brokers: 'embedded', topic: 'out', format: json() });
     await topic.create();`,
  );
  const cell = await kernel.execute(
    `env.fromSource(generatorSource((n) => n, { rate: 100 }))
       .sinkTo(kafkaSink({ brokers: 'embedded', topic: 'out', format: json() })).name('out');`,
    { cellId: 'sink' },
  );
  const said = (type: string, text: string) =>
    kernel.waitFor(
      (message) =>
        message.type === type && message.parentId === cell.id && textOf(message.content).startsWith(text),
    );
  const log = new DatabaseSync(join(kernel.directory, '.tidemark', 'test.kafka.sqlite'), { timeout: 10_000 });
  log.exec('BEGIN IMMEDIATE');
  const notice = await said('display_data', 'out waits: Another process is writing to the embedded log');
  log.exec('COMMIT');
  log.close();
  const gone = await kernel.waitFor(
    ({ type, parentId, content }) =>
      type === 'update_display_data' && parentId === cell.id && textOf(content) === '',
  );
  expect(gone.content['transient']).toEqual(notice.content['transient']);
  expect(gone.content['data']).toEqual({ 'text/plain': '', 'text/html': '' });

  const failing = await kernel.execute(
    `env.fromData('x'.repeat(100))
       .sinkTo(kafkaSink({ brokers: 'embedded', topic: 'out', format: json(), maxRequestSize: 10 })).name('large');`,
    { cellId: 'large' },
  );
  const failed = await kernel.waitFor(
    ({ type, parentId, content }) =>
      type === 'display_data' && parentId === failing.id && textOf(content).startsWith('large has failed: '),
  );
  expect(textOf(failed.content)).toContain(
    "A record for topic 'out' has 102 bytes, and at most 10 are taken.",
  );
});
