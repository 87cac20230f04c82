import type { FusionScope } from '../../operators/fusion-scope.ts';
import { isInteger } from '../types/logical-type.ts';
import type { Expression } from '../plan/expression.ts';
import { identityOf } from '../types/value-identity.ts';

/** Code of the key that `keyOfValues` makes of values, which stand in locals. */
export function writeKey(scope: FusionScope, keys: readonly Expression[], locals: readonly string[]): string {
  if (locals.length === 0) return '0';
  const parts = locals.map((local, at) => writePart(scope, keys[at]!, local, locals.length === 1));
  return parts.length === 1 ? parts[0]! : `[${parts.join(', ')}]`;
}

function writePart(scope: FusionScope, { type }: Expression, local: string, alone: boolean): string {
  const otherwise = `${scope.bind(identityOf)}(${local})`;
  const number = isInteger(type) || ['TIMESTAMP', 'TIMESTAMP_LTZ', 'DATE', 'TIME'].includes(type.name);
  if (number) return `(typeof ${local} === 'number' ? ${local} : ${otherwise})`;
  if (type.name === 'STRING') {
    // Alone, a text is told apart from the others by itself.
    return alone ? `(${local} !== null ? ${local} : ${otherwise})` : otherwise;
  }
  return otherwise;
}
