// Cases of triggers, timers and patterns, restored after every step from the file of a notebook.
import { afterAll, expect, vi } from 'vitest';
import { SnapshotFile } from './through-file.ts';

const file = new SnapshotFile();

vi.doMock(import('../../runtime/src/checkpoint/codec.ts'), async (original) => {
  const codec = await original();
  return { ...codec, encode: (value, owner) => file.through(codec.encode(value, owner)) };
});

for (const cases of ['trigger-state', 'keyed-process', 'cep-time']) {
  await import(`./${cases}.test.ts`);
}

afterAll(async () => {
  expect(file.cuts).toBeGreaterThan(100);
  await file.close();
});
