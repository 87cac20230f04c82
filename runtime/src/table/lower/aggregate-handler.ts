import type { FusionScope } from '../../operators/fusion-scope.ts';
import { copyValue } from '../../state/copy-value.ts';
import type { Aggregator } from '../functions/aggregate-function.ts';
import { distinctAggregate } from '../functions/distinct-aggregate.ts';
import type { AggregateCall } from '../plan/relation.ts';
import type { Expression } from '../plan/expression.ts';
import { FusedExpressions, type FusedRow } from './fused-row.ts';
import { StandaloneScope } from './standalone-scope.ts';

interface HandledCall {
  readonly aggregator: Aggregator;
  readonly args: readonly Expression[];
  readonly filter: Expression | undefined;
}

type Change = (accumulators: unknown[], values: readonly unknown[]) => void;

/** All aggregates of an operator, with their accumulators in one array; what is done for each row is compiled. */
export class AggregateHandler {
  readonly #calls: readonly HandledCall[];
  readonly #offset: number;
  #create: (() => unknown[]) | undefined;
  #add: Change | undefined;
  #retract: Change | undefined;
  #results: ((accumulators: readonly unknown[]) => unknown[]) | undefined;

  /**
   * @param retracts true if rows are taken back
   * @param offset place of the first accumulator in an array that holds something else before
   * @param keeps true for a call whose result stays the same when rows are taken back
   */
  constructor(
    calls: readonly AggregateCall[],
    retracts: boolean,
    offset = 0,
    keeps: (call: number) => boolean = () => false,
  ) {
    this.#offset = offset;
    this.#calls = calls.map(({ bound, args, filter, distinct }, at): HandledCall => {
      const plain = bound.create({ retracts: retracts && !keeps(at) });
      return { aggregator: distinct ? distinctAggregate(plain, args.length, retracts) : plain, args, filter };
    });
  }

  /** Fresh accumulators. */
  create(): unknown[] {
    if (this.#create === undefined) {
      const scope = new StandaloneScope();
      this.#create = scope.compile([], `return [${this.writeCreate(scope)}];`);
    }
    return this.#create!();
  }

  add(accumulators: unknown[], values: readonly unknown[]): void {
    this.#add ??= this.#compileChange((scope, row) => this.writeAdd(scope, row, 'a'));
    this.#add(accumulators, values);
  }

  retract(accumulators: unknown[], values: readonly unknown[]): void {
    this.#retract ??= this.#compileChange((scope, row) => this.writeRetract(scope, row, 'a'));
    this.#retract(accumulators, values);
  }

  /** What both have seen; neither is used again. */
  merge(a: unknown[], b: unknown[]): unknown[] {
    return this.#calls.map(({ aggregator }, at) => aggregator.merge(a[at], b[at]));
  }

  results(accumulators: readonly unknown[]): unknown[] {
    if (this.#results === undefined) {
      const scope = new StandaloneScope();
      this.#results = scope.compile(['a'], `return [${this.writeResults(scope, 'a')}];`);
    }
    return this.#results!(accumulators);
  }

  /** Code of fresh accumulators, with commas between them. */
  writeCreate(scope: FusionScope): string {
    return this.#calls
      .map(({ aggregator }) => aggregator.code?.create ?? `${scope.bind(aggregator)}.create()`)
      .join(', ');
  }

  /** Code that adds a row to the accumulators of an array. */
  writeAdd(scope: FusionScope, row: FusedRow, array: string): string {
    const bind = (object: unknown) => scope.bind(object);
    return this.#write(scope, row, array, (aggregator, place, args) =>
      aggregator.code !== undefined && args.length <= 1
        ? aggregator.code.add(place, args[0] ?? 'null', bind)
        : `${place} = ${bind(aggregator)}.add(${[place, ...args].join(', ')});`,
    );
  }

  /** Code that takes a row back. */
  writeRetract(scope: FusionScope, row: FusedRow, array: string): string {
    return this.#write(
      scope,
      row,
      array,
      (aggregator, place, args) =>
        `${place} = ${scope.bind(aggregator)}.retract(${[place, ...args].join(', ')});`,
    );
  }

  /** Code that adds what the accumulators of another array have seen, which stay as they are. */
  writeMerge(scope: FusionScope, array: string, other: string): string {
    const bind = (object: unknown) => scope.bind(object);
    return this.#calls
      .map(({ aggregator }, at) => {
        const place = `${array}[${this.#offset + at}]`;
        const from = `${other}[${this.#offset + at}]`;
        if (aggregator.code !== undefined) return aggregator.code.merge(place, from, bind);
        return `${place} = ${bind(aggregator)}.merge(${place}, ${bind(copyValue)}(${from}));`;
      })
      .join('\n');
  }

  /** Code of copies of accumulators, with commas between them. */
  writeCopy(scope: FusionScope, array: string): string {
    return this.#calls
      .map(({ aggregator }, at) => {
        const from = `${array}[${this.#offset + at}]`;
        return aggregator.code?.copy(from) ?? `${scope.bind(copyValue)}(${from})`;
      })
      .join(', ');
  }

  /** Code of the results, with commas between them. */
  writeResults(scope: FusionScope, array: string): string {
    return this.resultCodes(scope, array).join(', ');
  }

  /** Code of each result. */
  resultCodes(scope: FusionScope, array: string): string[] {
    return this.#calls.map(({ aggregator }, at) => {
      const place = `${array}[${this.#offset + at}]`;
      return aggregator.code?.result?.(place) ?? `${scope.bind(aggregator)}.result(${place})`;
    });
  }

  #compileChange(write: (scope: FusionScope, row: FusedRow) => string): Change {
    const scope = new StandaloneScope();
    const row: FusedRow = { kind: '', width: 0, column: (index) => `r[${index}]`, whole: () => 'r' };
    return scope.compile(['a', 'r'], write(scope, row));
  }

  /** Code that does something with each accumulator that the row concerns. */
  #write(
    scope: FusionScope,
    row: FusedRow,
    array: string,
    change: (aggregator: Aggregator, place: string, args: readonly string[]) => string,
  ): string {
    return this.#calls
      .map(({ aggregator, args, filter }, at) => {
        const writer = new FusedExpressions(scope, row);
        const checks = filter === undefined ? [] : [`${writer.write(filter)} === true`];
        const names = args.map(() => scope.local());
        const values = args.map((arg, place) => `const ${names[place]} = ${writer.write(arg)};\n`).join('');
        const present = aggregator.ignoresNull ? names.map((name) => `${name} !== null`) : [];
        const changed = change(aggregator, `${array}[${this.#offset + at}]`, names);
        const inner = `${values}${present.length === 0 ? changed : `if (${present.join(' && ')}) {\n${changed}\n}`}`;
        const body = checks.length === 0 ? inner : `if (${checks[0]}) {\n${inner}\n}`;
        return `{\n${writer.declarations}${body}\n}`;
      })
      .join('\n');
  }
}
