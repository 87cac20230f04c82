import { test } from 'vitest';
import { killSessionProcessAndResume, seedOfRun } from './kill-session.ts';

test('law 8: five kill -9 of the session process change nothing in the end', () =>
  killSessionProcessAndResume(5, seedOfRun()));
