import { expect, test } from 'vitest';
import { cellParts } from '../../../kernel/src/session/cell-source.ts';

test('a cell without magics is its code', () => {
  expect(cellParts('let a = 5\n% 3')).toEqual({ magics: [], code: 'let a = 5\n% 3', timed: false });
});

test('magics above the code are taken off, and lines stay where they were', () => {
  expect(cellParts('%snapshots\n%restore 3\nlet a = 1')).toEqual({
    magics: [
      { name: '%snapshots', args: '' },
      { name: '%restore', args: '3' },
    ],
    code: '\n\nlet a = 1',
    timed: false,
  });
});

test('a magic alone leaves no code', () => {
  expect(cellParts('%who\n').code).toBeUndefined();
});

test('%time and %%time time the code, which keeps its line and column', () => {
  expect(cellParts('%time f(1)')).toEqual({ magics: [], code: '      f(1)', timed: true });
  expect(cellParts('%%time\nf(1)')).toMatchObject({ magics: [], timed: true });
  expect(cellParts('%%time\nf(1)').code?.split('\n')[1]).toBe('f(1)');
});

test('a %%sql cell has SQL below its first line, and no TypeScript', () => {
  expect(cellParts('%%sql\nSELECT 1')).toEqual({
    magics: [],
    code: undefined,
    timed: false,
    sql: { text: '\nSELECT 1', firstLine: 1 },
  });
});
