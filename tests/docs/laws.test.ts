import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'state.md'), 'utf8');
const rows = [...page.matchAll(/^\| *(\d*) *\|.*\| `(tests\/[^`]+)`: (law \d+: .*?) *\|$/gm)];

test('each law of a session is named in docs/state.md with a test that there is', () => {
  const laws = rows.map(([, law]) => law).filter((law) => law !== '');
  expect(laws).toEqual(Array.from({ length: 12 }, (_, n) => String(n + 1)));
});

test.each(rows.map(([, , file = '', title = '']) => [title, file] as const))('%s', (title, file) => {
  expect(readFileSync(join(root, file), 'utf8')).toContain(title);
});
