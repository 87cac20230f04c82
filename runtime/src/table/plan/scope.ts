import { ambiguousColumn, unknownColumn, unknownTable } from '../sql-errors.ts';
import type { Identifier, NamePath } from '../parse/ast.ts';
import { rangeOver } from '../parse/position.ts';
import type { LogicalType } from '../types/logical-type.ts';
import { STRING } from '../types/logical-type.ts';
import { callOf, input, literal, type Expression } from './expression.ts';
import type { Column } from './relation.ts';

/** A column that a name may mean. */
export interface ScopeColumn {
  readonly qualifier: string | undefined;
  readonly column: Column;
  readonly index: number;
  /** True if only its qualified name means it: the other side of USING. */
  readonly onlyQualified?: boolean;
  /** True of a column of USING or NATURAL: `*` has it before others. */
  readonly shared?: boolean;
}

/** The columns that names mean in one place of a query. */
export class Scope {
  readonly columns: readonly ScopeColumn[];
  /** The query around, for correlated sub-queries. */
  readonly outer: Scope | undefined;

  constructor(columns: readonly ScopeColumn[], outer?: Scope) {
    this.columns = columns;
    this.outer = outer;
  }

  static of(columns: readonly Column[], qualifier: string | undefined, outer?: Scope): Scope {
    return new Scope(
      columns.map((column, index) => ({ qualifier, column, index })),
      outer,
    );
  }

  /** @throws {TidemarkError} `unknown-column`, `ambiguous-column` */
  resolve(path: NamePath): Expression {
    const found = this.#find(path);
    if (found !== undefined) return found;
    const around = this.outer?.tryResolve(path);
    if (around !== undefined) return rewriteOuter(around);
    throw this.#unknown(path);
  }

  tryResolve(path: NamePath): Expression | undefined {
    return this.#find(path);
  }

  /** The columns that `*` or `t.*` stands for. */
  star(qualifier: NamePath): readonly ScopeColumn[] {
    const [name] = qualifier;
    if (name === undefined) {
      const plain = this.columns.filter(({ onlyQualified }) => onlyQualified !== true);
      return [...plain.filter(({ shared }) => shared), ...plain.filter(({ shared }) => shared !== true)];
    }
    const of = this.columns.filter((column) => column.qualifier === name.name);
    if (of.length === 0) throw unknownTable(name.name, this.#qualifiers(), name.at);
    return of;
  }

  #find(path: NamePath): Expression | undefined {
    const [first, second, ...rest] = path as readonly [Identifier, ...Identifier[]];
    if (second !== undefined) {
      const qualified = this.columns.filter(
        ({ qualifier, column }) => qualifier === first.name && column.name === second.name,
      );
      if (qualified.length > 0) return fieldsOf(inputOf(qualified[0]!), rest);
      if (
        this.columns.some(({ qualifier }) => qualifier === first.name) &&
        !this.columns.some(({ column }) => column.name === first.name)
      ) {
        throw unknownColumn(
          second.name,
          this.columns.filter(({ qualifier }) => qualifier === first.name).map(({ column }) => column.name),
          second.at,
        );
      }
    }
    const named = this.columns.filter(
      ({ column, onlyQualified }) => column.name === first.name && onlyQualified !== true,
    );
    if (named.length > 1) {
      throw ambiguousColumn(
        first.name,
        named.map(({ qualifier }) => qualifier ?? '(a sub-query)'),
        first.at,
      );
    }
    return named.length === 0 ? undefined : fieldsOf(inputOf(named[0]!), path.slice(1));
  }

  #unknown(path: NamePath): Error {
    const [first, second] = path as readonly [Identifier, ...Identifier[]];
    const names = [...new Set(this.columns.map(({ column }) => column.name))];
    if (second !== undefined && this.columns.some(({ qualifier }) => qualifier !== undefined)) {
      return unknownTable(first.name, this.#qualifiers(), rangeOver(first.at, second.at));
    }
    return unknownColumn(first.name, names, first.at);
  }

  #qualifiers(): string[] {
    return [
      ...new Set(this.columns.flatMap(({ qualifier }) => (qualifier === undefined ? [] : [qualifier]))),
    ];
  }
}

function inputOf({ index, column }: ScopeColumn): Expression {
  return input(index, column.type);
}

/** `row.field.field` */
function fieldsOf(operand: Expression, fields: readonly Identifier[]): Expression {
  return fields.reduce((row, field) => fieldOf(row, field), operand);
}

/** @throws {TidemarkError} `unknown-column` */
export function fieldOf(row: Expression, field: Identifier): Expression {
  const { type } = row;
  if (type.name === 'ANY') return callOf('FIELD', [row, literal(field.name, STRING)], type);
  const fields: readonly { name: string; type: LogicalType }[] = type.name === 'ROW' ? type.fields : [];
  const found = fields.find(({ name }) => name === field.name);
  if (found === undefined)
    throw unknownColumn(
      field.name,
      fields.map(({ name }) => name),
      field.at,
    );
  return callOf('FIELD', [row, literal(field.name, STRING)], found.type);
}

function rewriteOuter(expression: Expression): Expression {
  if (expression.kind === 'input') return { kind: 'outer', index: expression.index, type: expression.type };
  return expression.kind === 'call' ? { ...expression, args: expression.args.map(rewriteOuter) } : expression;
}
