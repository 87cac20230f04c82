import { test } from 'vitest';
import { checkRetention } from './retention.ts';

test(
  'law 12: whatever budgets are set, what is listed can be restored, and the file stays within them, 1,000 times',
  { timeout: 1_800_000 },
  () => checkRetention(1_000),
);
