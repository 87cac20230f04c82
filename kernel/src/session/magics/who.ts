import { RowTable } from '../../display/row-table.ts';
import type { Magic } from './magic-table.ts';

/** `%who` lists the names that cells have declared. */
export const who: Magic = {
  name: '%who',
  run: async ({ names }) => {
    const own = [...(await names())].sort();
    return own.length > 0 ? own : new RowTable([], 'No cell has declared a name yet.');
  },
};
