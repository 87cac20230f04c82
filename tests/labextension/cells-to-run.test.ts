import { describe, expect, test } from 'vitest';
import { cellsToRun, type RanCell } from '../../labextension/src/cells-to-run.ts';

/** Cells named by letters, run from first to last. */
function ran(...sources: string[]): RanCell[] {
  return sources.map((source, at) => ({
    id: 'abcdefgh'.charAt(at),
    source,
    executionCount: at + 1,
    failed: false,
  }));
}

function toRun(cells: readonly RanCell[], ...owners: string[]): string {
  return cellsToRun(cells, new Set(owners)).join('');
}

describe('the cells to run again', () => {
  test('are the owners and the cells whose names they use, and those of theirs', () => {
    const cells = ran(
      'const folder = "x";',
      'const quakes = env.fromSource(folder);',
      'console.log("side effects");',
      'const perHour = quakes.keyBy("k");',
      'perHour.show()',
      'const unused = perHour;',
    );
    expect(toRun(cells, 'e')).toBe('abde');
  });

  test('go in the order in which they last ran', () => {
    const [a, b, c] = ran('size', 'const size = 1;', 'let other = size;') as [RanCell, RanCell, RanCell];
    expect(toRun([a, b, c], 'a')).toBe('ab');
    expect(toRun([{ ...a, executionCount: 7 }, b, c], 'a', 'c')).toBe('bca');
  });

  test('go in the order of the notebook where it is not known when they ran', () => {
    const [a, b, c] = ran('const size = 1;', 'size', 'size') as [RanCell, RanCell, RanCell];
    expect(toRun([a, { ...b, executionCount: null }, { ...c, executionCount: 0 }], 'b', 'c')).toBe('abc');
  });

  test.each([
    ["import fs, { join as joined } from 'node:path';", ['fs', 'joined']],
    ["import type { Quake } from './quakes.ts';", ['Quake']],
    ["import * as d3 from 'd3';", ['d3']],
    ['const { a, b: c, ...rest } = f(), z = 2;', ['a', 'c', 'rest', 'z']],
    ['let [x, , y] = [1, 2, 3]', ['x', 'y']],
    ['const strength = (m: number): string => "s";', ['strength']],
    ['let one = 1, two: number = 2;', ['one', 'two']],
    ['abstract class Base<T> {}', ['Base']],
    ['async function* walk() {}', ['walk']],
    ['enum Side { L, R }', ['Side']],
    ['interface Named { n: string }', ['Named']],
    ['export type Pair = [number, number];', ['Pair']],
    ['const größe = 1', ['größe']],
  ])('know what %s declares', (source, names) => {
    for (const name of names) expect(toRun(ran(source, `${name}.use()`), 'b'), name).toBe('ab');
  });

  test('take no name from the inside of a function, a type or a member', () => {
    const inside = 'function f() {\n  const inner = 1;\n  return inner;\n}\nconst n: number = 1;';
    for (const name of ['inner', 'number']) expect(toRun(ran(inside, `let v: ${name}`), 'b'), name).toBe('b');
  });

  test('leave out a cell that failed, unless a branch waits for it', () => {
    const [a, b] = ran('const x = 1; while (true) {}', 'x') as [RanCell, RanCell];
    expect(toRun([{ ...a, failed: true }, b], 'b')).toBe('b');
    expect(toRun([{ ...a, failed: true }, b], 'a', 'b')).toBe('ab');
  });
});
