import fc from 'fast-check';

/**
 * Checks a property on random inputs. A failure prints its seed; `FC_SEED` (and `FC_PATH`) replay it, `FC_RUNS` sets how
 * many inputs are tried.
 */
export async function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  predicate: (value: T) => Promise<void>,
): Promise<void> {
  const { FC_SEED, FC_PATH, FC_RUNS } = process.env;
  await fc.assert(fc.asyncProperty(arbitrary, predicate), {
    numRuns: FC_RUNS === undefined ? 150 : Number(FC_RUNS),
    ...(FC_SEED === undefined ? {} : { seed: Number(FC_SEED) }),
    ...(FC_PATH === undefined ? {} : { path: FC_PATH }),
  });
}
