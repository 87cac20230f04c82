import { expect, test } from 'vitest';
import { growthWarning } from '../../../kernel/src/protocol/index.ts';

test.each([
  [1, 240, '1 entry by now, about 0.24 kB (estimated).'],
  [12_000, 2_100_000, '12,000 entries by now, about 2.1 MB (estimated).'],
  [9_000_000, 3_456_000_000, '9,000,000 entries by now, about 3.5 GB (estimated).'],
])('state without end is said with its entries and its size', (entries, bytes, says) => {
  expect(growthWarning([{ keeps: 'Rank keeps rows, for ever', entries, bytes }])).toBe(
    `Rank keeps rows, for ever: ${says} SET 'table.exec.state.ttl' = '1 h' bounds it.`,
  );
  expect(growthWarning([])).toBeUndefined();
});
