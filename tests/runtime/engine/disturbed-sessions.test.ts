import { test } from 'vitest';
import { checkDisturbedSessions } from './session-model.ts';

test('whatever happens to a session, each view ends as it would have undisturbed', () =>
  checkDisturbedSessions(20));
