import { badMagicArgument } from '../../errors.ts';
import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%restore 3` restores cut 3, `%restore` the last one, as `env.restore(id?)` does. */
export const restore: Magic = {
  name: '%restore',
  run(context) {
    if (context.args === '') return callEnv('%restore', context, 'restore');
    const id = Number(context.args);
    if (!Number.isInteger(id))
      throw badMagicArgument('%restore [number of a snapshot]', `'${context.args}' is not a number.`);
    return callEnv('%restore', context, 'restore', id);
  },
};
