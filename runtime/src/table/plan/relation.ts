// The logical plan: what a query computes, node by node, before it is decided how.
import type { StreamNode } from '../../graph/stream-node.ts';
import type { RowKind } from '../changelog-row.ts';
import type { TableFunctionDefinition } from '../functions/function-catalog.ts';
import type { BoundAggregate } from '../functions/aggregate-function.ts';
import type { SourceRange } from '../parse/position.ts';
import type { LogicalType } from '../types/logical-type.ts';
import type { Expression } from './expression.ts';
import type { RowPattern } from './row-pattern.ts';

/** A column of a relation. */
export interface Column {
  readonly name: string;
  readonly type: LogicalType;
  /** Set on what operators may take time from. */
  readonly time?: 'rowtime' | 'proctime';
}

/** A stream of rows that queries read. */
export interface TableSource {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly number[];
  readonly kinds: ReadonlySet<RowKind>;
  /** Makes the node that hands over `Row`s of the columns asked for; one a place where the table is read. */
  readonly read: (columns: readonly number[]) => StreamNode;
  /** Of a table whose rows are only looked up by key: it is never read as a whole. */
  readonly lookup?: LookupSource;
}

/** Where rows are looked up, outside the job. */
export interface LookupSource {
  /** What tells it from others, for the fingerprint; without credentials. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** @param key places of the columns that are looked in */
  readonly open: (key: readonly number[]) => Lookup;
}

/** Values of all columns of the rows that have these values in the columns of the key; none of them is NULL. */
export type Lookup = (values: readonly unknown[]) => Promise<readonly (readonly unknown[])[]>;

interface Node {
  readonly columns: readonly Column[];
  /** What of the statement an error is shown at. */
  readonly at: SourceRange;
}

export interface Scan extends Node {
  readonly kind: 'scan';
  readonly table: TableSource;
  /** Columns of the table that are read. */
  readonly read: readonly number[];
}

