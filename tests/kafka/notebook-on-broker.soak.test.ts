import { afterAll, beforeAll, expect, test } from 'vitest';
import { kafkaTopic, json } from '../../runtime/src/index.ts';
import { Lab } from '../browser/harness/lab.ts';
import { notebookCopies } from '../notebooks/notebook-server.ts';
import { temporaryFolder } from '../runtime/engine/notebook.ts';
import { startBroker, type KafkaBroker } from './kafka-broker.ts';

const NOTEBOOK = '04-anomalies-kafka.ipynb';
/** Its cells, Markdown cells counted. */
const TOPICS = 1;
const READ = 5;
const DETECT = 8;
const SINK = 10;
const COMMITTED = 12;

const folder = temporaryFolder();
let broker: KafkaBroker;
let lab: Lab;

beforeAll(async () => {
  broker = await startBroker({ folder: folder.path('broker') });
  lab = await Lab.start({ copies: notebookCopies });
});
afterAll(async () => {
  await lab?.stop();
  await broker?.kill();
  folder.remove();
});

test('notebook 04 runs on a real broker with one string changed, and says in the page when that is gone', async () => {
  const brokers = `localhost:${broker.ports[0]}`;
  await lab.withPage(NOTEBOOK, async (page) => {
    const source = await page.source(TOPICS);
    await page.editCell(TOPICS, source.replace("const brokers = 'embedded'", `const brokers = '${brokers}'`));
    await page.runAll();
    await page.scrollTo(READ);
    await page.untilViewChanges(READ, 5);
    await page.screenshot('notebook-04-broker');
    await page.scrollTo(COMMITTED);
    await page.untilViewChanges(COMMITTED, 3);
    await page.screenshot('notebook-04-committed');

    await broker.kill();
    await page.scrollTo(DETECT);
    await page.cell(DETECT).locator('.tm-trouble').waitFor();
    await page.scrollTo(SINK);
    await page.cell(SINK).locator('.tm-trouble').waitFor();
    await page.screenshot('notebook-04-broker-gone');
    broker = await startBroker({ folder: folder.path('broker'), ports: broker.ports });
    await page.cell(SINK).locator('.tm-trouble').waitFor({ state: 'detached' });
    await page.scrollTo(DETECT);
    await page.cell(DETECT).locator('.tm-trouble').waitFor({ state: 'detached' });
    await page.screenshot('notebook-04-broker-back');
  });
  const anomalies = await kafkaTopic({ brokers, topic: 'anomalies', format: json() }).records();
  expect(anomalies.length).toBeGreaterThan(5);
});
