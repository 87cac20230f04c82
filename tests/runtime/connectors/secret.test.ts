import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { secret } from '../../../runtime/src/index.ts';
import { temporaryFolder } from '../engine/notebook.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('TIDEMARK_SECRETS', folder.path('mine.env'));
  writeFileSync(folder.path('mine.env'), '# not for others\nFROM_FILE="two words"\nBOTH=file\n');
});
afterEach(() => {
  vi.unstubAllEnvs();
  folder.remove();
});

test('a secret is from the environment, else from the file', () => {
  vi.stubEnv('BOTH', 'environment');
  expect([secret('BOTH')(), secret('FROM_FILE')()]).toEqual(['environment', 'two words']);
});

test('it is looked up when it is needed', () => {
  const later = secret('LATER');
  vi.stubEnv('LATER', 'now');
  expect(later()).toBe('now');
});

test('one that is nowhere is an error that says where it was looked for', () => {
  expect(secret('NOWHERE')).toThrow(expect.objectContaining({ code: 'secret-not-found' }) as Error);
  expect(secret('NOWHERE')).toThrow(folder.path('mine.env'));
});

test('a file that was named and is not there is an error', () => {
  vi.stubEnv('TIDEMARK_SECRETS', folder.path('none.env'));
  expect(secret('FROM_FILE')).toThrow(expect.objectContaining({ code: 'secrets-not-readable' }) as Error);
});
