import { TidemarkError } from '../../errors.ts';
import { reasonOf } from '../net/net-errors.ts';

export function databaseFailed(where: string, what: string, cause: unknown): TidemarkError {
  const reason = textOf(cause);
  return new TidemarkError(
    'database-failed',
    `The database ${where} refused to ${what}: ${reason}. Check that the table is there, with these columns and a unique key, and that ` +
      'the database lets you in; then re-run the cell.',
    { details: { where, reason } },
  );
}

/** What the database says, but for what it says of who connects. */
function textOf(cause: unknown): string {
  const { code, message } = (cause ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'string' && code.startsWith('28'))
    return `it does not accept these credentials (${code})`;
  if (typeof code === 'string' && code.startsWith('E') && !code.startsWith('ERR_')) return reasonOf(cause);
  return typeof message === 'string' && message !== '' ? message : reasonOf(cause);
}
