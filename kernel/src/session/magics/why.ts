import { badMagicArgument } from '../../errors.ts';
import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/** `%why 2026-11-23T12:00:00Z` or `%why 5000 totals`: why the window of that start has not fired, as `env.why` says. */
export const why: Magic = {
  name: '%why',
  run(context) {
    const [start = '', ...of] = context.args.trim().split(/\s+/);
    const window = /^-?\d+$/.test(start) ? Number(start) : Date.parse(start);
    if (Number.isNaN(window))
      throw badMagicArgument('%why start [uid-or-name]', `'${start}' is no time at which a window starts.`);
    return callEnv('%why', context, 'why', { window, ...(of.length > 0 ? { of: of.join(' ') } : {}) });
  },
};
