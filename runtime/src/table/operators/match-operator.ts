import { CepOperator } from '../../cep/cep-operator.ts';
import type { ConditionContext } from '../../cep/condition.ts';
import type { FoundMatch } from '../../cep/matcher.ts';
import { PatternProcessFunction, type PatternContext } from '../../cep/pattern-process-function.ts';
import type { Collector } from '../../operators/collector.ts';
import type { Row } from '../changelog-row.ts';

type Values = readonly unknown[];

/** The rows of a match, or of one that is begun, with a row that is tried for a variable as its last. */
export class MatchRows {
  readonly #variables: readonly string[];
  #rowsOf: (variable: string) => readonly unknown[] = () => [];
  /** When the match is handed over, or the row that is tried came (epoch ms). */
  time = 0;
  #tried: { readonly variable: string; readonly values: Values } | undefined;

  constructor(variables: readonly string[]) {
    this.#variables = variables;
  }

  found(match: FoundMatch, time: number): this {
    this.time = time;
    this.#rowsOf = (variable) => match[variable] ?? [];
    this.#tried = undefined;
    return this;
  }

  tried(variable: string, row: Row, context: ConditionContext): this {
    this.time = context.timestamp();
    this.#rowsOf = (other) => context.getEventsForPattern(other);
    this.#tried = { variable, values: row.values };
    return this;
  }

  /** Those of a variable, or all, in their order. */
  of(variable: string | undefined): readonly Values[] {
    const rows =
      variable === undefined ? this.#variables.flatMap((name) => this.#rowsOf(name)) : this.#rowsOf(variable);
    const values = (rows as readonly Row[]).map((row) => row.values);
    const tried = this.#tried;
    return tried !== undefined && (variable ?? tried.variable) === tried.variable
      ? [...values, tried.values]
      : values;
  }

  /** The last of those; without going through them if it is the row that is tried. */
  last(variable: string | undefined): Values | undefined {
    const tried = this.#tried;
    if (tried !== undefined && (variable ?? tried.variable) === tried.variable) return tried.values;
    return this.of(variable).at(-1);
  }
}

/** Makes a row of each match. */
export class MatchFunction extends PatternProcessFunction<FoundMatch, Row> {
  readonly #rows: MatchRows;
  readonly #result: (rows: MatchRows) => Values;

  constructor(rows: MatchRows, result: (rows: MatchRows) => Values) {
    super();
    this.#rows = rows;
    this.#result = result;
  }

  override processMatch(match: FoundMatch, context: PatternContext, out: Collector<Row>): void {
    out.collect({ kind: '+I', values: this.#result(this.#rows.found(match, context.timestamp())) });
  }
}

/** The pattern engine on rows, whose time is a column. */
export class MatchOperator extends CepOperator {
  readonly #timeColumn: number | undefined;

  /** @param timeColumn `undefined` for the clock */
  constructor(
    options: ConstructorParameters<typeof CepOperator>[0],
    source: ConstructorParameters<typeof CepOperator>[1],
    timeColumn: number | undefined,
  ) {
    super(options, source);
    this.#timeColumn = timeColumn;
  }

  override processKeyed(key: unknown, value: unknown, timestamp: number | undefined): void {
    const at = this.#timeColumn;
    const time = at === undefined ? timestamp : ((value as Row).values[at] as number | null);
    // A row without a time has no place in the order.
    if (time === null) this.tooLate(value, timestamp, undefined);
    else super.processKeyed(key, value, time);
  }
}
