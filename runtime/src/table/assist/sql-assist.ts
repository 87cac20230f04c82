import { FunctionCatalog } from '../functions/function-catalog.ts';
import { describeUserFunction } from '../functions/user-function.ts';
import { checkInputs } from '../lower/changelog-mode.ts';
import { optimize } from '../optimize/optimize.ts';
import { parseQuery } from '../parse/parse-sql.ts';
import { Catalog } from '../plan/catalog.ts';
import { QueryBinder } from '../plan/query-binder.ts';
import type { Column } from '../plan/relation.ts';
import { completeSql, type SqlCompletions, type SqlNames } from './complete-sql.ts';
import { fillCatalog, type DescribedCatalog } from './described-catalog.ts';
import { rowTypeText } from './row-type-text.ts';
import { inspectSql } from './inspect-sql.ts';

/** Knows what SQL can name without being able to run it: completes, explains and checks text beside the process that runs it. */
export class SqlAssist {
  #names: SqlNames = namesOf({ tables: [], functions: [] });

  /** The tables and functions that there are from now on. */
  update(catalog: DescribedCatalog): void {
    this.#names = namesOf(catalog);
  }

  complete(text: string, cursor: number): SqlCompletions {
    return completeSql(this.#names, text, cursor);
  }

  /** `undefined` of what is no name of anything. */
  inspect(text: string, cursor: number): string | undefined {
    return inspectSql(this.#names, text, cursor);
  }

  /**
   * The columns of a query.
   * @throws {TidemarkError} with line and column in `details`, as the environment that would run it
   */
  columnsOf(query: string): readonly Column[] {
    const relation = new QueryBinder(this.#names).bind(parseQuery(query));
    checkInputs(optimize(relation));
    return relation.columns;
  }

  /** The type of a query's rows in TypeScript, as text. @throws as `columnsOf` */
  rowTypeOf(query: string): string {
    return rowTypeText(this.columnsOf(query));
  }

  /** True if there is a table of that name whose columns are known. */
  hasTable(name: string): boolean {
    return this.#names.catalog.has(name);
  }

  /** Reads grammar and functions, so that the first question does not wait for them. */
  warm(): void {
    this.complete('SELECT ', 7);
    this.columnsOf('SELECT 1 AS one');
  }
}

function namesOf({ tables, functions }: DescribedCatalog): SqlNames {
  const catalog = new Catalog();
  fillCatalog(catalog, tables);
  const known = new FunctionCatalog();
  for (const { name, kind, types } of functions) describeUserFunction(known, name, kind, types);
  return { catalog, functions: known, tables };
}
