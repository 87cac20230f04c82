import { expect, test } from 'vitest';
import { touchedNames } from '../../../kernel/src/session/touched-names.ts';

test.each([
  ['let a = 1, { b, c: [d], ...e } = f', ['a', 'b', 'd', 'e']],
  ['function g() {} class H {}', ['g', 'H']],
  ['a = 1; b.c.d = 2; e[f] = 3; [g, h.i] = j', ['a', 'b', 'e', 'g', 'h']],
  ['a++; --b.c; delete d.e', ['a', 'b', 'd']],
  [
    'limits.set("x", 1); list?.push(2); date.setHours(3); Object.assign(o.p, q)',
    ['date', 'limits', 'list', 'o'],
  ],
  ['limits.get("x"); list.slice(); view.latest(); console.log(a)', []],
  ['print(a); a + b.c; await d', []],
])('finds what a cell may have changed: %s', (js, names) => {
  expect([...touchedNames(js)].sort()).toEqual([...names].sort());
});
