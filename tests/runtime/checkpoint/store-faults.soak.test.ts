import { test } from 'vitest';
import { checkStoreFaults } from './store-faults.ts';

test('a full disk, files cut off and bytes changed, 20,000 times', async () => {
  // As many as a property is tried in a soak if nothing else is said, and again.
  for (let round = 0; round < 20; round++) await checkStoreFaults(1_000);
});
