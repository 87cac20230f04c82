// What a statement says, as its text has it: names are not looked up yet.
import type { LogicalType } from '../types/logical-type.ts';
import type { SourceRange } from './position.ts';

interface Located {
  readonly at: SourceRange;
}

export interface Identifier extends Located {
  readonly name: string;
}

/** A name of one or more parts. */
export type NamePath = readonly Identifier[];

export type ExpressionNode = Located &
  (
    | { readonly kind: 'literal'; readonly value: unknown; readonly type: LogicalType }
    | { readonly kind: 'column'; readonly path: NamePath }
    | { readonly kind: 'star'; readonly qualifier: NamePath }
    | CallNode
    | {
        readonly kind: 'cast';
        readonly operand: ExpressionNode;
        readonly type: LogicalType;
        readonly safe: boolean;
      }
    | {
        readonly kind: 'case';
        readonly operand: ExpressionNode | undefined;
        readonly branches: readonly (readonly [when: ExpressionNode, then: ExpressionNode])[];
        readonly otherwise: ExpressionNode | undefined;
      }
    | {
        readonly kind: 'in-list';
        readonly operand: ExpressionNode;
        readonly list: readonly ExpressionNode[];
        readonly not: boolean;
      }
    | {
        readonly kind: 'in-query';
        readonly operand: ExpressionNode;
        readonly query: QueryNode;
        readonly not: boolean;
      }
    | { readonly kind: 'exists'; readonly query: QueryNode }
    | { readonly kind: 'scalar-query'; readonly query: QueryNode }
    | { readonly kind: 'field'; readonly operand: ExpressionNode; readonly field: Identifier }
    /** A word that a function takes, as DAY in FLOOR(ts TO DAY). */
    | { readonly kind: 'symbol'; readonly value: string }
  );

export interface CallNode extends Located {
  readonly kind: 'call';
  /** In upper case for operators and special forms; as written for functions. */
  readonly name: string;
  readonly args: readonly ExpressionNode[];
  readonly distinct?: boolean;
  readonly filter?: ExpressionNode;
  readonly over?: WindowNode | Identifier;
}

export interface SortItem {
  readonly expression: ExpressionNode;
  readonly descending: boolean;
  readonly nullsFirst: boolean | undefined;
}

export interface WindowNode extends Located {
  readonly partitionBy: readonly ExpressionNode[];
  readonly orderBy: readonly SortItem[];
  readonly frame: FrameNode | undefined;
}

export interface FrameNode extends Located {
  readonly unit: 'ROWS' | 'RANGE';
  readonly from: BoundNode;
  readonly to: BoundNode;
}

export interface BoundNode {
  readonly kind: 'unbounded' | 'current' | 'offset';
  readonly following: boolean;
  readonly offset?: ExpressionNode;
}

export interface SelectItem {
  readonly expression: ExpressionNode;
  readonly alias: Identifier | undefined;
}

export type GroupItem =
  | { readonly kind: 'expression'; readonly expression: ExpressionNode }
  | { readonly kind: 'sets'; readonly sets: readonly (readonly ExpressionNode[])[] };

export interface Hint extends Located {
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
}

export interface SelectNode extends Located {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from: TableNode | undefined;
  readonly where: ExpressionNode | undefined;
  readonly groupBy: readonly GroupItem[] | undefined;
  readonly having: ExpressionNode | undefined;
  readonly windows: ReadonlyMap<string, WindowNode>;
  readonly hints: readonly Hint[];
}

export type QueryBody =
  | SelectNode
  | (Located & { readonly kind: 'values'; readonly rows: readonly (readonly ExpressionNode[])[] })
  | (Located & {
      readonly kind: 'set';
      readonly operation: 'UNION' | 'INTERSECT' | 'EXCEPT';
      readonly all: boolean;
      readonly left: QueryBody;
      readonly right: QueryBody;
    })
  | QueryNode;

export interface QueryNode extends Located {
  readonly kind: 'query';
  readonly with: readonly {
    readonly name: Identifier;
    readonly columns: readonly Identifier[];
    readonly query: QueryNode;
  }[];
  readonly body: QueryBody;
  readonly orderBy: readonly SortItem[];
  readonly limit: ExpressionNode | undefined;
  readonly offset: ExpressionNode | undefined;
}

interface Aliased {
  readonly alias: Identifier | undefined;
  readonly columns: readonly Identifier[];
}

