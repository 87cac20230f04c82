import fc from 'fast-check';

/**
 * Checks a property on random inputs. A failure prints its seed; `FC_SEED` (and `FC_PATH`) replay it, `FC_RUNS` sets how
 * many inputs are tried.
 * @param runs how many are tried if nothing else is said; a soak tries a thousand
 */
export async function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  predicate: (value: T) => Promise<void>,
  runs = 150,
): Promise<void> {
  const { FC_SEED, FC_PATH, FC_RUNS, TIDEMARK_SOAK } = process.env;
  await fc.assert(fc.asyncProperty(arbitrary, predicate), {
    numRuns: FC_RUNS === undefined ? (TIDEMARK_SOAK === '1' ? 1_000 : runs) : Number(FC_RUNS),
    ...(FC_SEED === undefined ? {} : { seed: Number(FC_SEED) }),
    ...(FC_PATH === undefined ? {} : { path: FC_PATH }),
  });
}
