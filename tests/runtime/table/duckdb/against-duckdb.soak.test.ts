import { expect, test } from 'vitest';
import { checkQueries } from './check-queries.ts';

test(
  '5,000 random queries over tables that change end in the same relation as in DuckDB',
  { timeout: 1_800_000 },
  async () => {
    await expect(checkQueries(5_000)).resolves.toBeUndefined();
  },
);
