import { test } from 'vitest';
import { checkWholeJobs } from './whole-jobs.ts';

test(
  'law 8: a job comes to what it would have undisturbed, wherever it dies and however disks fail',
  () => checkWholeJobs(500),
  120_000,
);
