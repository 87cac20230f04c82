import { badArgument, type TidemarkError } from '../errors.ts';
import { KeySelector } from '../operators/key-selector.ts';

/** A key selector from what the user gave to `method`: the name of a field or a function. */
export function keySelectorOf(method: string, selector: unknown): KeySelector {
  const type = typeof selector;
  if (type !== 'string' && type !== 'number' && type !== 'function') {
    throw badArgument(
      method,
      selector,
      'It takes the name of a field or a function.',
      `Write ${method}('field') or ${method}((value) => …).`,
    );
  }
  return new KeySelector(selector as string | number | ((value: unknown) => unknown));
}

/** What is said of a stream without keys where one with keys is needed. */
export function notKeyed(method: string): TidemarkError {
  return badArgument(
    method,
    'a stream without keys',
    'Both streams must be grouped by key.',
    `Write ${method}(other.keyBy(…)).`,
  );
}
