import type { NewNode, StreamGraph } from '../../graph/stream-graph.ts';
import type { StreamEdge, StreamNode } from '../../graph/stream-node.ts';
import type { Operator } from '../../operators/operator.ts';
import type { Expression } from '../plan/expression.ts';
import { anyPart } from '../plan/expression.ts';
import type { Relation } from '../plan/relation.ts';

/** Settings that decide how a plan runs. */
export interface TableSettings {
  /** How long state is kept after it was last changed, in ms; `undefined` for ever. */
  readonly stateTtl: number | undefined;
  readonly miniBatch: { readonly size: number; readonly latency: number } | undefined;
  /** True if sources of changes may hand over a change twice. */
  readonly sourceDuplicates: boolean;
  /** IANA name; TIMESTAMP_LTZ windows follow its days. */
  readonly localTimeZone: string;
  /** True if equal sub-plans of a query that keep state run once. */
  readonly reuseSubPlans: boolean;
}

/** How long a node keeps state, in ms: as a hint says, else the setting; `undefined` for ever. */
export function timeToLiveOf(hint: number | undefined, { stateTtl }: TableSettings): number | undefined {
  if (hint === undefined) return stateTtl;
  return hint === 0 ? undefined : hint;
}

/** What a plan is lowered with. */
export interface Lowering {
  readonly graph: StreamGraph;
  readonly settings: TableSettings;
  /** Operators of sub-plans that keep state, for whoever else has the same one: with old versions of rows, and without. */
  readonly made: {
    readonly withBefore: Map<Relation, StreamNode>;
    readonly without: Map<Relation, StreamNode>;
  };
}

export function newLowering(graph: StreamGraph, settings: TableSettings): Lowering {
  return { graph, settings, made: { withBefore: new Map(), without: new Map() } };
}

export interface PhysicalNode {
  /** `sql-` is put before it. */
  readonly kind: string;
  /** Shown in plans and metrics. */
  readonly name: string;
  readonly inputs: readonly StreamNode[];
  /** Everything that makes two operators of the kind differ. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Expressions whose user functions belong to the fingerprint. */
  readonly expressions?: readonly Expression[];
  readonly functions?: readonly unknown[];
  /** What an edit may do to it (law 4). */
  readonly state?: StreamNode['state'];
  readonly holds?: StreamNode['holds'];
  readonly createOperator: () => Operator;
}

/** Adds an operator to the graph. */
export function addNode({ graph }: Pick<Lowering, 'graph'>, node: PhysicalNode): StreamNode {
  const functions = [...(node.functions ?? []), ...userFunctions(node.expressions ?? [])];
  const added: NewNode = {
    kind: `sql-${node.kind}`,
    name: node.name,
    inputs: node.inputs.map((from): StreamEdge => ({ from })),
    parameters: node.parameters,
    functions,
    createOperator: node.createOperator,
    ...(node.state === undefined ? {} : { state: node.state }),
    ...(node.holds === undefined ? {} : { holds: node.holds }),
  };
  return graph.add(added);
}

function userFunctions(expressions: readonly Expression[]): unknown[] {
  const found: unknown[] = [];
  for (const expression of expressions) {
    anyPart(expression, (part) => {
      const given = part.kind === 'call' ? part.implementation?.userFunction : undefined;
      if (given !== undefined) found.push(given);
      return false;
    });
  }
  return found;
}
