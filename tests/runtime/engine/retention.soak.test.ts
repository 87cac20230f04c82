import { test } from 'vitest';
import { checkRetention } from './retention.ts';

// Not 10,000 as other properties: a run writes a session's file for most of a second.
test(
  'law 12: whatever budgets are set, what is listed can be restored, and the file stays within them, 1,000 times',
  { timeout: 1_800_000 },
  () => checkRetention(1_000),
);
