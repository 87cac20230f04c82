import { badArgument } from '../errors.ts';

/** @throws {TidemarkError} `bad-argument` if `fn` is no function */
export function checkFunction(method: string, fn: unknown, parameters = 'value'): void {
  if (typeof fn !== 'function') {
    throw badArgument(method, fn, 'It takes a function.', `Write ${method}((${parameters}) => …).`);
  }
}
