import { expect, test } from 'vitest';
import { checkQueries } from './check-queries.ts';

test(
  '200 random queries over tables that change end in the same relation as in DuckDB',
  { timeout: 60_000 },
  async () => {
    await expect(checkQueries(200)).resolves.toBeUndefined();
  },
);