export interface Values extends Node {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

export interface Project extends Node {
  readonly kind: 'project';
  readonly input: Relation;
  readonly expressions: readonly Expression[];
}

export interface Filter extends Node {
  readonly kind: 'filter';
  readonly input: Relation;
  readonly condition: Expression;
}

export interface AggregateCall {
  readonly name: string;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  readonly filter: Expression | undefined;
  readonly bound: BoundAggregate;
  readonly type: LogicalType;
}

/** Its columns are the keys, then the calls. */
export interface Aggregate extends Node {
  readonly kind: 'aggregate';
  readonly input: Relation;
  readonly keys: readonly Expression[];
  readonly calls: readonly AggregateCall[];
  /** Of the STATE_TTL hint, in ms; 0 for ever. */
  readonly timeToLive?: number | undefined;
}

/** A row for each grouping set: keys that the set has not are NULL; the last column is the set's number. */
export interface Expand extends Node {
  readonly kind: 'expand';
  readonly input: Relation;
  readonly projections: readonly (readonly Expression[])[];
}

export type WindowKind = 'TUMBLE' | 'HOP' | 'CUMULATE' | 'SESSION';

/** A window function; times in ms. */
export interface WindowSpecification {
  readonly kind: WindowKind;
  /** Column of the input. */
  readonly timeColumn: number;
  /** Whether windows close by watermarks or by the clock. */
  readonly time: 'rowtime' | 'proctime';
  /** Of a session: its gap. */
  readonly size: number;
  /** Slide of HOP, step of CUMULATE. */
  readonly step: number;
  readonly offset: number;
  /** Of a session: the columns whose values have sessions of their own. */
  readonly partition: readonly number[];
}

/** The input's columns, then window_start, window_end and window_time. */
export interface WindowTable extends Node {
  readonly kind: 'window-table';
  readonly input: Relation;
  readonly window: WindowSpecification;
}

/** How an operator knows a row's windows: it assigns them, or they stand in columns that an operator before has made. */
export type Windowing =
  | { readonly kind: 'assigned'; readonly window: WindowSpecification }
  | {
      readonly kind: 'attached';
      readonly start: number;
      readonly end: number;
      readonly time: 'rowtime' | 'proctime';
      /** True if start and end are of the local time zone. */
      readonly local: boolean;
    };

/** What of a window an output column shows. */
export type WindowProperty = 'start' | 'end' | 'time';

/** Its columns are the keys, the calls, then the properties. */
export interface WindowAggregate extends Node {
  readonly kind: 'window-aggregate';
  readonly input: Relation;
  readonly windowing: Windowing;
  readonly keys: readonly Expression[];
  readonly calls: readonly AggregateCall[];
  readonly properties: readonly WindowProperty[];
}

export interface SortSpecification {
  readonly expression: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface FrameBound {
  readonly kind: 'unbounded' | 'current' | 'offset';
  readonly following: boolean;
  /** Rows, or ms. */
  readonly offset: number;
}

export interface Frame {
  readonly unit: 'ROWS' | 'RANGE';
  readonly from: FrameBound;
  readonly to: FrameBound;
}

/** Its columns are the input's, then the calls. */
export interface Over extends Node {
  readonly kind: 'over';
  readonly input: Relation;
  readonly partition: readonly Expression[];
  readonly order: readonly SortSpecification[];
  readonly frame: Frame;
  readonly calls: readonly AggregateCall[];
}

/** The rows from place `from` to place `to` (from 1) of each partition; the last column is the place if it is asked for. */
export interface Rank extends Node {
  readonly kind: 'rank';
  readonly input: Relation;
  readonly partition: readonly Expression[];
  readonly order: readonly SortSpecification[];
  readonly from: number;
  readonly to: number;
  readonly withRank: boolean;
  readonly timeToLive?: number;
}

/** The first or last row of each partition by a time attribute. */
export interface Deduplicate extends Node {
  readonly kind: 'deduplicate';
  readonly input: Relation;
  readonly partition: readonly Expression[];
  readonly timeColumn: number;
  readonly keep: 'first' | 'last';
  readonly timeToLive?: number;
}

/** Rank within windows: results are final when the window closes. */
export interface WindowRank extends Node {
  readonly kind: 'window-rank';
  readonly input: Relation;
  readonly windowing: Windowing & { readonly kind: 'attached' };
  readonly partition: readonly Expression[];
  readonly order: readonly SortSpecification[];
  readonly from: number;
  readonly to: number;
  readonly withRank: boolean;
}

export type RelationJoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

interface JoinBase extends Node {
  readonly left: Relation;
  readonly right: Relation;
  readonly type: RelationJoinType;
  /** Pairs of columns that are equal, of left and right; NULL is equal to NULL where `nullSafe`. */
  readonly equal: readonly EqualColumns[];
  /** What else holds of a pair; its columns are the left's, then the right's. */
  readonly condition: Expression | undefined;
}

export interface EqualColumns {
  readonly left: Expression;
  readonly right: Expression;
  readonly nullSafe: boolean;
}

export interface Join extends JoinBase {
  readonly kind: 'join';
  /** Of the STATE_TTL hint, in ms; 0 for ever. */
  readonly leftTimeToLive?: number | undefined;
  readonly rightTimeToLive?: number | undefined;
  /** Set where rows of a side are not kept for ever. */
  readonly leftKept?: KeptUntil | undefined;
  readonly rightKept?: KeptUntil | undefined;
}

/** Rows are kept while the watermark is less than their value of the column and `reach`, ms. */
export interface KeptUntil {
  readonly column: number;
  readonly reach: number;
}

/** right.time − left.time lies within the bounds (ms). */
export interface IntervalJoin extends JoinBase {
  readonly kind: 'interval-join';
  readonly leftTime: number;
  readonly rightTime: number;
  readonly lower: number;
  readonly upper: number;
}

export interface WindowJoin extends JoinBase {
  readonly kind: 'window-join';
  readonly leftWindow: Windowing & { readonly kind: 'attached' };
  readonly rightWindow: Windowing & { readonly kind: 'attached' };
}

/** Each left row with the version of the right table that was valid at the left row's time. */
export interface TemporalJoin extends JoinBase {
  readonly kind: 'temporal-join';
  readonly leftTime: number;
  /** Without one, the version is the latest there is. */
  readonly rightTime: number | undefined;
}

/** Each row with the rows that are found for it outside the job, when it comes. */
export interface LookupJoin extends Node {
  readonly kind: 'lookup-join';
  readonly input: Relation;
  readonly table: TableSource;
  readonly lookup: LookupSource;
  readonly type: 'inner' | 'left';
  /** Columns of the table, and what a row has to be found there. */
  readonly key: readonly { readonly column: number; readonly value: Expression }[];
  /** What else must hold of both. */
  readonly condition: Expression | undefined;
}

export interface SetOperation extends Node {
  readonly kind: 'set';
  readonly operation: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly all: boolean;
  readonly inputs: readonly Relation[];
}

/** Each row with each element of an array or map, or each row that a function returns. */
export interface Unnest extends Node {
  readonly kind: 'unnest';
  readonly input: Relation;
  readonly source:
    Expression | { readonly call: TableFunctionDefinition; readonly args: readonly Expression[] };
  /** How an element becomes columns. */
  readonly element: 'value' | 'row' | 'entry';
  readonly ordinality: boolean;
  /** True if a row without elements stays, with NULLs. */
  readonly outer: boolean;
}

export interface Sort extends Node {
  readonly kind: 'sort';
  readonly input: Relation;
  readonly order: readonly SortSpecification[];
  readonly limit: number | undefined;
  readonly offset: number;
}

/** MATCH_RECOGNIZE. Its columns are those of the partition, then the measures. */
export interface Match extends Node {
  readonly kind: 'match';
  readonly input: Relation;
  readonly pattern: RowPattern;
}

/** Takes rows of an updating table by key: what came twice is told apart, and old values are put in where they lack. */
export interface Normalize extends Node {
  readonly kind: 'normalize';
  readonly input: Relation;
  readonly key: readonly number[];
  /** What rows have to meet: one that does not any more is deleted. */
  readonly condition?: Expression;
}

export type Relation =
  | Scan | Values | Project | Filter | Aggregate | Expand | WindowTable | WindowAggregate | Over | Rank | Deduplicate | WindowRank | Join
  | IntervalJoin | WindowJoin | TemporalJoin | LookupJoin | SetOperation | Unnest | Sort | Match | Normalize; // prettier-ignore

export type AnyJoin = Join | IntervalJoin | WindowJoin | TemporalJoin;

/** What a node reads. */
export function inputsOf(relation: Relation): readonly Relation[] {
  switch (relation.kind) {
    case 'scan':
    case 'values':
      return [];
    case 'join':
    case 'interval-join':
    case 'window-join':
    case 'temporal-join':
      return [relation.left, relation.right];
    case 'set':
      return relation.inputs;
    default:
      return [relation.input];
  }
}

/** The node on other inputs of the same columns. */
export function withInputs(relation: Relation, inputs: readonly Relation[]): Relation {
  if (inputsOf(relation).every((input, at) => input === inputs[at])) return relation;
  switch (relation.kind) {
    case 'scan':
    case 'values':
      return relation;
    case 'join':
    case 'interval-join':
    case 'window-join':
    case 'temporal-join':
      return { ...relation, left: inputs[0]!, right: inputs[1]! };
    case 'set':
      return { ...relation, inputs };
    default:
      return { ...relation, input: inputs[0]! };
  }
}
