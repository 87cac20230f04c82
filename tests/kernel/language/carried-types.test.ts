import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CellRunner } from './cell-runner.ts';

let cells: CellRunner;
beforeAll(() => {
  cells = new CellRunner();
});
afterAll(() => cells.close());

describe('what a later cell knows of an earlier one', () => {
  it('is the declared type of a variable, not that of its value', async () => {
    await cells.declare("let either: string | number = 'a'");
    expect(await cells.value('either = 3')).toBe(3);
    expect(await cells.refusal('either = true')).toEqual([
      "TS2322 1:1 Type 'boolean' is not assignable to type 'string | number'.",
    ]);
  });

  it('is the literal type of a constant, which widens in a let', async () => {
    await cells.declare("const word = 'a', five = 5, minus = -1, big = 10n, yes = true");
    await cells.declare('let text = word, number = five, truth = yes');
    expect(
      await cells.value("text = 'b'; number = 6; truth = false; [text, number, truth, minus, big].join()"),
    ).toBe('b,6,false,-1,10');
    await cells.declare("const exact: 'a' = word");
  });

  it('is the generic signature of a function', async () => {
    await cells.declare(
      'function pair<A, B = A>(a: A, b: B): [A, B] { return [a, b] }\nconst first = <T extends readonly unknown[]>(list: T): T[0] => list[0]',
    );
    expect(
      await cells.value("const made: [number, string] = pair(1, 'x'); first([made[1]] as const).length"),
    ).toBe(1);
    expect(await cells.refusal('pair(1)')).toEqual(['TS2554 1:1 Expected 2 arguments, but got 1.']);
  });

  it('is every overload of a function', async () => {
    await cells.declare(
      'function over(a: string): string\nfunction over(a: number, b?: boolean): number\nfunction over(a: unknown) { return a as never }',
    );
    expect(await cells.value("over('x').length + over(1, true)")).toBe(2);
    expect(await cells.refusal('over(true)')).toHaveLength(1);
  });

  it('is a predicate and an assertion', async () => {
    await cells.declare(
      "function isText(x: unknown): x is string { return typeof x === 'string' }\nfunction must(x: unknown): asserts x { if (!x) throw new Error('no') }",
    );
    await cells.declare('const thing: unknown = "abc"; const maybe: string | undefined = ["q"][0]');
    expect(await cells.value('isText(thing) ? thing.length : 0')).toBe(3);
    expect(await cells.value('must(maybe); maybe.length')).toBe(1);
  });

  it('is a class with private fields, statics, generics and inheritance, as a value and as a type', async () => {
    await cells.declare(
      'abstract class Base<T> { #held: T; protected log: string[] = []; static made = 0; constructor(held: T) { this.#held = held; Base.made += 1 } get held(): T { return this.#held } abstract name(): string }',
    );
    await cells.declare(
      "class Derived extends Base<number> { name() { this.log.push('n'); return 'derived' + this.held } }",
    );
    await cells.declare(
      'const made: Base<number> = new Derived(4); const list: Derived[] = [new Derived(5)]',
    );
    expect(await cells.value('made.name() + list[0]!.held.toFixed(1) + Base.made')).toBe('derived45.02');
    expect(await cells.refusal('new Base(1)')).toEqual([
      'TS2511 1:1 Cannot create an instance of an abstract class.',
    ]);
    expect(await cells.refusal('made.log')).toHaveLength(1);
    // Nominal: a class with a private field is not matched by its shape.
    expect(
      await cells.refusal(
        "const shaped: Derived = { name: () => '', held: 1 } as { name(): string; held: number }",
      ),
    ).toHaveLength(1);
  });

  it('is a class with parameter properties', async () => {
    await cells.declare(
      'class Point { constructor(public x: number, private y = 2) {} sum() { return this.x + this.y } }',
    );
    expect(await cells.value('new Point(1).sum() + new Point(3).x')).toBe(6);
  });

  it('is an enum, and its members as types', async () => {
    await cells.declare("enum Color { Red, Green = 'g' }\nconst enum Size { S = 10 }");
    await cells.declare(
      'const chosen: Color.Red = Color.Red; function name(c: Color) { return c === Color.Green ? c : Color[c] }',
    );
    expect(await cells.value('name(chosen) + name(Color.Green) + Size.S')).toBe('Redg10');
  });

  it('is a namespace', async () => {
    await cells.declare(
      'namespace Geometry { export const unit = 1; export interface Area { size: number } }',
    );
    expect(await cells.value('const area: Geometry.Area = { size: Geometry.unit }; area.size')).toBe(1);
  });

  it('is the types of destructured names', async () => {
    await cells.declare(
      "const { a, nested: { b: [c = 3, ...rest] }, ...others } = { a: 1, nested: { b: [2, 4, 5] }, d: 'd', e: true }",
    );
    expect(await cells.value('a + c + rest.length + others.d + others.e')).toBe('5dtrue');
    expect(await cells.refusal('others.a')).toHaveLength(1);
    await cells.declare("let [x, y] = ['x', 1] as const, z = [x, y]");
    expect(await cells.value('z.length + x + y')).toBe('2x1');
  });

  it('is a generic type, a mapped one and a conditional one', async () => {
    await cells.declare(
      "type Boxed<T> = { [K in keyof T]: { value: T[K] } }\ntype Names<T> = T extends { name: infer N } ? N : never\ninterface User { name: 'ann' | 'bob'; age: number }",
    );
    await cells.declare(
      "const boxed: Boxed<User> = { name: { value: 'ann' }, age: { value: 3 } }; const named: Names<User> = 'bob'",
    );
    expect(await cells.value('boxed.age.value + boxed.name.value + named')).toBe('3annbob');
  });

  it('is the type of a value that has no name: of a class expression, a class in a function, a unique symbol', async () => {
    await cells.declare(
      'const make = (n: number) => { class Hidden { #n = n; get() { return this.#n } }; return new Hidden() }',
    );
    await cells.declare(
      'const Anonymous = class { x = 1; self() { return this } }; const instance = new Anonymous()',
    );
    await cells.declare("const tag = Symbol('tag'); const tagged = { [tag]: 1 }");
    expect(await cells.value('make(3).get() + instance.self().x + tagged[tag]')).toBe(5);
    expect(await cells.refusal('make(3).gone')).toEqual([
      "TS2339 1:9 Property 'gone' does not exist on type 'Hidden'.",
    ]);
  });

  it('is the awaited type of what took a top-level await, even where it cannot be printed', async () => {
    await cells.declare(
      'const later = await Promise.resolve({ n: 1 }); const hidden = await (async () => { class Local { v = 2 } return new Local() })()',
    );
    expect(await cells.value('later.n + hidden.v')).toBe(3);
    expect(await cells.refusal('hidden.w')).toHaveLength(1);
  });

  it('is a function that refers to itself and to another', async () => {
    await cells.declare(
      'const even = (n: number): boolean => n === 0 || odd(n - 1); function odd(n: number): boolean { return n !== 0 && even(n - 1) }',
    );
    expect(await cells.value('even(4) && odd(3)')).toBe(true);
    await cells.declare('const tree = () => ({ next: tree })');
    expect(await cells.value('typeof tree().next().next')).toBe('function');
  });

  it('is the older type in an older function, after the type is declared anew', async () => {
    await cells.declare(
      'interface Row { id: number }\nfunction idOf(row: Row) { return row.id }\nclass Store { rows: Row[] = [] }',
    );
    await cells.declare('interface Row { key: string }');
    await cells.declare("const store = new Store(); const row: Row = { key: 'k' }");
    expect(await cells.value('store.rows.push({ id: 7 }); idOf(store.rows[0]!) + row.key')).toBe('7k');
    const refusal = await cells.refusal('idOf(row)');
    expect(refusal[0]).toMatch(
      /^TS2741 1:6 Property 'id' is missing in type 'Row \[cell \d+\]' but required in type 'Row \[cell \d+\]'\./,
    );
  });

  it('is an imported name inside a type that came from it', async () => {
    await cells.declare(
      "import MagicString, { type SourceMap } from 'magic-string'\nimport * as path from 'node:path'\nimport type { Stats } from 'node:fs'",
    );
    await cells.declare(
      "const text = new MagicString('abc'); const sized: Pick<Stats, 'size'> = { size: 1 }; class Held { constructor(public map: SourceMap | undefined, readonly text: MagicString) {} }",
    );
    expect(
      await cells.value(
        "path.join(text.slice(0, 1), 'b') + sized.size + new Held(undefined, text).text.length()",
      ),
    ).toBe('a/b13');
    await cells.declare("const MagicString = 'a word'; const path = 1");
    expect(
      await cells.value(
        'MagicString.length + path + text.slice(1).length + new Held(undefined, text).text.slice(1).length',
      ),
    ).toBe(11);
    expect(await cells.refusal('new Held(undefined, text).text.gone')).toEqual([
      "TS2339 1:32 Property 'gone' does not exist on type 'MagicString'.",
    ]);
  });

  it('is what `declare global` said, until the cell says otherwise', async () => {
    await cells.declare('declare global { var shared: number; interface Array<T> { second(): T } }');
    await cells.declare(
      'Array.prototype.second = function () { return this[1] }; globalThis.shared = 4; function noValue() {}',
    );
    expect(await cells.value('shared + [1, 2].second()')).toBe(6);
  });

  it('is nothing of a cell that was refused', async () => {
    await cells.refusal("const refused: number = 'x'; const beside = 1");
    expect(await cells.refusal('beside')).toEqual(["TS2304 1:1 Cannot find name 'beside'."]);
  });

  it('is what a cell declared before the line that threw', async () => {
    const thrown = await cells.run(
      "const reached = 1\nfunction passed() { return 2 }\nconst broken: number = JSON.parse('{')\nconst missed = 3",
    );
    expect(thrown.kind).toBe('thrown');
    expect(await cells.value('reached + passed()')).toBe(3);
    expect(await cells.refusal('missed')).toHaveLength(1);
  });

  it('may be hidden by a local name', async () => {
    await cells.declare('const outer = 1');
    expect(await cells.value("const inner = ((outer: string) => outer.length)('abc'); inner + outer")).toBe(
      4,
    );
    expect(await cells.value("function shadow() { const outer = 'x'; return outer }\nshadow() + outer")).toBe(
      'x1',
    );
  });

  it('may have the name of a global', async () => {
    await cells.declare(
      "const queueMicrotask = 'mine'; interface Event { own: number }; type Request = 5; enum Headers { own = 1 }",
    );
    expect(
      await cells.value(
        'const event: Event = { own: 2 }; const five: Request = 5; queueMicrotask.length + event.own + five + Headers.own',
      ),
    ).toBe(12);
  });
});
