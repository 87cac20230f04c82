import { badMagicArgument } from '../../errors.ts';
import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%diff 2 5` says what has changed between two snapshots, `%diff 2` since one: as `env.diff(a, b)` does. */
export const diff: Magic = {
  name: '%diff',
  run(context) {
    const numbers = context.args
      .split(/\s+/)
      .filter((part) => part !== '')
      .map(Number);
    if (numbers.length < 1 || numbers.length > 2 || numbers.some((number) => !Number.isInteger(number)))
      throw badMagicArgument('%diff snapshot [snapshot]', '%diff needs the number of a snapshot or two.');
    return callEnv('%diff', context, 'diff', ...numbers);
  },
};
