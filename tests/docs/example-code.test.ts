import { expect, test } from 'vitest';
import { importsOf, promising } from './example-code.ts';

test('a value with a result behind it is compared with it', () => {
  expect(promising('1 + 1; // → 2')).toBe('promises.same(1 + 1, 2);');
  expect(promising('await get(); // → [2]')).toBe('promises.same(await get(), [2]);');
  expect(promising('const two = 1 + 1; // → 2')).toBe('const two = 1 + 1;\npromises.same(two, 2);');
});

test('a result may stand on the lines below', () => {
  expect(promising('list;\n// → [1,\n//  2]')).toBe('promises.same(list, [1,\n 2]);');
});

test('an error is awaited where one is promised', () => {
  expect(promising("fail(); // throws 'bad-argument'")).toBe(
    "await promises.throws(async () => { fail(); }, 'bad-argument');",
  );
});

test('printed lines are compared in order', () => {
  expect(promising("await run(); // prints 'a', 'b'")).toBe("await run();\npromises.prints('a', 'b');");
});

test('other comments promise nothing', () => {
  expect(promising('run(); // runs it')).toBe('run();');
});

test('a result that stands behind no value is an error, and not skipped', () => {
  expect(() => promising('if (true) {\n  1 + 1; // → 2\n}')).toThrow('1 results are promised, 0');
  expect(() => promising('for (const x of []) x; // → 2')).toThrow("'→ 2' stands behind no value");
});

test('a result without an arrow is an error, and not skipped', () => {
  expect(() => promising('1 + 1; // 2')).toThrow('looks like a result');
});

test('imports are told from the rest', () => {
  const { imports, body } = importsOf("import { a } from 'b';\na();");
  expect(imports).toBe("import { a } from 'b';");
  expect(body.trim()).toBe('a();');
});
