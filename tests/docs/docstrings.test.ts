import { expect, test } from 'vitest';
import { entries, publicNames } from './public-api.ts';

test.each(Object.entries(entries))('everything that %s exports says what it is', (_entry, file) => {
  const names = publicNames(file);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter(({ documented }) => !documented).map(({ name }) => name)).toEqual([]);
});
