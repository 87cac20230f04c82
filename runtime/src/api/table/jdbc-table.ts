// Tables of relational databases, as CREATE TABLE … WITH ('connector' = 'jdbc') names them.
import { databaseSink } from '../../connectors/database/database-sink.ts';
import { DatabaseReader } from '../../connectors/database/database-reader.ts';
import type { Database } from '../../connectors/database/database.ts';
import { jdbcDatabase, JdbcUrlError } from '../../connectors/database/jdbc-url.ts';
import { LookupCache, type LookupCacheOptions } from '../../connectors/database/lookup-cache.ts';
import type { Sink } from '../../operators/sink.ts';
import type { LookupSource, TableSource } from '../../table/plan/relation.ts';
import { fromRecord, type FromRecord } from '../../table/sources/from-record.ts';
import type { ResolvedSchema } from '../../table/sources/table-schema.ts';
import { badSql, onlyLookedUp } from '../../table/sql-errors.ts';
import { textOf } from '../../table/types/value-text.ts';
import { isInteger, type LogicalType } from '../../table/types/logical-type.ts';
import { identityOf } from '../../table/types/value-identity.ts';
import { toMillis } from '../../time/duration.ts';
import type { ChangelogRow } from './changelog.ts';
import type { ConnectorOptions } from './connector-tables.ts';
import { namedSecret } from './named-secret.ts';

const DELETED = Symbol('deleted');

/**
 * A table whose rows are looked up.
 * @throws {TidemarkError} `table-option`
 */
export function jdbcTable(name: string, schema: ResolvedSchema, options: ConnectorOptions): TableSource {
  const { columns, primaryKey } = schema;
  return {
    name,
    columns,
    primaryKey,
    kinds: new Set(['+I']),
    read: () => {
      throw onlyLookedUp(name, options.at);
    },
    lookup: lookupOf(schema, options),
  };
}

/**
 * Writes rows that `jdbcRows` makes of changes by the primary key, in the place of those that are there; without a key plain rows are
 * added.
 * @throws {TidemarkError} `table-option`
 */
export function jdbcSink({ columns, primaryKey }: ResolvedSchema, options: ConnectorOptions): Sink<object> {
  const names = columns.map(({ name }) => name);
  const key = primaryKey.map((at) => names[at]!);
  return databaseSink<Readonly<Record<string | symbol, unknown>>>(databaseOf(options), {
    table: options.need('table-name'),
    columns: names,
    ...(key.length === 0 ? {} : { key, deleted: (row) => row[DELETED] === true }),
  }) as Sink<object>;
}

/** Makes what is written of a change: a row, and that it is to be deleted if the change takes it back. */
export function jdbcRows({ columns }: ResolvedSchema): (change: ChangelogRow<object>) => object {
  const fields = columns.map(({ name, type }) => ({ name, convert: toDatabase(type) }));
  return ({ kind, row }) => ({
    ...Object.fromEntries(
      fields.map(({ name, convert }) => [name, convert((row as Readonly<Record<string, unknown>>)[name])]),
    ),
    [DELETED]: kind === '-U' || kind === '-D',
  });
}

function lookupOf(schema: ResolvedSchema, options: ConnectorOptions): LookupSource {
  const database = databaseOf(options);
  const table = options.need('table-name');
  const cacheOptions = cacheOf(options);
  const names = schema.columns.map(({ name }) => name);
  const convert = schema.columns.map(({ name, type }) => fromDatabase(type, name));
  const { parameters } = database;
  return {
    parameters: { ...parameters, table, cache: cacheOptions },
    open: (key) => {
      const ask = toDatabase(schema.columns[key[0]!]!.type);
      const reader = new DatabaseReader(database);
      const cache = cacheOptions && new LookupCache<readonly unknown[]>(cacheOptions);
      const [first, ...others] = key;
      const place = {
        parameters,
        table,
        key: names[first!]!,
        columns: names.filter((_, at) => at !== first),
      };
      return async (values) => {
        const identity = JSON.stringify(values.map((value) => String(identityOf(value))));
        const known = cache?.get(identity);
        if (known !== undefined) return known;
        const found = await reader.find(place, ask(values[0]));
        const rows = found.map((row) => convert.map((from, at) => from(row[names[at]!])));
        // The database is asked by the first column, which has an index on it or not; the others are compared here.
        const matching = rows.filter((row) =>
          others.every((at, place) => identityOf(row[at]) === identityOf(values[place + 1])),
        );
        cache?.put(identity, matching);
        return matching;
      };
    },
  };
}

/** SQLite has no BOOLEAN and keeps 0 and 1; PostgreSQL's BIGINT comes as text, since not every one is a number. */
function fromDatabase(type: LogicalType, name: string): FromRecord {
  const convert = fromRecord(type, name);
  if (type.name === 'BOOLEAN') return (value) => convert(value === 0 ? false : value === 1 ? true : value);
  if (isInteger(type))
    return (value) => convert(typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : value);
  return convert;
}

/** Times are written as databases write them; the rest is for the connection. */
function toDatabase(type: LogicalType): (value: unknown) => unknown {
  switch (type.name) {
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP': {
      const show = textOf(type)!;
      return (value) => (value === null ? null : show(value));
    }
    case 'TIMESTAMP_LTZ':
      return (value) => (value === null ? null : new Date(value as number).toISOString());
    default:
      return (value) => value;
  }
}

function databaseOf(options: ConnectorOptions): Database {
  // Which class of Java connects is nothing to us; statements of Flink's name it.
  options.find('driver');
  const user = credential(options, 'username');
  const password = credential(options, 'password');
  try {
    return jdbcDatabase(options.need('url'), {
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    });
  } catch (error) {
    if (error instanceof JdbcUrlError)
      throw badSql('table-option', error.message, error.nextStep, options.at);
    throw error;
  }
}

function credential(options: ConnectorOptions, key: string): (() => string) | undefined {
  const value = options.find(key);
  return value === undefined ? undefined : namedSecret(key, value, `PG_${key.toUpperCase()}`, options.at);
}

function cacheOf(options: ConnectorOptions): LookupCacheOptions | undefined {
  const duration = (key: string) => {
    const value = options.find(`lookup.partial-cache.${key}`);
    return value === undefined ? undefined : toMillis(value as `${number} s`);
  };
  const cache = {
    maxRows: options.number('lookup.partial-cache.max-rows'),
    expireAfterWrite: duration('expire-after-write'),
    expireAfterAccess: duration('expire-after-access'),
    cacheMissingKey: options.find('lookup.partial-cache.cache-missing-key') !== 'false',
  };
  switch (options.find('lookup.cache')?.toUpperCase()) {
    case undefined:
    case 'NONE':
      return undefined;
    case 'PARTIAL':
      return cache;
    default:
      throw options.wrong('lookup.cache', ['NONE', 'PARTIAL']);
  }
}
