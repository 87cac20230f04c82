import type { Magic } from './magic-table.ts';

/** `%who` lists the names that cells have declared. */
export const who: Magic = {
  name: '%who',
  run: async ({ names }) => [...(await names())].sort(),
};
