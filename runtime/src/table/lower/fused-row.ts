import type { FusionScope, RecordInParts } from '../../operators/fusion-scope.ts';
import type { Expression } from '../plan/expression.ts';
import { ExpressionWriter, type ExpressionClock } from './compile-expression.ts';

/** A row in a chain: code of its kind and of each of its values. */
export interface FusedRow extends RecordInParts {
  readonly kind: string;
  readonly width: number;
  readonly column: (index: number) => string;
  /** Code of a field of a ROW column, where it can be had without the others. */
  readonly field?: ((index: number, name: string) => string | undefined) | undefined;
}

/** A row of locals. */
export function rowOfLocals(kind: string, columns: readonly string[]): FusedRow {
  return {
    kind,
    width: columns.length,
    column: (index) => columns[index]!,
    whole: () => wholeRow(kind, columns),
  };
}

export function wholeRow(kind: string, columns: readonly string[]): string {
  return `{ kind: ${kind}, values: [${columns.join(', ')}] }`;
}

/**
 * The row that is handed on by a name.
 * @returns also code that comes before it is used
 */
export function fusedRow(
  scope: FusionScope,
  value: string,
  width: number,
): { readonly row: FusedRow; readonly before: string } {
  const parts = scope.partsOf(value) as FusedRow | undefined;
  if (parts !== undefined) return { row: parts, before: '' };
  const values = scope.local();
  const row: FusedRow = {
    kind: `${value}.kind`,
    width,
    column: (index) => `${values}[${index}]`,
    whole: () => value,
  };
  return { row, before: `const ${values} = ${value}.values;\n` };
}

/** Writes expressions of a row in a chain. */
export class FusedExpressions {
  readonly #locals: string[] = [];
  readonly #writer: ExpressionWriter;

  constructor(scope: FusionScope, row: Pick<FusedRow, 'column' | 'field'>, clock?: ExpressionClock) {
    this.#writer = new ExpressionWriter({
      column: row.column,
      field: row.field,
      constant: (value) => scope.bind(value),
      local: () => {
        const local = scope.local();
        this.#locals.push(local);
        return local;
      },
      clock,
    });
  }

  write(expression: Expression): string {
    return this.#writer.write(expression);
  }

  writeTime(expression: Expression): string {
    return this.#writer.writeTime(expression);
  }

  /** Code that declares the locals of what was written. */
  get declarations(): string {
    return this.#locals.length === 0 ? '' : `let ${this.#locals.join(', ')};\n`;
  }
}
