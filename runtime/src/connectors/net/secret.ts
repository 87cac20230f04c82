import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { secretNotFound, secretsNotReadable } from './net-errors.ts';

/** A text that must not be written down, or what gives it when it is needed. */
export type Credential = string | (() => string | Promise<string>);

/** Names the file of secrets; without it that is `secrets.env` in the working directory. */
const FILE_VARIABLE = 'TIDEMARK_SECRETS';
const FILE = 'secrets.env';

/**
 * A credential by its name: the environment variable of that name, or a line `NAME=value` of a secrets file: `secrets.env`, or
 * what the environment variable `TIDEMARK_SECRETS` names. It is looked up when a connection is made, and is in no notebook, snapshot,
 * graph or error.
 * @throws {TidemarkError} `secret-not-found`, `secrets-not-readable`, from the function that it returns
 * @example
 * const token = secret('FEED_TOKEN');
 * const feed = webSocketSource('wss://feed.example/trades', { headers: { authorization: token } });
 * JSON.stringify(feed.parameters).includes('FEED_TOKEN'); // → false
 */
export function secret(name: string): () => string {
  return () => {
    const value = process.env[name] ?? fromFile(name);
    if (value === undefined) throw secretNotFound(name, secretsFile());
    return value;
  };
}

/** The text of a credential. */
export async function reveal(credential: Credential): Promise<string> {
  return typeof credential === 'string' ? credential : credential();
}

function secretsFile(): string {
  return resolve(process.env[FILE_VARIABLE] ?? FILE);
}

function fromFile(name: string): string | undefined {
  const path = secretsFile();
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing && process.env[FILE_VARIABLE] === undefined) return undefined;
    throw secretsNotReadable(path, error);
  }
  return parseEnv(text)[name];
}
