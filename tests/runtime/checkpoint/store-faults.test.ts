import { test } from 'vitest';
import { checkStoreFaults } from './store-faults.ts';

test('a full disk, files cut off and bytes changed: a cut is there as it was written, or not at all', () =>
  checkStoreFaults(500));
