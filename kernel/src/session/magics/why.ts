import { callEnv } from './env-method.ts';
import type { Magic } from './magic-table.ts';

/**
 * `%why 2026-11-23T12:00:00Z` or `%why 5000 totals`: why the window of that start has not fired, as `env.why` says. `%why`
 * and `%why totals` tell about the window that ends next.
 */
export const why: Magic = {
  name: '%why',
  run(context) {
    const args = context.args.trim();
    const [first = ''] = args.split(/\s+/);
    const window = /^-?\d+$/.test(first) ? Number(first) : Date.parse(first);
    const of = Number.isNaN(window) ? args : args.slice(first.length).trim();
    return callEnv('%why', context, 'why', {
      ...(Number.isNaN(window) ? {} : { window }),
      ...(of === '' ? {} : { of }),
    });
  },
};
