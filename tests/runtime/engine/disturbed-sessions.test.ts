import { expect, test } from 'vitest';
import { checkDisturbedSessions } from './session-model.ts';

test('whatever happens to a session, each view ends as it would have undisturbed', async () => {
  await expect(checkDisturbedSessions(20)).resolves.toBeUndefined();
});
