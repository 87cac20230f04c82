import type { Checker as TypeChecker, Project, Type } from 'typescript7/unstable/sync';
import type { CellOutline } from './cell-outline.ts';
import type { Checker } from './checker.ts';
import type { LiveBinding } from './live-scope.ts';
import { typescript7 } from './typescript7.ts';

/** SQL types by column, as far as the type of a record tells them. */
export type RecordColumns = Readonly<Record<string, string>>;

/** How deep a record's fields are looked into: a type may contain itself. */
const DEPTH = 4;

/**
 * The columns that SQL sees of the streams a cell declares, by variable: what their records are is known to the checker
 * long before one has come. A field of which no column can be made is left out.
 */
export function streamColumns(
  checker: Checker,
  outline: CellOutline,
  bindings: readonly LiveBinding[],
): Readonly<Record<string, RecordColumns>> {
  const streams = new Set(
    bindings
      .filter(({ declarations }) => declarations.some(({ text }) => /\b(?:Data|Keyed)Stream</.test(text)))
      .map(({ name }) => name),
  );
  if (streams.size === 0) return {};
  const declared = outline.statements.flatMap(({ names }) => names).filter(({ name }) => streams.has(name));
  return checker.query((project, path) => {
    const types = project.checker.getTypeAtPosition(
      path,
      declared.map(({ nameStart }) => nameStart),
    );
    const found: Record<string, RecordColumns> = {};
    for (const [at, { name }] of declared.entries()) {
      const columns = columnsOf(project, types[at]);
      if (columns !== undefined) found[name] = columns;
    }
    return found;
  });
}

function columnsOf({ checker }: Project, type: Type | undefined): RecordColumns | undefined {
  const name = type?.getSymbol()?.name;
  if (!type?.isTypeReference() || (name !== 'DataStream' && name !== 'KeyedStream')) return undefined;
  const record = checker.getTypeArguments(type)[0];
  if (record === undefined) return undefined;
  const fields = fieldsOf(checker, record, DEPTH);
  if (fields.length > 0) return Object.fromEntries(fields);
  // As Flink calls the one column of plain values.
  const only = sqlType(checker, record, DEPTH);
  return only === undefined ? undefined : { f0: only };
}

/** Fields of an object, or the places of a tuple, with their SQL types. */
function fieldsOf(checker: TypeChecker, type: Type, depth: number): [name: string, sql: string][] {
  const members: [string, Type | undefined][] = checker.isTupleType(type)
    ? checker
        .getTypeArguments(type as Parameters<TypeChecker['getTypeArguments']>[0])
        .map((one, at) => [`f${at}`, one])
    : isRow(checker, type)
      ? checker.getPropertiesOfType(type).map((one) => [one.name, checker.getTypeOfSymbol(one)])
      : [];
  return members.flatMap(([name, of]): [string, string][] => {
    const sql = of === undefined ? undefined : sqlType(checker, of, depth - 1);
    return sql === undefined ? [] : [[name, sql]];
  });
}

/** An object that is no array, no Date, no Map and no function. */
function isRow(checker: TypeChecker, type: Type): boolean {
  if (!type.isObjectType() && !type.isIntersectionType()) return false;
  const name = type.getSymbol()?.name;
  if (name !== undefined && NO_ROWS.has(name)) return false;
  return (
    !checker.isArrayType(type) &&
    checker.getSignaturesOfType(type, typescript7().api.SignatureKind.Call).length === 0
  );
}

const NO_ROWS: ReadonlySet<string> = new Set([
  'Date',
  'Map',
  'ReadonlyMap',
  'Set',
  'ReadonlySet',
  'Promise',
  'RegExp',
]);

function sqlType(checker: TypeChecker, given: Type, depth: number): string | undefined {
  const { TypeFlags } = typescript7().api;
  const type = checker.getNonNullableType(given) ?? given;
  const { flags } = type;
  if (flags & TypeFlags.StringLike) return 'STRING';
  if (flags & TypeFlags.NumberLike) return 'DOUBLE';
  if (flags & TypeFlags.BooleanLike) return 'BOOLEAN';
  if (flags & TypeFlags.BigIntLike) return 'BIGINT';
  if (depth <= 0) return undefined;
  if (type.isUnionType()) {
    const parts = new Set(type.getTypes().map((part) => sqlType(checker, part, depth)));
    return parts.size === 1 ? [...parts][0] : undefined;
  }
  const name = type.getSymbol()?.name;
  if (name === 'Date') return 'TIMESTAMP_LTZ(3)';
  if (name === 'Uint8Array') return 'BYTES';
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as Parameters<TypeChecker['getTypeArguments']>[0]);
    const of = element === undefined ? undefined : sqlType(checker, element, depth - 1);
    return of === undefined ? undefined : `ARRAY<${of}>`;
  }
  const fields = fieldsOf(checker, type, depth).map(
    ([field, sql]) => `\`${field.replaceAll('`', '``')}\` ${sql}`,
  );
  return fields.length === 0 ? undefined : `ROW<${fields.join(', ')}>`;
}
