import { expect, test } from 'vitest';
import { checkDisturbedSessions } from './session-model.ts';

// Not 10,000 as other properties: a run is whole sessions, with crashes and restores, for about a second.
test(
  'whatever happens to a session, each view ends as it would have undisturbed',
  { timeout: 1_800_000 },
  async () => {
    await expect(checkDisturbedSessions(600)).resolves.toBeUndefined();
  },
);
