import { test } from 'vitest';
import { checkStoreFaults } from './store-faults.ts';

test('a full disk, files cut off and bytes changed, 20,000 times', async () => {
  // In rounds, each with a seed of its own.
  for (let round = 0; round < 20; round++) await checkStoreFaults(1_000);
});
