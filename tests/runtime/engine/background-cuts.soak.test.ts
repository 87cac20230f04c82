import { test } from 'vitest';
import { checkBackgroundCuts } from './background-cuts.ts';

test('a cut that is written while the stream goes on holds what was there when it began, 10,000 times', () =>
  checkBackgroundCuts(10_000));