export type TableNode = Located &
  (
    | (Aliased & {
        readonly kind: 'table';
        readonly path: NamePath;
        readonly hints: readonly Hint[];
        readonly asOf: ExpressionNode | undefined;
      })
    | (Aliased & { readonly kind: 'derived'; readonly query: QueryNode })
    | (Aliased & {
        readonly kind: 'window';
        readonly name: Identifier;
        readonly args: readonly WindowArgument[];
      })
    | (Aliased & { readonly kind: 'unnest'; readonly operand: ExpressionNode; readonly ordinality: boolean })
    | (Aliased & { readonly kind: 'function'; readonly call: CallNode })
    | (Aliased & { readonly kind: 'match'; readonly input: TableNode; readonly match: MatchNode })
    | {
        readonly kind: 'join';
        readonly type: JoinType;
        readonly left: TableNode;
        readonly right: TableNode;
        readonly on: ExpressionNode | undefined;
        readonly using: readonly Identifier[];
        readonly natural: boolean;
      }
  );

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti' | 'cross';

export type WindowArgument = Located & { readonly name: string | undefined } & (
    | {
        readonly kind: 'input';
        readonly input: TableNode;
        readonly partitionBy: readonly ExpressionNode[];
      }
    | { readonly kind: 'descriptor'; readonly columns: readonly Identifier[] }
    | { readonly kind: 'value'; readonly value: ExpressionNode }
  );

/** A row pattern, as written. */
export type PatternNode = Located &
  (
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
    | { readonly kind: 'alternation'; readonly parts: readonly PatternNode[] }
    | {
        readonly kind: 'repeat';
        readonly part: PatternNode;
        readonly min: number;
        readonly max: number;
        readonly greedy: boolean;
      }
  );

export interface MatchNode extends Located {
  readonly partitionBy: readonly ExpressionNode[];
  readonly orderBy: readonly SortItem[];
  readonly measures: readonly { readonly expression: ExpressionNode; readonly alias: Identifier }[];
  readonly skip: {
    readonly to: 'past-last-row' | 'next-row' | 'first' | 'last';
    readonly variable?: Identifier;
  };
  readonly pattern: PatternNode;
  readonly within: ExpressionNode | undefined;
  readonly define: readonly { readonly variable: Identifier; readonly condition: ExpressionNode }[];
}

export interface ColumnNode extends Located {
  readonly name: Identifier;
  readonly type: LogicalType | undefined;
  /** Set on a computed column. */
  readonly expression: ExpressionNode | undefined;
  readonly metadata: { readonly key: string; readonly virtual: boolean } | undefined;
  readonly notNull: boolean;
}

export interface SchemaNode {
  readonly columns: readonly ColumnNode[];
  readonly watermark:
    | { readonly column: Identifier; readonly expression: ExpressionNode; readonly at: SourceRange }
    | undefined;
  readonly primaryKey: readonly Identifier[];
}

export interface InsertNode extends Located {
  readonly kind: 'insert';
  readonly table: NamePath;
  readonly columns: readonly Identifier[];
  readonly query: QueryNode;
}

export type StatementNode = Located &
  (
    | { readonly kind: 'query-statement'; readonly query: QueryNode }
    | InsertNode
    | { readonly kind: 'statement-set'; readonly inserts: readonly InsertNode[] }
    | {
        readonly kind: 'create-table';
        readonly name: NamePath;
        readonly temporary: boolean;
        readonly ifNotExists: boolean;
        readonly schema: SchemaNode;
        readonly options: ReadonlyMap<string, string>;
      }
    | {
        readonly kind: 'create-view';
        readonly name: NamePath;
        readonly temporary: boolean;
        readonly replace: boolean;
        readonly ifNotExists: boolean;
        readonly columns: readonly Identifier[];
        readonly query: QueryNode;
      }
    | {
        readonly kind: 'drop';
        readonly what: 'TABLE' | 'VIEW';
        readonly name: NamePath;
        readonly ifExists: boolean;
      }
    | {
        readonly kind: 'explain';
        readonly details: readonly string[];
        readonly statement: StatementNode;
      }
    | { readonly kind: 'show'; readonly what: 'TABLES' | 'VIEWS' | 'FUNCTIONS' }
    | { readonly kind: 'describe'; readonly name: NamePath }
    | { readonly kind: 'set'; readonly key: string | undefined; readonly value: string | undefined }
    | { readonly kind: 'reset'; readonly key: string | undefined }
  );
