import { test } from 'vitest';
import { checkWholeJobs } from './whole-jobs.ts';

// As many as a property is tried in a soak if nothing else is said, and again.
test.each(Array.from({ length: 20 }, (_, part) => part + 1))(
  'a job comes to what it would have undisturbed, 20,000 times: thousand %i',
  { timeout: 600_000 },
  () => checkWholeJobs(1_000),
);
