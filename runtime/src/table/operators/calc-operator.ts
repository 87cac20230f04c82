import type { FusionScope, WriteNext } from '../../operators/fusion-scope.ts';
import { Operator } from '../../operators/operator.ts';
import type { Row } from '../changelog-row.ts';
import { compileCondition, compileProjection } from '../lower/compile-expression.ts';
import { FusedExpressions, fusedRow, rowOfLocals } from '../lower/fused-row.ts';
import type { Expression } from '../plan/expression.ts';

/** Filters rows and makes new ones of their values; what a row does to the table stays. */
export class CalcOperator extends Operator {
  override readonly fusable = true;
  override readonly timeless = true;
  override readonly takesParts = true;
  override readonly agesRecords = false;
  override readonly judgesTime = false;
  readonly #condition: Expression | undefined;
  readonly #expressions: readonly Expression[] | undefined;
  readonly #width: number;
  readonly #clock = { now: () => 0 };
  #passes: ((values: readonly unknown[]) => boolean) | undefined;
  #project: ((values: readonly unknown[]) => unknown[]) | undefined;

  /**
   * @param condition `undefined` to let all rows pass
   * @param expressions the values of the new row; `undefined` to leave rows as they are
   * @param width number of columns that come in
   */
  constructor(
    condition: Expression | undefined,
    expressions: readonly Expression[] | undefined,
    width: number,
  ) {
    super();
    this.#condition = condition;
    this.#expressions = expressions;
    this.#width = width;
  }

  override open(): void {
    const { runtime } = this;
    this.#clock.now = () => runtime.currentProcessingTime();
  }

  processElement(value: unknown, timestamp: number | undefined): void {
    const row = value as Row;
    this.#passes ??= compileCondition(this.#condition, this.#clock);
    if (!this.#passes(row.values)) return;
    const expressions = this.#expressions;
    if (expressions === undefined) return this.output.collect(row, timestamp);
    this.#project ??= compileProjection(expressions, this.#clock);
    this.output.collect({ kind: row.kind, values: this.#project(row.values) }, timestamp);
  }

  override fuse(scope: FusionScope, value: string, _timestamp: string, next: WriteNext): string {
    const { row, before } = fusedRow(scope, value, this.#width);
    const made =
      this.#expressions === undefined
        ? next(value)
        : this.#fuseProjection(scope, value, this.#expressions, next);
    const condition = this.#condition;
    if (condition === undefined) return before + made;
    const writer = new FusedExpressions(scope, row, this.#clock);
    const passes = writer.write(condition);
    return `${before}${writer.declarations}if (${passes} === true) {\n${made}\n}`;
  }

  #fuseProjection(
    scope: FusionScope,
    value: string,
    expressions: readonly Expression[],
    next: WriteNext,
  ): string {
    const { row, before } = fusedRow(scope, value, this.#width);
    const writer = new FusedExpressions(scope, row, this.#clock);
    let code = '';
    // A column that is only handed on needs no local of its own.
    const columns = expressions.map((expression) => {
      if (expression.kind === 'input') return row.column(expression.index);
      const local = scope.local();
      code += `const ${local} = ${writer.write(expression)};\n`;
      return local;
    });
    const made = scope.nameParts(rowOfLocals(row.kind, columns), value);
    return `${before}${writer.declarations}${code}${next(made)}`;
  }
}
