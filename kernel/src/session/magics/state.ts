import { badMagicArgument } from '../../errors.ts';
import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%state totals` shows an operator's state, `%state totals 3` as it was in snapshot 3: as `env.state(of, { at })` does. */
export const state: Magic = {
  name: '%state',
  run(context) {
    const [, of = '', at] = /^(.*?)(?:\s+(\d+))?$/.exec(context.args.trim()) ?? [];
    if (of === '') throw badMagicArgument('%state uid-or-name [snapshot]', '%state needs an operator.');
    return callEnv('%state', context, 'state', of, at === undefined ? {} : { at: Number(at) });
  },
};
