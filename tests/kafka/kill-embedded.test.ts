import { test } from 'vitest';
import { temporaryFolder } from '../runtime/engine/notebook.ts';
import { killPipeline, seedOfRun } from './kill-pipeline.ts';

test('ten kill -9 of the session process: each anomaly is in the embedded log once, and in order', async () => {
  const folder = temporaryFolder();
  try {
    await killPipeline(`embedded:${folder.path('kafka.sqlite')}`, 'embedded', 10, seedOfRun());
  } finally {
    folder.remove();
  }
});
