import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { Credential } from '../net/secret.ts';
import type { Database } from './database.ts';
import { postgresDatabase, type PostgresOptions } from './postgres.ts';
import { sqlite } from './sqlite.ts';

/** Who connects. */
export interface JdbcCredentials {
  readonly user?: Credential;
  readonly password?: Credential;
}

/** A URL of JDBC that cannot be used: what is wrong with it, and what to write. */
export class JdbcUrlError extends Error {
  readonly nextStep: string;
  constructor(message: string, nextStep: string) {
    super(message);
    this.nextStep = nextStep;
  }
}

const POSTGRES = /^jdbc:postgresql:\/\/(?:(\[[^\]]+\]|[^:/,?]+)?(?::(\d+))?)?\/([^?]+)(?:\?(.*))?$/;
const MODES = ['disable', 'require', 'verify-ca', 'verify-full'];
const PARAMETERS = ['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/**
 * The database that a URL of JDBC names: `jdbc:sqlite:file`, or `jdbc:postgresql://host:port/database` with the parameters
 * `ssl`, `sslmode`, `sslrootcert`, `sslcert` and `sslkey` of PostgreSQL's driver. Files are read now.
 * @throws {JdbcUrlError} for another database or parameter, and for a file that cannot be read
 */
export function jdbcDatabase(url: string, credentials: JdbcCredentials): Database {
  const file = /^jdbc:sqlite:(.+)$/.exec(url)?.[1];
  if (file !== undefined) return sqlite(file);
  const server = POSTGRES.exec(url);
  if (server === null)
    throw new JdbcUrlError(
      `'${url}' names no database that is known.`,
      'Write jdbc:sqlite:file or jdbc:postgresql://host:port/database.',
    );
  const [, host = 'localhost', port = '5432', database, query] = server;
  const options = {
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
    database: decodeURIComponent(database!),
    ssl: tlsOf(new URLSearchParams(query)),
    ...credentials,
  };
  return postgresDatabase(options, 'as texts');
}

/**
 * As PostgreSQL's driver has it, `ssl=true` checks everything, and so does a certificate alone; without a word about it, nothing
 * is encrypted, where the driver tries to.
 */
function tlsOf(parameters: URLSearchParams): PostgresOptions['ssl'] {
  for (const name of parameters.keys()) {
    if (name === 'user' || name === 'password')
      throw new JdbcUrlError(
        `The URL has a ${name}, which would stand in the notebook for everybody to read.`,
        `Name it by an option of the table, '${name === 'user' ? 'username' : name}' = '\${secret:PG_${name.toUpperCase()}}'.`,
      );
    if (!PARAMETERS.includes(name))
      throw new JdbcUrlError(
        `The URL's parameter '${name}' is not known.`,
        `Known: ${PARAMETERS.join(', ')}.`,
      );
  }
  const asked = parameters.size > 0 && parameters.get('ssl') !== 'false';
  const mode = parameters.get('sslmode') ?? (asked ? 'verify-full' : 'disable');
  if (!MODES.includes(mode))
    throw new JdbcUrlError(
      `The URL's sslmode '${mode}' is not known: a connection is either encrypted or not.`,
      `Known: ${MODES.join(', ')}.`,
    );
  if (mode === 'disable') return false;
  const read = (name: string): Buffer | undefined => {
    const path = parameters.get(name);
    return path === null ? undefined : fileOf(name, path);
  };
  const [ca, cert, key] = [read('sslrootcert'), read('sslcert'), read('sslkey')];
  const options: ConnectionOptions = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: pemOf(key) }),
  };
  switch (mode) {
    case 'require':
      return { ...options, rejectUnauthorized: false };
    case 'verify-ca':
      return { ...options, checkServerIdentity: () => undefined };
    default:
      return options;
  }
}

function fileOf(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new JdbcUrlError(
      `The file of ${name}, ${resolve(path)}, cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      'Correct its path; a relative one starts from the working directory, in a notebook its folder.',
    );
  }
}

/** PostgreSQL's driver takes a key in DER. */
function pemOf(key: Buffer): string | Buffer {
  try {
    const given = key.includes('-----BEGIN')
      ? createPrivateKey(key)
      : createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    return given.export({ format: 'pem', type: 'pkcs8' });
  } catch {
    throw new JdbcUrlError(
      'The file of sslkey holds no key that can be used.',
      'Give one without a password, as PEM or as PKCS #8 in DER.',
    );
  }
}
