import { test } from 'vitest';
import { temporaryFolder } from '../runtime/engine/notebook.ts';
import { startBroker } from './kafka-broker.ts';
import { killPipeline, seedOfRun } from './kill-pipeline.ts';

const KILLS = 100;

test('a hundred kill -9 of the session process: each anomaly is in the embedded log once, and in order', async () => {
  const folder = temporaryFolder();
  try {
    await killPipeline(`embedded:${folder.path('kafka.sqlite')}`, 'embedded', KILLS, seedOfRun());
  } finally {
    folder.remove();
  }
});

test('a hundred kill -9 of the session process and ten of the broker: each anomaly is there once, and in order', async () => {
  const folder = temporaryFolder();
  const options = { folder: folder.path('broker') };
  let broker = await startBroker(options);
  const { brokers, ports } = broker;
  try {
    await killPipeline(brokers, 'broker', KILLS, seedOfRun(), async (kill) => {
      if (kill % 10 !== 5) return;
      await broker.kill();
      broker = await startBroker({ ...options, ports });
    });
  } finally {
    await broker.kill();
    folder.remove();
  }
});
