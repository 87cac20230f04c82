import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { runShape, shapes } from './short-lived-keys.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapInUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test.each(Object.keys(shapes))(
  'after ten million records over a million keys, %s leave the heap as it was',
  { timeout: 900_000 },
  async (shape) => {
    await runShape(shape, 10_000);
    const before = heapInUse();
    const { job, counted } = await runShape(shape, 1_000_000);
    expect(counted).toBe(10_000_000);
    expect(heapInUse()).toBeLessThan(before * 1.1);
    expect(job.status).toBe('finished');
  },
);
