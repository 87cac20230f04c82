import { secret } from '../../connectors/net/secret.ts';
import type { SourceRange } from '../../table/parse/position.ts';
import { badSql } from '../../table/sql-errors.ts';

/**
 * A credential of a table, which is named so that none stands in a notebook: `'${secret:PG_PASSWORD}'`.
 * @param example a name that it could have
 * @throws {TidemarkError} `table-option` for one in plain text
 */
export function namedSecret(option: string, value: string, example: string, at: SourceRange): () => string {
  const name = /^\$\{secret:(\w+)\}$/.exec(value)?.[1];
  if (name !== undefined) return secret(name);
  throw badSql(
    'table-option',
    `The credential in '${option}' would stand in the notebook for everybody to read.`,
    `Name it, \${secret:${example}}, and put its value into the environment or the file secrets.env.`,
    at,
  );
}
