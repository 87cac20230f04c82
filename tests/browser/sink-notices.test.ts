import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from './harness/lab.ts';
import { notebookJson } from './harness/notebook-file.ts';

const CELLS = [
  `import { generatorSource, json, kafkaSink, kafkaSource, kafkaTopic } from 'tidemark';
const out = kafkaTopic<number>({ brokers: 'embedded', topic: 'out', format: json() });
await out.create();`,
  `env.fromSource(generatorSource((n) => n, { rate: 100 }))
  .sinkTo(kafkaSink<number>({ brokers: 'embedded', topic: 'out', format: json() })).name('numbers');`,
  `env.fromData('x'.repeat(100))
  .sinkTo(kafkaSink<string>({ brokers: 'embedded', topic: 'out', format: json(), maxRequestSize: 10 })).name('letters');`,
];

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start({ files: { 'sinks.ipynb': notebookJson(CELLS) } });
});
afterAll(() => lab?.stop());

test('what a sink waits for appears under its cell and goes; what it has failed with stays', async () => {
  await lab.withPage('sinks.ipynb', async (page) => {
    await page.runCell(0);
    await page.runCell(1);
    const log = new DatabaseSync(join(lab.server.folder, '.tidemark', 'sinks.kafka.sqlite'));
    log.exec('BEGIN IMMEDIATE');
    const waits = page.cell(1).locator('.tm-trouble');
    await waits.waitFor();
    expect(await waits.textContent()).toContain('numbers waits');
    await page.runCell(2);
    const failed = page.cell(2).locator('.tm-failure');
    await failed.waitFor();
    await page.screenshot('sink-notices');
    log.exec('COMMIT');
    log.close();
    await waits.waitFor({ state: 'detached' });
    expect(await failed.textContent()).toContain('at most 10 are taken');
    await page.screenshot('sink-notices-gone');
  });
});
