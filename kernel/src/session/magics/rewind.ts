import { badMagicArgument } from '../../errors.ts';
import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';
import { restored } from './restore.ts';

/** `%rewind 3` goes back to before cell [3] ran, as `env.rewind(3)` does. */
export const rewind: Magic = {
  name: '%rewind',
  async run(context) {
    const cell = Number(context.args.replace(/^\[(.*)\]$/, '$1'));
    if (context.args === '' || !Number.isInteger(cell))
      throw badMagicArgument('%rewind number', "%rewind needs the number in a cell's brackets.");
    return restored(await callEnv('%rewind', context, 'rewind', cell));
  },
};
