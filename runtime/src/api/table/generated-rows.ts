import { isInteger, isTimestamp, type LogicalType } from '../../table/types/logical-type.ts';
import type { Column } from '../../table/plan/relation.ts';
import type { ConnectorOptions } from './connector-tables.ts';

/** Row number `index` of the connector datagen: the same whenever it is made. */
export function generatedRow(
  options: ConnectorOptions,
  columns: readonly Column[],
  index: number,
): Record<string, unknown> {
  return Object.fromEntries(
    columns.map(({ name, type }, at) => [name, generated(options, name, type, index, at)]),
  );
}

function generated(
  options: ConnectorOptions,
  name: string,
  type: LogicalType,
  index: number,
  column: number,
): unknown {
  const of = (key: string) => options.number(`fields.${name}.${key}`);
  if (options.find(`fields.${name}.kind`) === 'sequence') return (of('start') ?? 0) + index;
  const random = noise(index, column);
  if (isTimestamp(type)) return index * 1000;
  if (type.name === 'BOOLEAN') return random < 0.5;
  if (type.name === 'STRING') return text(random, of('length') ?? 10);
  const min = of('min') ?? 0;
  const max = of('max') ?? 1000;
  const value = min + random * (max - min);
  return isInteger(type)
    ? Math.floor(min + random * (max - min + 1))
    : type.name === 'DECIMAL'
      ? value.toFixed(type.scale)
      : value;
}

/** In [0, 1), of a place in the table. */
function noise(index: number, column: number): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(column + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
}

function text(random: number, length: number): string {
  const digits = Math.floor(random * 36 ** 8).toString(36);
  return digits.repeat(Math.ceil(length / digits.length)).slice(0, length);
}
