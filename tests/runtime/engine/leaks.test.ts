import { expect, test } from 'vitest';
import { runShape, shapes } from './short-lived-keys.ts';

test.each(Object.keys(shapes))('nothing is left of %s when the input has ended', async (shape) => {
  const { job, counted } = await runShape(shape, 3000);
  expect(counted).toBe(30_000);
  for (const { operator, timers, stateEntries } of job.metrics()) {
    expect({ operator, timers, stateEntries }).toEqual({ operator, timers: 0, stateEntries: 0 });
  }
});
