import fc from 'fast-check';

/** A failing property prints its seed; `TIDEMARK_SEED=<seed>` runs it again. */
export function withSeed(): void {
  const seed = process.env['TIDEMARK_SEED'];
  if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
}
