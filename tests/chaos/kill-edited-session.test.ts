import { test } from 'vitest';
import { killEditedSession } from './kill-edited-session.ts';
import { seedOfRun } from './kill-session.ts';

test('law 8: ten kill -9 with cells edited in between lose nothing, and write nothing twice', () =>
  killEditedSession(10, seedOfRun()));
