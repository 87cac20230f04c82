import { TidemarkError } from '../../errors.ts';

export function secretNotFound(name: string, file: string): TidemarkError {
  return new TidemarkError(
    'secret-not-found',
    `There is no secret ${name}: neither an environment variable of that name nor a line of ${file}. Set the variable before ` +
      `Jupyter is started, or write ${name}=… into that file.`,
    { details: { name, file } },
  );
}

export function secretsNotReadable(file: string, cause: unknown): TidemarkError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TidemarkError(
    'secrets-not-readable',
    `The secrets file ${file} cannot be read: ${reason}. Check the environment variable TIDEMARK_SECRETS and who may read the file.`,
    { details: { file } },
  );
}

export function credentialsInUrl(what: string, shown: string): TidemarkError {
  return new TidemarkError(
    'credentials-in-url',
    `${what}(): the address of ${shown} holds a password, which would be saved with the notebook. Give the address without it and ` +
      "a header { authorization: secret('NAME') }, or a function that makes the address when it is needed.",
    { details: { what, url: shown } },
  );
}

export function connectionFailed(
  what: string,
  where: string,
  reason: string,
  attempts: number,
): TidemarkError {
  const tried = attempts > 1 ? ` after ${attempts} attempts` : '';
  return new TidemarkError(
    'connection-failed',
    `${what}: no connection to ${where}${tried}: ${reason}. Check the address, that the server runs and that it lets you in; ` +
      'then re-run the cell.',
    { details: { what, where, reason, attempts } },
  );
}

export function connectionLost(what: string, where: string, reason: string): TidemarkError {
  return new TidemarkError(
    'connection-lost',
    `${what}: the connection to ${where} is gone: ${reason}. It is tried again until the server is back. Check that it runs.`,
    { details: { what, where, reason } },
  );
}

export function messageNotParsed(from: string, message: string, cause: unknown): TidemarkError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TidemarkError(
    'message-not-parsed',
    `A message from ${from} does not parse: ${reason}\n  ${message}\nGive the format it has, or raw() and take it apart with flatMap().`,
    { details: { from, reason } },
  );
}

/** What is to be said of a failure that the system tells by a code. Texts of libraries may hold the address, and so a credential. */
export function reasonOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string') return REASONS[code] ?? code;
  if (cause !== undefined) return reasonOf(cause);
  return error instanceof TidemarkError ? error.message : 'it broke off';
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
  ENOTFOUND: 'no such host is known (ENOTFOUND)',
  EAI_AGAIN: 'the name of the host cannot be looked up now (EAI_AGAIN)',
  EHOSTUNREACH: 'no way leads to this host (EHOSTUNREACH)',
  ENETUNREACH: 'no way leads to this network (ENETUNREACH)',
  ETIMEDOUT: 'there was no answer (ETIMEDOUT)',
  ECONNRESET: 'the peer broke the connection off (ECONNRESET)',
};
