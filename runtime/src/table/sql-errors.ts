import { TidemarkError } from '../errors.ts';
import type { SourceRange } from './parse/position.ts';

/** An error in a statement. `details` has where: `line`, `column`, `endLine`, `endColumn`, from 1. */
export function sqlError(
  code: string,
  message: string,
  at: SourceRange,
  details: Readonly<Record<string, unknown>> = {},
): TidemarkError {
  const where =
    at.line === 0 ? {} : { line: at.line, column: at.column, endLine: at.endLine, endColumn: at.endColumn };
  const place = at.line === 0 ? '' : ` (line ${at.line}, column ${at.column})`;
  return new TidemarkError(code, `${message}${place}`, { details: { ...where, ...details } });
}

/** @param words that could stand there, of which the nearest may be meant */
export function syntaxError(
  found: string,
  expected: string,
  at: SourceRange,
  words: readonly string[] = [],
): TidemarkError {
  const meant = found.length > 3 ? nearestOf(found, words) : undefined;
  return sqlError(
    'sql-syntax',
    `${found === '' ? 'The statement ends too early' : `'${found}' is not expected here`}. ${meant === undefined ? expected : `Perhaps '${meant}' is meant.`}`,
    at,
    {
      found,
    },
  );
}

export function unknownColumn(name: string, known: readonly string[], at: SourceRange): TidemarkError {
  return sqlError(
    'unknown-column',
    `There is no column '${name}' here. ${nearest(name, known, 'column')}`,
    at,
    { name, known },
  );
}

export function ambiguousColumn(name: string, tables: readonly string[], at: SourceRange): TidemarkError {
  return sqlError(
    'ambiguous-column',
    `The column '${name}' is in several tables: ${tables.join(', ')}. Write which one is meant: ${tables[0]}.${name}.`,
    at,
    { name },
  );
}

export function unknownTable(name: string, known: readonly string[], at: SourceRange): TidemarkError {
  return sqlError('unknown-table', `There is no table '${name}'. ${nearest(name, known, 'table')}`, at, {
    name,
    known,
  });
}

export function unknownFunction(name: string, known: readonly string[], at: SourceRange): TidemarkError {
  return sqlError(
    'unknown-function',
    `There is no function ${name}. ${nearest(name.toUpperCase(), known, 'function', false)} SHOW FUNCTIONS lists them; your own come by env.createFunction.`,
    at,
    { name },
  );
}

export function typeMismatch(
  what: string,
  types: readonly string[],
  next: string,
  at: SourceRange,
): TidemarkError {
  return sqlError('type-mismatch', `${what} cannot be done with ${types.join(' and ')}. ${next}`, at, {
    what,
    types,
  });
}

export function missingWatermark(what: string, column: string, at: SourceRange): TidemarkError {
  return sqlError(
    'missing-watermark',
    `${what} needs a time attribute, and '${column}' is not one: its table has no watermark on it, or an operation before has lost ` +
      `it. Declare one: WATERMARK FOR ${column} AS ${column} - INTERVAL '5' SECOND, in CREATE TABLE or in the schema of fromDataStream.`,
    at,
    { name: column },
  );
}

export function needsAppendOnly(what: string, from: string, at: SourceRange): TidemarkError {
  return sqlError(
    'not-on-changelog',
    `${what} takes only rows that are added for good, and ${from} also changes or deletes rows it has emitted. Do it before ${from}, ` +
      'or use windows, whose results are final.',
    at,
    { what, from },
  );
}

export function missingPrimaryKey(
  table: string,
  why: 'upsert' | 'duplicates',
  at: SourceRange,
): TidemarkError {
  const because =
    why === 'upsert'
      ? 'has changed rows (+U) without their old versions (-U)'
      : "may have a change twice ('table.exec.source.cdc-events-duplicate' is true)";
  return sqlError(
    'missing-primary-key',
    `The table '${table}' ${because}, and no primary key tells its rows apart. Declare one in its schema: ` +
      "PRIMARY KEY (id) NOT ENFORCED, or primaryKey: ['id'].",
    at,
    { table },
  );
}

export function unknownRowKind(
  table: string,
  found: unknown,
  kinds: Iterable<string>,
  at: SourceRange,
): TidemarkError {
  return sqlError(
    'bad-value',
    `A record of the table '${table}' has ${JSON.stringify(found) ?? 'nothing'} as its kind of change, and the table has ${[...kinds].join(', ')}. ` +
      "Make records { kind: '+I', row: … }, and name in `kinds` of fromChangelogStream all that may come.",
    at,
    { kind: found },
  );
}

export function notInStreaming(what: string, why: string, next: string, at: SourceRange): TidemarkError {
  return sqlError('not-in-streaming', `${what} cannot be done on a stream: ${why} ${next}`, at, { what });
}

export function notSupported(what: string, next: string, at: SourceRange): TidemarkError {
  return sqlError('sql-unsupported', `${what} is not supported. ${next}`, at, { what });
}

export function badSql(code: string, what: string, next: string, at: SourceRange): TidemarkError {
  return sqlError(code, `${what} ${next}`, at);
}

function nearestOf(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (
    best !== undefined &&
    best.distance <= Math.min(name.length - 1, Math.max(2, Math.floor(name.length / 3)))
  ) {
    return best.candidate;
  }
  return undefined;
}

function nearest(name: string, known: readonly string[], what: string, list = true): string {
  const best = nearestOf(name, known);
  if (best !== undefined) return `Perhaps '${best}' is meant.`;
  if (!list) return '';
  if (known.length === 0) return `There is no ${what} at all yet.`;
  const shown = known.slice(0, 12).map((candidate) => `'${candidate}'`);
  return `Known: ${shown.join(', ')}${known.length > 12 ? ', …' : ''}.`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row.push(
        Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    }
    previous = row;
  }
  return previous[b.length]!;
}

export function onlyLookedUp(table: string, at: SourceRange): TidemarkError {
  return badSql(
    'only-looked-up',
    `The rows of '${table}' lie outside and are looked up by key; it cannot be read as a whole.`,
    `Join it by the clock: FROM orders AS o JOIN ${table} FOR SYSTEM_TIME AS OF o.t AS d ON o.k = d.k, with t AS PROCTIME() a column of orders.`,
    at,
  );
}
