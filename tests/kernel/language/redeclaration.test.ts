import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CellRunner } from './cell-runner.ts';

/** Each kind of declaration of a name, and an expression that holds only under it. */
const kinds = {
  let: { declare: (n: string) => `let ${n} = 'let'`, check: (n: string) => `${n}.length`, gives: 3 },
  const: {
    declare: (n: string) => `const ${n} = ['const']`,
    check: (n: string) => `${n}[0]`,
    gives: 'const',
  },
  var: {
    declare: (n: string) => `var ${n} = { kind: 'var' }`,
    check: (n: string) => `${n}.kind`,
    gives: 'var',
  },
  class: {
    declare: (n: string) => `class ${n} { #secret = 4; read() { return this.#secret } }`,
    check: (n: string) => `const one: ${n} = new ${n}(); one.read()`,
    gives: 4,
  },
  function: {
    declare: (n: string) => `function ${n}(a: number) { return a * 5 }`,
    check: (n: string) => `${n}(1)`,
    gives: 5,
  },
  enum: {
    declare: (n: string) => `enum ${n} { Six = 6 }`,
    check: (n: string) => `const held: ${n} = ${n}.Six; \`\${held}\${Object.keys(${n}).length}\``,
    gives: '62',
  },
  interface: {
    declare: (n: string) => `interface ${n} { seven: number }`,
    check: (n: string) => `const held: ${n} = { seven: 7 }; held.seven`,
    gives: 7,
  },
  type: {
    declare: (n: string) => `type ${n} = 8 | 'eight'`,
    check: (n: string) => `const held: ${n}[] = [8, 'eight']; held.length`,
    gives: 2,
  },
  import: {
    declare: (n: string) => `import { nine as ${n} } from './module.ts'`,
    check: (n: string) => `${n}()`,
    gives: 9,
  },
};

let cells: CellRunner;
beforeAll(async () => {
  cells = new CellRunner();
  writeFileSync(join(cells.folder, 'module.ts'), 'export const nine = (): number => 9;\n');
});
afterAll(() => cells.close());

describe('a name declared again in a later cell', () => {
  let serial = 0;
  for (const [first, before] of Object.entries(kinds)) {
    for (const [second, after] of Object.entries(kinds)) {
      it(`${first}, then ${second}`, async () => {
        serial += 1;
        const name = `name${serial}`;
        await cells.declare(before.declare(name));
        expect(await cells.value(before.check(name))).toBe(before.gives);
        await cells.declare(after.declare(name));
        expect(await cells.value(after.check(name))).toBe(after.gives);
      });
    }
  }

  it('is the same kind of thing in the cell that ran twice', async () => {
    for (const [kind, { declare, check, gives }] of Object.entries(kinds)) {
      const name = `twice_${kind}`;
      for (let time = 0; time < 3; time += 1) await cells.declare(declare(name));
      expect(await cells.value(check(name)), kind).toBe(gives);
    }
  });

  it('leaves const constant', async () => {
    await cells.declare('const fixed = 1');
    expect(await cells.refusal('fixed = 2')).toEqual([
      "TS2588 1:1 Cannot assign to 'fixed' because it is a constant.",
    ]);
    await cells.declare('let fixed = 1');
    expect(await cells.value('fixed = 2')).toBe(2);
  });

  it('does not merge with what it replaces', async () => {
    await cells.declare(
      'interface Shape { a: number }\nenum Level { Low }\nnamespace Space { export const a = 1 }',
    );
    await cells.declare(
      "interface Shape { b: string }\nenum Level { High = 'h' }\nnamespace Space { export const b = 2 }",
    );
    expect(await cells.value("const shape: Shape = { b: 'y' }; shape.b")).toBe('y');
    expect(await cells.value('Object.keys(Level).concat(Object.keys(Space)).join()')).toBe('High,b');
    expect(await cells.refusal('Level.Low')).toEqual([
      "TS2339 1:7 Property 'Low' does not exist on type 'typeof Level'.",
    ]);
  });

  it('may be twice in one cell where TypeScript allows it', async () => {
    await cells.declare(
      'var again = 1; var again = 2; function again2(a: string): string; function again2(a: number): number; function again2(a: unknown) { return a as never }',
    );
    expect(await cells.value("again + again2(3) + again2('x').length")).toBe(6);
  });
});
