import { NOWHERE } from '../parse/position.ts';
import { badSql } from '../sql-errors.ts';
import { STRING } from '../types/logical-type.ts';
import type { AggregateFunctionDefinition } from './aggregate-function.ts';
import { jsonObject } from './json-text.ts';
import { listed } from './value-aggregates.ts';

type Pair = readonly [key: string | null, value: string | null];

/** JSON of many rows. Their values are JSON texts: the grammar wraps what is none in JSON_STRING, and says by the name what NULL is. */
export const jsonAggregates: readonly AggregateFunctionDefinition[] = [
  ...(['JSON_ARRAYAGG', 'JSON_ARRAYAGG_NULL_ON_NULL'] as const).map((name): AggregateFunctionDefinition => ({
    name,
    signature: 'JSON_ARRAYAGG(value [NULL | ABSENT ON NULL])',
    bind: (types) =>
      types.length === 1
        ? {
            args: [STRING],
            type: STRING,
            create: () =>
              listed(
                name === 'JSON_ARRAYAGG',
                (values) => `[${values.map((value) => (value as string | null) ?? 'null').join(',')}]`,
              ),
          }
        : undefined,
  })),
  ...(['JSON_OBJECTAGG', 'JSON_OBJECTAGG_ABSENT_ON_NULL'] as const).map(
    (name): AggregateFunctionDefinition => ({
      name,
      signature: 'JSON_OBJECTAGG(key VALUE value [NULL | ABSENT ON NULL]), whose key is a STRING',
      bind: (types) =>
        types.length === 2 && ['STRING', 'ANY'].includes(types[0]!.name)
          ? {
              args: [STRING, STRING],
              type: STRING,
              create: () =>
                listed(false, (pairs) => objectOf(pairs as readonly Pair[], name === 'JSON_OBJECTAGG')),
            }
          : undefined,
    }),
  ),
];

function objectOf(pairs: readonly Pair[], withNulls: boolean): string {
  const members = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (key === null || members.has(key)) {
      throw badSql(
        'json-failed',
        key === null ? 'A key of JSON_OBJECTAGG is NULL.' : `JSON_OBJECTAGG has got the key '${key}' twice.`,
        'Keys of an object are there, and once: group by what makes them so, or FILTER.',
        NOWHERE,
      );
    }
    if (value !== null || withNulls) members.set(key, value ?? 'null');
  }
  return jsonObject([...members]);
}
