import { expect, test } from 'vitest';
import { checkDisturbedFileSinks } from './disturbed-file-sinks.ts';

test('whatever fails, and whenever, each record is in the finished files once', async () => {
  await expect(checkDisturbedFileSinks(500)).resolves.toBeUndefined();
});
