import type { StreamGraph } from '../graph/stream-graph.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { RowKind } from './changelog-row.ts';
import { FunctionCatalog } from './functions/function-catalog.ts';
import { checkInputs } from './lower/changelog-mode.ts';
import { lower } from './lower/lower.ts';
import { lowerView } from './lower/lower-view.ts';
import { newLowering, type TableSettings } from './lower/lowering.ts';
import { normalizeSources } from './optimize/normalize-sources.ts';
import { sortWhole } from './optimize/sort-whole.ts';
import { optimize } from './optimize/optimize.ts';
import { reuseSubPlans } from './optimize/reuse-sub-plans.ts';
import type { QueryNode, SchemaNode } from './parse/ast.ts';
import { parseQuery } from './parse/parse-sql.ts';
import { Catalog } from './plan/catalog.ts';
import { QueryBinder } from './plan/query-binder.ts';
import type { Relation, TableSource } from './plan/relation.ts';
import { streamTable, type StreamMode } from './sources/stream-table.ts';
import { tableSettings } from './settings.ts';
import { resolveSchema } from './sources/table-schema.ts';

/** From the text of a query to operators of a graph: the tables, functions and settings of one environment. */
export class Planner {
  readonly catalog = new Catalog();
  readonly functions = new FunctionCatalog();
  readonly graph: StreamGraph;

  constructor(graph: StreamGraph) {
    this.graph = graph;
  }

  get settings(): TableSettings {
    return tableSettings(this.graph.options);
  }

  /** @throws {TidemarkError} of `sql-errors.ts`, with line and column */
  query(text: string): Relation {
    return this.bind(parseQuery(text));
  }

  bind(query: QueryNode): Relation {
    return new QueryBinder(this).bind(query);
  }

  /** The plan as it will run. */
  optimized(relation: Relation): Relation {
    const { settings } = this;
    const streaming = optimize(normalizeSources(relation, settings));
    const plan = this.graph.runtimeMode === 'batch' ? sortWhole(streaming) : streaming;
    checkInputs(plan);
    return settings.reuseSubPlans ? reuseSubPlans(plan) : plan;
  }

  /**
   * Adds a plan's operators to the graph, and returns the last of them; it hands over `Row`s.
   * @param updateBefore true if the old version of a row is wanted beside the new one
   */
  lower(plan: Relation, updateBefore: boolean): StreamNode {
    return lower(newLowering(this.graph, this.settings), plan, updateBefore);
  }

  /** Adds a plan's operators for a view that shows windows or rows that change; `undefined` of a table that only grows. */
  lowerView(plan: Relation): StreamNode | undefined {
    return lowerView(newLowering(this.graph, this.settings), plan);
  }

  /** A table of the records of a stream. */
  streamTable(
    name: string,
    schema: SchemaNode,
    mode: StreamMode,
    kinds: ReadonlySet<RowKind>,
    stream: () => StreamNode,
  ): TableSource {
    const resolved = resolveSchema(schema, this.functions);
    return streamTable(this, { name, schema: resolved, mode, kinds, stream });
  }
}
