import type { RowKind } from '../changelog-row.ts';
import type { UserFunctionKind } from '../functions/user-function.ts';
import { changelogMode } from '../lower/changelog-mode.ts';
import { NOWHERE } from '../parse/position.ts';
import { scan } from '../plan/build-relations.ts';
import type { Catalog, CatalogEntry } from '../plan/catalog.ts';
import type { Column, Relation, TableSource } from '../plan/relation.ts';
import type { Planner } from '../planner.ts';

/** A table as another process can know it: what a query of it needs to be checked, and nothing to run it. */
export interface DescribedTable {
  readonly name: string;
  readonly kind: 'table' | 'view' | 'variable';
  /** `undefined` of a stream without a schema. */
  readonly columns: readonly Column[] | undefined;
  readonly primaryKey: readonly number[];
  readonly kinds: readonly RowKind[];
}

/** A function of the user's, by what is needed to check calls of it. */
export interface DescribedFunction {
  readonly name: string;
  readonly kind: UserFunctionKind;
  readonly types?: string;
}

/** The tables and the user's functions of an environment, structured-cloneable. */
export interface DescribedCatalog {
  readonly tables: readonly DescribedTable[];
  readonly functions: readonly DescribedFunction[];
}

export function describeTables(planner: Planner): DescribedTable[] {
  return planner.catalog.entries().flatMap(([name, entry]) => {
    try {
      return [describeEntry(planner, name, entry)];
    } catch {
      // A view of a table that is gone.
      return [];
    }
  });
}

function describeEntry(planner: Planner, name: string, entry: CatalogEntry): DescribedTable {
  if (entry.kind === 'table') {
    const { columns, primaryKey, kinds } = entry.table;
    return { name, kind: 'table', columns, primaryKey, kinds: [...kinds] };
  }
  if (entry.kind === 'relation') return describeRelation(planner, name, 'view', entry.relation);
  const relation = planner.bind(entry.query);
  const columns = relation.columns.map((column, at) => ({
    ...column,
    name: entry.columns[at] ?? column.name,
  }));
  return { ...describeRelation(planner, name, 'view', relation), columns };
}

export function describeRelation(
  planner: Planner,
  name: string,
  kind: DescribedTable['kind'],
  relation: Relation,
): DescribedTable {
  const primaryKey = relation.kind === 'scan' ? relation.table.primaryKey : [];
  const { columns } = relation;
  try {
    return { name, kind, columns, primaryKey, kinds: [...changelogMode(planner.optimized(relation))] };
  } catch {
    // It cannot run as it is; what reads it may lack just that.
    return { name, kind, columns, primaryKey, kinds: ['+I'] };
  }
}

/** Puts tables into a catalog that are only known by their columns. */
export function fillCatalog(catalog: Catalog, tables: readonly DescribedTable[]): void {
  for (const { name, columns, primaryKey, kinds } of tables) {
    if (columns === undefined || catalog.has(name)) continue;
    const table: TableSource = {
      name,
      columns,
      primaryKey,
      kinds: new Set(kinds),
      read: () => {
        throw new TypeError(`'${name}' is only known by its columns`);
      },
    };
    catalog.set(name, { kind: 'relation', relation: scan(table, NOWHERE) });
  }
}
