import { OperatorError } from '../errors.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import { userLocation } from '../user-location.ts';

/** What is thrown for an error in an operator: with the record, the operator, and the cell or the file and line (law 9). */
export function operatorFailure(error: unknown, node: StreamNode, record?: string): OperatorError {
  if (error instanceof OperatorError) return error;
  const { name: operator, uid, kind, cell } = node;
  const thrownAt = error instanceof Error ? userLocation(error.stack) : undefined;
  const location = cell === undefined ? (thrownAt ?? node.location) : undefined;
  return new OperatorError(
    { operator, ...(uid === undefined ? {} : { uid }), kind, cell, location, record },
    error,
  );
}
