import { expect, test } from 'vitest';
import { checkDisturbedFileSinks } from './disturbed-file-sinks.ts';

test(
  'whatever fails, and whenever, each record is in the finished files once',
  { timeout: 1_800_000 },
  async () => {
    await expect(checkDisturbedFileSinks(20_000)).resolves.toBeUndefined();
  },
);
