import fc from 'fast-check';
import { TestRunner } from 'vitest';

/**
 * Checks a property on random inputs. A failure prints its seed, and so does one that stands still: it is ended before its test's
 * time is over. `FC_SEED` (and `FC_PATH`) replay it, `FC_RUNS` sets how many inputs are tried, `FC_SHRINK=0` shows the first that
 * fails as it was.
 * @param runs how many are tried if nothing else is said
 * @param soakRuns how many in a soak: fewer only where one run takes long
 */
export async function holds<T>(
  arbitrary: fc.Arbitrary<T>,
  predicate: (value: T) => Promise<void>,
  runs = 150,
  soakRuns = 10_000,
): Promise<void> {
  const { FC_SEED, FC_PATH, FC_RUNS, FC_SHRINK, TIDEMARK_SOAK } = process.env;
  await fc.assert(fc.asyncProperty(arbitrary, predicate), {
    numRuns: FC_RUNS === undefined ? (TIDEMARK_SOAK === '1' ? soakRuns : runs) : Number(FC_RUNS),
    endOnFailure: FC_SHRINK === '0',
    interruptAfterTimeLimit: 0.8 * (TestRunner.getCurrentTest()?.timeout ?? 60_000),
    markInterruptAsFailure: true,
    ...(FC_SEED === undefined ? {} : { seed: Number(FC_SEED) }),
    ...(FC_PATH === undefined ? {} : { path: FC_PATH }),
  });
}
