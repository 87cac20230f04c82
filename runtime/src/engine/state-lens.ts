import { canonical } from '../graph/fingerprint.ts';
import type { StreamNode } from '../graph/stream-node.ts';
import type { Operator } from '../operators/operator.ts';
import type { Branch } from './branch.ts';
import { noSuchOperator } from './engine-errors.ts';
import type { NodeSnapshot } from './lane.ts';
import type { LaneCut } from './lane-runner.ts';
import { nodesBehind } from './named-variables.ts';
import { afterRealTime } from './slice-loop.ts';
import {
  livingParts,
  rowsAt,
  writtenParts,
  type StatePart,
  type StateRow,
  type WindowEnds,
} from './state-rows.ts';

/** Which part of an operator's state is looked at. */
export interface StateQuery {
  /** A snapshot of `env.snapshots()`; as it is now when left out. */
  readonly at?: number;
  /** Only what belongs to this key. */
  readonly key?: unknown;
  /** Rows to pass over. */
  readonly offset?: number;
  /** The most rows, 100 by default. */
  readonly limit?: number;
}

/** Rows of an operator's state. */
export class StateTable {
  /** Name of the operator. */
  readonly operator: string;
  /** The snapshot that was looked at. */
  readonly at: number | undefined;
  /** One a key and state, window or timer. */
  readonly rows: readonly StateRow[];
  /** Where the rows begin, and true if there are more behind them. */
  readonly offset: number;
  /** True if there are more rows. */
  readonly more: boolean;

  /** Made by `env.state`. @internal */
  constructor(operator: string, query: StateQuery, rows: readonly StateRow[], more: boolean) {
    this.operator = operator;
    this.at = query.at;
    this.offset = query.offset ?? 0;
    this.rows = rows;
    this.more = more;
  }
}

/** Slots that are passed over before other work has its turn. */
const SLOTS_AT_ONCE = 20_000;
const LIMIT = 100;

/** An operator of a branch: the node, and the key under which its state lies in cuts. */
export interface FoundOperator {
  readonly branch: Branch;
  readonly node: StreamNode;
  readonly key: string;
  readonly operators: readonly Operator[];
}

/**
 * Finds the operator that is meant, by its uid, its name, or a stream that it makes.
 * @throws {TidemarkError} `no-such-operator`
 */
export function findOperator(branches: Iterable<Branch>, wanted: string | StreamNode): FoundOperator {
  const all: FoundOperator[] = [];
  for (const branch of branches) {
    const lane = branch.runner?.lane;
    if (!lane) continue;
    for (const node of nodesBehind(branch.sink)) {
      const key = lane.keyOf(node);
      if (key !== undefined) all.push({ branch, node, key, operators: lane.operatorsOf(node) });
    }
  }
  const found =
    typeof wanted === 'string'
      ? (all.find(({ node }) => node.uid === wanted) ?? all.find(({ node }) => node.name === wanted))
      : all.find(({ node }) => node === wanted || (node.kind === wanted.kind && node.name === wanted.name));
  if (found) return found;
  const stateful = all.filter(({ operators }) => operators.some(({ tables }) => tables.length > 0));
  const names = stateful.map(({ node }) => node.uid ?? node.name);
  throw noSuchOperator(typeof wanted === 'string' ? wanted : wanted.name, [...new Set(names)]);
}

/** State of an operator as it is now. */
export function livingState({ node, operators }: FoundOperator, query: StateQuery): Promise<StateTable> {
  const parts = operators.flatMap(({ tables }) => livingParts(tables));
  return tableOf(node.name, parts, new Map(), query);
}

/** The same in a cut. */
export function writtenState(
  name: string,
  key: string,
  cut: LaneCut,
  query: StateQuery,
): Promise<StateTable> {
  const nodes = subtasksIn(cut, key);
  const ends = new Map(nodes.flatMap(({ state }) => [...endsOf(state)]));
  return tableOf(
    name,
    nodes.flatMap(({ tables = {} }) => writtenParts(tables)),
    ends,
    query,
  );
}

/** What the subtasks of a node hold in a cut. */
export function subtasksIn({ lane }: LaneCut, key: string): NodeSnapshot[] {
  return Object.entries(lane?.nodes ?? {})
    .filter(([name]) => name === key || (name.startsWith(`${key}/`) && !name.startsWith(`${key}/exchange/`)))
    .map(([, snapshot]) => snapshot);
}

/** Windows on a grid say beside their tables when they end. */
export function endsOf(state: unknown): WindowEnds {
  const { panes = [] } = (state ?? {}) as { panes?: readonly { start: number; end: number }[] };
  return new Map(panes.map(({ start, end }) => [start, end]));
}

async function tableOf(
  name: string,
  parts: readonly StatePart[],
  ends: WindowEnds,
  query: StateQuery,
): Promise<StateTable> {
  const { offset = 0, limit = LIMIT } = query;
  const wanted = query.key === undefined ? undefined : canonical(query.key);
  const rows: StateRow[] = [];
  let passed = 0;
  let slots = 0;
  for (const part of parts) {
    for (let slot = 0; slot < part.source.slotCount; slot++) {
      slots += 1;
      // The streams go on in between.
      if (slots % SLOTS_AT_ONCE === 0) await new Promise<void>((resolve) => afterRealTime(0, resolve));
      if (wanted !== undefined && canonical(part.source.keyAt(slot)) !== wanted) continue;
      for (const row of rowsAt(part, slot, ends)) {
        if (passed++ < offset) continue;
        if (rows.length >= limit) return new StateTable(name, query, rows, true);
        rows.push(row);
      }
    }
  }
  return new StateTable(name, query, rows, false);
}
