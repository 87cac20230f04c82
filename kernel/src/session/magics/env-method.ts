import { magicUnavailable } from '../../errors.ts';
import type { MagicContext } from './magic-table.ts';

/** Calls a method of `env`; throws `magic-unavailable` when the session has none of that name. */
export function callEnv(magic: string, { env }: MagicContext, method: string, ...args: unknown[]): unknown {
  const found = env?.[method];
  if (typeof found !== 'function') throw magicUnavailable(magic);
  return Reflect.apply(found, env, args);
}
