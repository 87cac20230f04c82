import { describe, expect, test } from 'vitest';
import { entries, publicNames } from './public-api.ts';

describe.each(Object.entries(entries))('what %s exports', (_entry, file) => {
  const names = publicNames(file);

  test('says what it is, members included', () => {
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter(({ documented }) => !documented).map(({ name }) => name)).toEqual([]);
  });

  test('is shown by an example, if it is more than a type', () => {
    expect(names.filter(({ isValue, shown }) => isValue && !shown).map(({ name }) => name)).toEqual([]);
  });
});
